using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Snapshots;

/// <summary>What a listing says of a snapshot. It is in the snapshot and again in its tag, which a LogOnly keyfile can read.</summary>
public sealed record SnapshotSummary
{
    /// <summary>The name it is filed under.</summary>
    public required string Channel { get; init; }

    /// <summary>When the save began.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>How long the save took until the snapshot was written.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The machine that saved.</summary>
    public string HostName { get; init; } = "";

    /// <summary>The user who saved.</summary>
    public string UserName { get; init; } = "";

    /// <summary>The saved paths, in the system's bytes.</summary>
    public required IReadOnlyList<byte[]> Paths { get; init; }

    /// <summary>Entries that are not directories.</summary>
    public long Files { get; init; }

    /// <summary>Directories.</summary>
    public long Directories { get; init; }

    /// <summary>Bytes of all files together.</summary>
    public long Size { get; init; }

    /// <summary>Bytes of new content before compression.</summary>
    public long AddedSize { get; init; }

    /// <summary>Bytes that the new packs take in the repository.</summary>
    public long StoredSize { get; init; }

    /// <summary>How many entries could not be saved whole. The snapshot is partial if there are any.</summary>
    public long ErrorCount { get; init; }

    /// <summary>The pre-save hooks that ran before it.</summary>
    public IReadOnlyList<HookRecord> Hooks { get; init; } = [];

    /// <summary>What the user calls it, in the order of <see cref="SnapshotLabels.Order"/>.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What the user says of it; may be empty.</summary>
    public string Note { get; init; } = "";

    /// <summary>The snapshot of another repository that it is a copy of; null when it was saved here.</summary>
    public SnapshotOrigin? Origin { get; init; }
}

/// <summary>The snapshot that a copy was made of, also where that was a copy of a copy.</summary>
/// <param name="RepositoryId">The ID of the repository where it was saved, in hex.</param>
/// <param name="SnapshotId">Its ID there.</param>
public sealed record SnapshotOrigin(string RepositoryId, Oid SnapshotId);
