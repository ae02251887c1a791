using Rekkord.Engine.Hooks;

namespace Rekkord.Cmdlets.Models;

/// <summary>A hook as <c>Get-RekkordHook</c> finds it: what would run, in which place, or why it would not.</summary>
public sealed class RekkordHook
{
    internal RekkordHook(Hook hook)
    {
        Phase = (RekkordHookPhase)hook.Phase;
        Order = hook.Order;
        Name = hook.Name;
        Path = hook.Path;
        Kind = (RekkordHookKind)hook.Kind;
        WillRun = hook.WillRun;
        Reason = hook.Refusal?.Reason;
        Remedy = hook.Refusal?.Remedy;
    }

    /// <summary>The phase it belongs to.</summary>
    public RekkordHookPhase Phase { get; }

    /// <summary>Its place in the phase, from 1.</summary>
    public int Order { get; }

    /// <summary>Its file name.</summary>
    public string Name { get; }

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <summary>How it is run.</summary>
    public RekkordHookKind Kind { get; }

    /// <summary>Whether it would be started. One that would not counts as failed.</summary>
    public bool WillRun { get; }

    /// <summary>Why it would not be started; null when it would.</summary>
    public string? Reason { get; }

    /// <summary>What puts that right; null when there is nothing to do or to say.</summary>
    public string? Remedy { get; }

    /// <summary>The hook's name.</summary>
    public override string ToString() => Name;
}

/// <summary>How a hook is run.</summary>
public enum RekkordHookKind
{
    /// <summary>As a program of its own.</summary>
    External,

    /// <summary>As a script block in the caller's session.</summary>
    ScriptBlock,
}

/// <summary>When a hook runs.</summary>
public enum RekkordHookPhase
{
    /// <summary>Before a save; a failure stops the save.</summary>
    PreSave,

    /// <summary>After a save, successful or not.</summary>
    PostSave,

    /// <summary>Before a scan; a failure stops the scan.</summary>
    PreScan,

    /// <summary>After a scan, successful or not.</summary>
    PostScan,
}
