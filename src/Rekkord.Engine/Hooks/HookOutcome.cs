namespace Rekkord.Engine.Hooks;

/// <summary>What a post hook is told of how it went so far.</summary>
public enum HookOutcome
{
    /// <summary>The command did all that it was asked for, and no post hook has failed.</summary>
    Success,

    /// <summary>A save made a snapshot from which something is missing.</summary>
    Partial,

    /// <summary>The command or a hook failed, or a scan found something wrong.</summary>
    Failure,

    /// <summary>The command was stopped.</summary>
    Cancelled,
}
