namespace Rekkord.Cmdlets.Models;

/// <summary>What post hooks are told of how it went.</summary>
public enum RekkordHookOutcome
{
    /// <summary><c>SUCCESS=1</c>: the command did all that it was asked for, and no post hook has failed.</summary>
    Success,

    /// <summary><c>SUCCESS=0</c>: a save made a snapshot from which something is missing.</summary>
    Partial,

    /// <summary><c>SUCCESS=0</c>: the command or a hook failed, or a scan found something wrong.</summary>
    Failure,

    /// <summary><c>SUCCESS=0</c>: the command was stopped.</summary>
    Cancelled,
}
