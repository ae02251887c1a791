namespace Rekkord.Cmdlets.Models;

/// <summary>How a hook is run.</summary>
public enum RekkordHookKind
{
    /// <summary>As a program of its own.</summary>
    External,

    /// <summary>As a script block in the caller's session.</summary>
    ScriptBlock,
}
