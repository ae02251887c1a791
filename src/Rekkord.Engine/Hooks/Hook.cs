using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Hooks;

/// <summary>One file of a hook directory, in its place in the order.</summary>
/// <param name="Phase">The phase whose directory it is in.</param>
/// <param name="Order">Its place in the phase, from 1.</param>
/// <param name="Name">Its file name.</param>
/// <param name="Path">Its full path, links not resolved.</param>
/// <param name="Kind">How it is run.</param>
/// <param name="Refusal">Why it will not be run; null when it will.</param>
public sealed record Hook(HookPhase Phase, int Order, string Name, string Path, HookKind Kind, HookRefusal? Refusal = null)
{
    /// <summary>Whether the phase would start it.</summary>
    public bool WillRun => Refusal is null;
}
