using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Cmdlets.Models;

/// <summary>One saved state of some paths.</summary>
public sealed class RekkordSnapshot
{
    internal RekkordSnapshot(Snapshot snapshot)
    {
        var summary = snapshot.Summary;
        Id = snapshot.Id.ToString();
        Channel = summary.Channel;
        Time = summary.Time.ToLocalTime();
        StoredTime = snapshot.StoredTime?.ToLocalTime();
        IsTimeDoubtful = snapshot.HasImpossibleTime(DateTimeOffset.UtcNow);
        Duration = summary.Duration;
        Paths = [.. summary.Paths.Select(path => FileName.ToDisplay(path))];
        Files = summary.Files;
        Directories = summary.Directories;
        Size = summary.Size;
        AddedSize = summary.AddedSize;
        StoredSize = summary.StoredSize;
        ErrorCount = summary.ErrorCount;
        IsPartial = summary.ErrorCount > 0;
        HostName = summary.HostName;
        UserName = summary.UserName;
        KeyId = snapshot.KeyId;
        SignerStatus = snapshot.SignerStatus == Engine.Snapshots.SignerStatus.Revoked ? RekkordSignerStatus.Revoked : RekkordSignerStatus.Trusted;
        RemovedTime = snapshot.Removal?.Time.ToLocalTime();
        IsRemoved = snapshot.Removal is not null;
        Tags = [.. summary.Tags];
        Note = summary.Note;
        CopiedFrom = summary.Origin?.SnapshotId.ToString();
        CopiedFromRepository = summary.Origin?.RepositoryId;
        Hooks = [.. summary.Hooks.Select(record => new RekkordHookRecord(record))];
        Status = SignerStatus == RekkordSignerStatus.Revoked ? RekkordSnapshotStatus.Revoked
            : IsRemoved ? RekkordSnapshotStatus.Removed
            : IsPartial ? RekkordSnapshotStatus.Partial
            : RekkordSnapshotStatus.Whole;
    }

    /// <summary>Whether it is good, in one word: what is worst about it.</summary>
    public RekkordSnapshotStatus Status { get; }

    /// <summary>Its object ID: 64 hex digits.</summary>
    public string Id { get; }

    /// <summary>The name it is filed under.</summary>
    public string Channel { get; }

    /// <summary>When the save began, as the machine's clock said.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>When the snapshot was stored, as the storage's clock said; null when that is not known. A copy of the repository may have lost it.</summary>
    public DateTimeOffset? StoredTime { get; }

    /// <summary>Whether it cannot have been made at its Time, because that is still to come, or later than it was stored.</summary>
    public bool IsTimeDoubtful { get; }

    /// <summary>What the user calls it.</summary>
    public string[] Tags { get; }

    /// <summary>What the user says of it; may be empty.</summary>
    public string Note { get; }

    /// <summary>How long the save took.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The saved paths.</summary>
    public string[] Paths { get; }

    /// <summary>How many entries it has that are not directories.</summary>
    public long Files { get; }

    /// <summary>How many directories it has.</summary>
    public long Directories { get; }

    /// <summary>Bytes of all its files together.</summary>
    public long Size { get; }

    /// <summary>Bytes of new content that it brought, before compression.</summary>
    public long AddedSize { get; }

    /// <summary>Bytes that this took in the repository.</summary>
    public long StoredSize { get; }

    /// <summary>How many entries could not be saved whole.</summary>
    public long ErrorCount { get; }

    /// <summary>Whether something is missing from it.</summary>
    public bool IsPartial { get; }

    /// <summary>The machine that saved.</summary>
    public string HostName { get; }

    /// <summary>The user who saved.</summary>
    public string UserName { get; }

    /// <summary>The ID of the keyfile that signed it; empty for the master key.</summary>
    public string KeyId { get; }

    /// <summary>Whether that signature counts: Revoked if the keyfile was revoked before this snapshot came.</summary>
    public RekkordSignerStatus SignerStatus { get; }

    /// <summary>Whether it was removed, so that lists and channels pass over it. Undo-RekkordRemoval brings it back.</summary>
    public bool IsRemoved { get; }

    /// <summary>When it was removed, as the clock of that machine said; null when it was not.</summary>
    public DateTimeOffset? RemovedTime { get; }

    /// <summary>The ID of the snapshot that it is a copy of; null when it was saved here.</summary>
    public string? CopiedFrom { get; }

    /// <summary>The ID of the repository where that was saved; null when this was saved here.</summary>
    public string? CopiedFromRepository { get; }

    /// <summary>The pre-save hooks that ran before it.</summary>
    public RekkordHookRecord[] Hooks { get; }

    /// <summary>The ID.</summary>
    public override string ToString() => Id;
}

/// <summary>Whether a snapshot is good.</summary>
public enum RekkordSnapshotStatus
{
    /// <summary>All that was to be saved is in it.</summary>
    Whole,

    /// <summary>Something could not be read, and is missing from it or marked in it.</summary>
    Partial,

    /// <summary>It was removed. Its data is still there.</summary>
    Removed,

    /// <summary>The keyfile that signed it was revoked. Anybody may have made it.</summary>
    Revoked,
}

/// <summary>Whether the signature of a snapshot counts.</summary>
public enum RekkordSignerStatus
{
    /// <summary>The master key, or a keyfile made with it, signed it.</summary>
    Trusted,

    /// <summary>The keyfile that signed it was revoked, and it is not among the snapshots that stayed good.</summary>
    Revoked,
}
