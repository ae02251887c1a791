using Rekkord.Engine.Saving;

namespace Rekkord.Cmdlets.Models;

/// <summary>What a save did.</summary>
public sealed class RekkordSaveResult
{
    internal RekkordSaveResult(SaveResult result, RekkordHookResult[] hooks)
    {
        var summary = result.Snapshot.Summary;
        Status = result.IsPartial ? RekkordSaveStatus.Partial : RekkordSaveStatus.Succeeded;
        Channel = summary.Channel;
        Id = result.Snapshot.Id.ToString();
        StartTime = summary.Time.ToLocalTime();
        Duration = summary.Duration;
        Paths = new RekkordSnapshot(result.Snapshot).Paths;
        Files = summary.Files;
        Directories = summary.Directories;
        UnchangedFiles = result.UnchangedFiles;
        Omitted = result.Omitted;
        Size = summary.Size;
        AddedSize = summary.AddedSize;
        StoredSize = summary.StoredSize;
        DataPacks = result.NewDataPacks;
        MetadataPacks = result.NewMetadataPacks;
        ErrorCount = summary.ErrorCount;
        Errors = [.. result.Errors.Select(error => error.Message)];
        Tags = [.. summary.Tags];
        Note = summary.Note;
        Hooks = hooks;
    }

    /// <summary>Whether everything is in the snapshot.</summary>
    public RekkordSaveStatus Status { get; }

    /// <summary>The channel it is filed under.</summary>
    public string Channel { get; }

    /// <summary>The snapshot's object ID: 64 hex digits.</summary>
    public string Id { get; }

    /// <summary>When the save began.</summary>
    public DateTimeOffset StartTime { get; }

    /// <summary>How long it took, without the hooks.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The saved paths.</summary>
    public string[] Paths { get; }

    /// <summary>Entries that are not directories.</summary>
    public long Files { get; }

    /// <summary>Directories.</summary>
    public long Directories { get; }

    /// <summary>Files that were not read because they had not changed.</summary>
    public long UnchangedFiles { get; }

    /// <summary>Entries that exclusions and files of rules left out; what is in a directory that was left out is not counted. -Verbose names them.</summary>
    public long Omitted { get; }

    /// <summary>Bytes of all files together.</summary>
    public long Size { get; }

    /// <summary>Bytes of new content, before compression.</summary>
    public long AddedSize { get; }

    /// <summary>Bytes that this took in the repository.</summary>
    public long StoredSize { get; }

    /// <summary>New packs of file content.</summary>
    public int DataPacks { get; }

    /// <summary>New packs of metadata.</summary>
    public int MetadataPacks { get; }

    /// <summary>How many entries could not be saved whole.</summary>
    public long ErrorCount { get; }

    /// <summary>Why, a message each; the first 1,000.</summary>
    public string[] Errors { get; }

    /// <summary>The snapshot's tags.</summary>
    public string[] Tags { get; }

    /// <summary>Its note; may be empty.</summary>
    public string Note { get; }

    /// <summary>The results of all hooks that ran.</summary>
    public RekkordHookResult[] Hooks { get; }

    /// <summary>How it ended, and which snapshot it made.</summary>
    public override string ToString() => $"{Status} {Id[..12]} of {Channel}";
}

/// <summary>How a save ended that made a snapshot.</summary>
public enum RekkordSaveStatus
{
    /// <summary>Everything is in the snapshot.</summary>
    Succeeded,

    /// <summary>Something could not be read, and is missing from the snapshot or marked in it.</summary>
    Partial,
}
