using System.Security.Cryptography;
using Rekkord.Engine.Hooks.Definitions;
using Oid = Rekkord.Engine.Objects.Oid;

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
/// <param name="Signer">
/// The ID, in hex, of the keyfile that signed it; empty: the master key. Where that was a copy, a hash that stands for all who signed on the way.
/// </param>
public sealed record SnapshotOrigin(string RepositoryId, Oid SnapshotId, string Signer)
{
    /// <summary>How many bytes the ID of a repository or keyfile has.</summary>
    internal const int IdLength = 16;

    /// <summary>The same for a copy of a copy.</summary>
    /// <param name="keyId">The ID, in hex, of the keyfile that signed the copy; empty: the master key.</param>
    internal SnapshotOrigin CopiedBy(string keyId) =>
        this with { Signer = Convert.ToHexStringLower(SHA256.HashData(Convert.FromHexString($"{Padded(Signer)}{Padded(keyId)}")).AsSpan(0, IdLength)) };

    private static string Padded(string keyId) => keyId.PadLeft(2 * IdLength, '0');
}
