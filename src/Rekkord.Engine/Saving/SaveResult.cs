using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Saving;

/// <summary>What a save did.</summary>
/// <param name="Snapshot">The snapshot that was made.</param>
/// <param name="NewDataPacks">How many packs of file content were written.</param>
/// <param name="NewMetadataPacks">How many packs of metadata were written.</param>
/// <param name="UnchangedFiles">Files that were not read because they had not changed.</param>
/// <param name="Errors">What could not be saved whole; empty when everything was. At most 1,000 are kept.</param>
public sealed record SaveResult(
    Snapshot Snapshot, int NewDataPacks, int NewMetadataPacks, long UnchangedFiles, IReadOnlyList<Errors.RekkordException> Errors)
{
    /// <summary>Whether something is missing from the snapshot.</summary>
    public bool IsPartial => Snapshot.Summary.ErrorCount > 0;

    /// <summary>The exclusions, as they were given, that left nothing out.</summary>
    public IReadOnlyList<string> UnusedExclusions { get; init; } = [];
}
