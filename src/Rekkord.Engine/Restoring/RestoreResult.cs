using Rekkord.Engine.Errors;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Restoring;

/// <summary>What a restore did.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Destination">The directory restored into, absolute.</param>
/// <param name="Files">Entries made that are no directories.</param>
/// <param name="Directories">Directories made.</param>
/// <param name="Size">Bytes of the files made.</param>
/// <param name="VerifiedFiles">Files read again and found equal.</param>
/// <param name="ErrorCount">How many entries are missing or not as they were saved.</param>
/// <param name="Errors">Which; at most 1,000 are kept.</param>
public sealed record RestoreResult(
    Snapshot Snapshot, string Destination, long Files, long Directories, long Size, long VerifiedFiles, long ErrorCount, IReadOnlyList<RekkordException> Errors);
