namespace Rekkord.Engine.Scanning;

/// <summary>What a scan verified and found.</summary>
/// <param name="Problems">What is wrong; empty when nothing is.</param>
/// <param name="Snapshots">Snapshots whose trees were walked.</param>
/// <param name="VerifiedPacks">Packs read in this scan.</param>
/// <param name="SkippedPacks">Packs not read, because they were verified recently or time was up.</param>
/// <param name="VerifiedSize">Bytes read from packs.</param>
/// <param name="Blobs">Different blobs in the repository.</param>
/// <param name="UnindexedPacks">Whole packs that no index names, left by a save that was stopped; harmless, and used by the next save.</param>
/// <param name="OutOfTime">Whether the time limit ended it before all packs were read.</param>
public sealed record ScanResult(
    IReadOnlyList<RepositoryProblem> Problems,
    int Snapshots,
    int VerifiedPacks,
    int SkippedPacks,
    long VerifiedSize,
    int Blobs,
    int UnindexedPacks,
    bool OutOfTime);
