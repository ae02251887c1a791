using Rekkord.Engine.Errors;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Restoring;

/// <summary>What to restore, and where to.</summary>
public sealed record RestoreRequest
{
    /// <summary>The snapshot: its OID, the beginning of one, or a channel (its newest).</summary>
    public required string Snapshot { get; init; }

    /// <summary>A path within the snapshot, as it was saved; null for everything. A directory's content goes straight into the destination.</summary>
    public string? Path { get; init; }

    /// <summary>
    /// The whole paths of what to restore, as it was saved, with everything below; empty for everything. It lies under these paths in the
    /// destination too. Not together with <see cref="Path"/> or <see cref="Include"/>.
    /// </summary>
    public IReadOnlyList<string> Items { get; init; } = [];

    /// <summary>The same for entries that are restored alone: of a directory its properties, and nothing of what is in it.</summary>
    public IReadOnlyList<string> SingleItems { get; init; } = [];

    /// <summary>The directory to restore into; made if it does not exist.</summary>
    public required string Destination { get; init; }

    /// <summary>Patterns of what to restore; empty for everything.</summary>
    public IReadOnlyList<Patterns.PathPattern> Include { get; init; } = [];

    /// <summary>Restore into a directory that has something in it, and replace files there.</summary>
    public bool Force { get; init; }

    /// <summary>Read every restored file again and compare it with the snapshot.</summary>
    public bool Verify { get; init; }

    /// <summary>Whom what is restored belongs to.</summary>
    public OwnerChoice Owner { get; init; }

    /// <summary>
    /// Make no device nodes and fifos, and leave out setuid and setgid bits and all attributes that are neither a user's nor an ACL: for
    /// a snapshot that somebody else may have written.
    /// </summary>
    public bool NoSpecial { get; init; }

    /// <summary>Tell the observer of each file that is restored.</summary>
    public bool TellEntries { get; init; }

    /// <summary>Threads that read and decompress; 0 for one per processor.</summary>
    public int Threads { get; init; }
}

/// <summary>Is told what a restore meets; called from any thread.</summary>
public interface IRestoreObserver
{
    /// <summary>An entry could not be restored as it was saved; the restore goes on.</summary>
    void EntryFailed(RekkordException error);

    /// <summary>Something that does not touch content, such as an owner that could not be set.</summary>
    void Warn(string message);

    /// <summary>One of many things that a warning counts; of interest to those who ask for details.</summary>
    void Detail(string message);
}

/// <summary>How far a restore is.</summary>
/// <param name="Activity">What it is doing, a few words.</param>
/// <param name="Files">Entries made that are not directories.</param>
/// <param name="Size">Bytes of them, and of what was written of others.</param>
/// <param name="TotalSize">Bytes of the snapshot; 0 when only a part of it is restored, of which nobody has counted the bytes.</param>
/// <param name="CurrentPath">The file that was begun last.</param>
public readonly record struct RestoreProgress(string Activity, long Files, long Size, long TotalSize, string CurrentPath);

/// <summary>What a restore did.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Destination">The directory restored into, absolute.</param>
/// <param name="Files">Entries made that are not directories.</param>
/// <param name="Directories">Directories made.</param>
/// <param name="Size">Bytes of the files made.</param>
/// <param name="VerifiedFiles">Files read again and found equal.</param>
/// <param name="ErrorCount">How many entries are missing or not as they were saved.</param>
/// <param name="Errors">Which; at most 1,000 are kept.</param>
public sealed record RestoreResult(
    Snapshot Snapshot, string Destination, long Files, long Directories, long Size, long VerifiedFiles, long ErrorCount, IReadOnlyList<RekkordException> Errors);
