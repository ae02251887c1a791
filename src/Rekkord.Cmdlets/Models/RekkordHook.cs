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
