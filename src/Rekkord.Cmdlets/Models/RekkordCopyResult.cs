using Rekkord.Engine.Copying;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Cmdlets.Models;

/// <summary>What became of a snapshot that was to be copied.</summary>
public sealed class RekkordCopyResult
{
    internal RekkordCopyResult(CopyResult result, string repository, string keyFile)
        : this(result.Snapshot, result.Copy, RekkordCopyStatus.Copied, repository, keyFile)
    {
    }

    internal RekkordCopyResult(PlannedCopy planned, string repository, string keyFile)
        : this(planned.Snapshot, planned.Copy!, planned.Copy!.Removal is null ? RekkordCopyStatus.Present : RekkordCopyStatus.Removed, repository, keyFile)
    {
    }

    private RekkordCopyResult(Snapshot snapshot, Snapshot copy, RekkordCopyStatus status, string repository, string keyFile)
    {
        var summary = copy.Summary;
        Status = status;
        Channel = summary.Channel;
        Time = summary.Time.ToLocalTime();
        SourceId = snapshot.Id.ToString();
        Id = copy.Id.ToString();
        Files = summary.Files;
        Size = summary.Size;
        AddedSize = status == RekkordCopyStatus.Copied ? summary.AddedSize : 0;
        StoredSize = status == RekkordCopyStatus.Copied ? summary.StoredSize : 0;
        IsPartial = summary.ErrorCount > 0;
        Repository = repository;
        KeyFile = keyFile;
    }

    /// <summary>Whether it was copied now.</summary>
    public RekkordCopyStatus Status { get; }

    /// <summary>The channel that both are filed under.</summary>
    public string Channel { get; }

    /// <summary>When it was saved.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The ID of the snapshot.</summary>
    public string SourceId { get; }

    /// <summary>The ID of the copy.</summary>
    public string Id { get; }

    /// <summary>Entries that are not directories.</summary>
    public long Files { get; }

    /// <summary>Bytes of all its files together.</summary>
    public long Size { get; }

    /// <summary>Bytes of content that were new to the destination, before compression.</summary>
    public long AddedSize { get; }

    /// <summary>Bytes that this took there.</summary>
    public long StoredSize { get; }

    /// <summary>Whether something is missing from the snapshot, and so from the copy.</summary>
    public bool IsPartial { get; }

    /// <summary>Where the copy is.</summary>
    public string Repository { get; }

    /// <summary>The keyfile that it was made with.</summary>
    public string KeyFile { get; }

    /// <summary>How it ended, and which snapshot became which.</summary>
    public override string ToString() => $"{Status} {SourceId[..12]} as {Id[..12]}";
}

/// <summary>Whether a snapshot was copied.</summary>
public enum RekkordCopyStatus
{
    /// <summary>It was, now.</summary>
    Copied,

    /// <summary>The destination has a copy of it already, and nothing was done.</summary>
    Present,

    /// <summary>The destination had a copy of it, which was removed and is not deleted yet. Nothing was done.</summary>
    Removed,
}
