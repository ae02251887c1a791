namespace Rekkord.Cmdlets.Models;

/// <summary>How a hook ended.</summary>
public enum RekkordHookStatus
{
    /// <summary>It ran and reported success.</summary>
    Succeeded,

    /// <summary>It could not start, ended non-zero, was killed, threw, or did not parse.</summary>
    Failed,

    /// <summary>It ran longer than the configured limit and was ended.</summary>
    TimedOut,

    /// <summary>It was not run because others can change it.</summary>
    Refused,

    /// <summary>The command was stopped while it ran, or before.</summary>
    Cancelled,
}
