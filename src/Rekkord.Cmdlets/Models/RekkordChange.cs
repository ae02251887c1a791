namespace Rekkord.Cmdlets.Models;

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
