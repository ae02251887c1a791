namespace Rekkord.Engine.Browsing;

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
