using Rekkord.Engine.Browsing;

namespace Rekkord.Cmdlets.Models;

/// <summary>One entry that differs between two snapshots.</summary>
public sealed class RekkordDifference
{
    internal RekkordDifference(SnapshotDifference found, string reference, string difference)
    {
        Path = found.Path;
        Change = (RekkordChange)found.Kind;
        Kind = (RekkordItemKind)(found.New ?? found.Old)!.Kind;
        OldKind = (RekkordItemKind?)found.Old?.Kind;
        OldSize = found.Old?.Size;
        NewSize = found.New?.Size;
        OldModifiedTime = found.Old?.ModifiedTime.ToDateTimeOffset().ToLocalTime();
        NewModifiedTime = found.New?.ModifiedTime.ToDateTimeOffset().ToLocalTime();
        ChangedProperties = [.. found.ChangedProperties];
        Reference = reference;
        Difference = difference;
        Snapshot = found.New is null ? reference : difference;
    }

    /// <summary>Its path, as it was saved. Bytes that are not UTF-8 are shown as <c>\xNN</c>.</summary>
    public string Path { get; }

    /// <summary>How it differs.</summary>
    public RekkordChange Change { get; }

    /// <summary>Its type; of what was removed, the type that it had.</summary>
    public RekkordItemKind Kind { get; }

    /// <summary>The type that it had in the reference; null where the reference does not have it.</summary>
    public RekkordItemKind? OldKind { get; }

    /// <summary>Its size in the reference, in bytes; null where the reference does not have it.</summary>
    public long? OldSize { get; }

    /// <summary>Its size in the second snapshot, in bytes; null where that does not have it.</summary>
    public long? NewSize { get; }

    /// <summary>When its content was last changed, as the reference says.</summary>
    public DateTimeOffset? OldModifiedTime { get; }

    /// <summary>When its content was last changed, as the second snapshot says.</summary>
    public DateTimeOffset? NewModifiedTime { get; }

    /// <summary>What differs: <c>Content</c>, or the name of a property; empty for what was added or removed.</summary>
    public string[] ChangedProperties { get; }

    /// <summary>The ID of the reference.</summary>
    public string Reference { get; }

    /// <summary>The ID of the second snapshot.</summary>
    public string Difference { get; }

    /// <summary>The ID of the snapshot that has it: the second one, or the reference for what only that has.</summary>
    public string Snapshot { get; }

    /// <summary>The path.</summary>
    public override string ToString() => Path;
}

/// <summary>How an entry differs between two snapshots.</summary>
public enum RekkordChange
{
    /// <summary>Only the second snapshot has it.</summary>
    Added,

    /// <summary>Only the reference has it.</summary>
    Removed,

    /// <summary>Its content is another.</summary>
    Modified,

    /// <summary>Its content is the same; its mode, owner, time or attributes are not.</summary>
    MetadataChanged,

    /// <summary>It is of another type, such as a directory that was a file.</summary>
    TypeChanged,
}
