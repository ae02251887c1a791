namespace Rekkord.Engine.Scanning;

/// <summary>How to verify a repository.</summary>
public sealed record ScanRequest
{
    /// <summary>Also open, decompress and check every blob; otherwise every object's bytes are checked against its name, and all metadata in full.</summary>
    public bool Full { get; init; }

    /// <summary>Packs that this machine verified (as thoroughly) more recently than this are not read again; null to read all.</summary>
    public TimeSpan? MaximumAge { get; init; }

    /// <summary>Stop reading packs after this time, the longest unverified first; null for no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Move damaged objects to quarantine and make again what can be made: indexes and tags.</summary>
    public bool Repair { get; init; }

    /// <summary>Threads that read and check; 0 for one per processor.</summary>
    public int Threads { get; init; }

    /// <summary>Where the local scan state lies; null for the user's cache directory.</summary>
    public string? CacheDirectory { get; init; }
}

/// <summary>How far a scan is.</summary>
/// <param name="Activity">What it is doing, a few words.</param>
/// <param name="Size">Bytes of packs read.</param>
/// <param name="TotalSize">Bytes of packs to read; 0 while none are read.</param>
/// <param name="Problems">Problems found so far.</param>
public readonly record struct ScanProgress(string Activity, long Size, long TotalSize, int Problems);

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
    bool OutOfTime)
{
    /// <summary>Whether it read no pack, because this machine has verified each of them recently enough.</summary>
    public bool NothingDue => VerifiedPacks == 0 && SkippedPacks > 0 && !OutOfTime;
}
