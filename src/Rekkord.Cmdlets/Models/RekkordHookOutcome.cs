namespace Rekkord.Cmdlets.Models;

/// <summary>What post hooks are told when they are rehearsed.</summary>
public enum RekkordHookOutcome
{
    /// <summary><c>SUCCESS=1</c>.</summary>
    Success,

    /// <summary><c>SUCCESS=0</c>.</summary>
    Failure,
}
