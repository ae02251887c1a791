using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Hooks;

/// <summary>Keeps hooks from running commands whose hooks run commands, without end.</summary>
public static class HookNesting
{
    /// <summary>
    /// Refuses to run hooks inside a hook. The variable <c>REKKORD_PHASE</c> is in the environment of every hook and of everything
    /// a hook starts; in this process it is known without it.
    /// </summary>
    /// <param name="settings">The configured directories.</param>
    /// <param name="phases">The phases about to run; those without a directory have nothing to run.</param>
    /// <exception cref="RekkordException"><c>NestedHooks</c>.</exception>
    public static void ThrowIfInsideHook(HookSettings settings, params ReadOnlySpan<HookPhase> phases)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var outer = ScriptHookTurn.OwnPhase?.ToString() ?? ProcessEnvironment.Get(HookVariables.Phase);
        if (outer is null)
            return;
        foreach (var phase in phases)
        {
            if (settings.Directories.ContainsKey(phase))
            {
                throw new RekkordException("NestedHooks", RekkordErrorKind.InvalidOperation,
                    $"This {phase.CommandName()} was started from a {OneLine.From(outer, 20)} hook and has hooks of its own. They could "
                    + "start each other forever. Leave its hooks out (-SkipHooks), or use a configuration without hook directories.");
            }
        }
    }
}
