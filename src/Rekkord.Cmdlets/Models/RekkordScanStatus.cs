namespace Rekkord.Cmdlets.Models;

/// <summary>How a scan ended.</summary>
public enum RekkordScanStatus
{
    /// <summary>All that was looked at is sound.</summary>
    Succeeded,

    /// <summary>Something is damaged or missing.</summary>
    ProblemsFound,
}
