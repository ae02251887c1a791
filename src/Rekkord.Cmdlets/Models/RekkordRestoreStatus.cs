namespace Rekkord.Cmdlets.Models;

/// <summary>How a restore ended.</summary>
public enum RekkordRestoreStatus
{
    /// <summary>Everything that was asked for is there.</summary>
    Succeeded,

    /// <summary>Something is missing, or not as it was saved.</summary>
    Partial,
}
