namespace Rekkord.Engine.Browsing;

/// <summary>One entry that differs between two snapshots.</summary>
/// <param name="Path">Its path, as displayed.</param>
/// <param name="Kind">How it differs.</param>
/// <param name="Old">What the reference has; null where it has nothing.</param>
/// <param name="New">What the other snapshot has; null where it has nothing.</param>
/// <param name="ChangedProperties">The names of what differs; empty where only one of the two has the entry.</param>
public sealed record SnapshotDifference(
    string Path, DifferenceKind Kind, SnapshotItem? Old, SnapshotItem? New, IReadOnlyList<string> ChangedProperties);

/// <summary>How an entry differs between two snapshots.</summary>
public enum DifferenceKind
{
    /// <summary>Only the later of the two has it.</summary>
    Added,

    /// <summary>Only the earlier of the two has it.</summary>
    Removed,

    /// <summary>Its content is another.</summary>
    Modified,

    /// <summary>Its content is the same, and what else is known of it is not.</summary>
    MetadataChanged,

    /// <summary>It is of another type, such as a directory that was a file.</summary>
    TypeChanged,
}
