namespace Rekkord.Cmdlets.Models;

/// <summary>How a save ended that made a snapshot.</summary>
public enum RekkordSaveStatus
{
    /// <summary>Everything is in the snapshot.</summary>
    Succeeded,

    /// <summary>Something could not be read, and is missing from the snapshot or marked in it.</summary>
    Partial,
}
