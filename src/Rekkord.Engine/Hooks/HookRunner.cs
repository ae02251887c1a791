using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Hooks;

/// <summary>Runs the hooks of one phase, in order, one at a time, all of them even when one fails.</summary>
public sealed class HookRunner
{
    private readonly HookSettings _settings;
    private readonly IHookObserver _observer;
    private readonly IScriptHookExecutor _scripts;
    private readonly string _workingDirectory;

    /// <summary>Creates the runner.</summary>
    /// <param name="settings">The configured directories and rules.</param>
    /// <param name="scripts">Runs <c>.ps1</c> hooks.</param>
    /// <param name="observer">Told of every start, line and end.</param>
    /// <param name="workingDirectory">The caller's current location, in which external hooks start.</param>
    public HookRunner(HookSettings settings, IScriptHookExecutor scripts, IHookObserver observer, string workingDirectory)
    {
        _settings = settings;
        _scripts = scripts;
        _observer = observer;
        _workingDirectory = workingDirectory;
    }

    /// <summary>
    /// Runs a phase and waits for it. A phase without a directory has no hooks and succeeds. After a post hook has failed, those
    /// after it see <c>SUCCESS=0</c>. When <paramref name="stop"/> is cancelled the hook that runs is ended with everything it
    /// started, and those after it are reported as cancelled without having been started.
    /// </summary>
    /// <param name="context">What the hooks are told; its phase says which directory.</param>
    /// <param name="stop">Stops the phase.</param>
    /// <param name="stopOne">Ends the hook that runs when it is cancelled, and none of those after it.</param>
    public HookPhaseResult Run(HookContext context, CancellationToken stop, CancellationToken stopOne = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        HookPlan plan;
        try
        {
            plan = HookPlan.Discover(context.Phase, _settings);
        }
        catch (RekkordException error)
        {
            return new HookPhaseResult(context.Phase, [], error);
        }

        List<HookResult> results = [];
        foreach (var hook in plan.Hooks)
        {
            var result = RunOne(hook, context, stop, stopOne);
            results.Add(result);
            context = context with { HookResults = [.. context.HookResults, result] };
            if (!result.Succeeded && context.Outcome is (HookOutcome.Success or HookOutcome.Partial))
                context = context with { Outcome = HookOutcome.Failure };
            _observer.OnEnded(result);
        }

        return new HookPhaseResult(context.Phase, results);
    }

    private HookResult RunOne(Hook hook, HookContext context, CancellationToken stop, CancellationToken stopOne)
    {
        var started = DateTimeOffset.Now;
        if (stop.IsCancellationRequested)
        {
            return new HookResult
            {
                Hook = hook, Status = HookStatus.Cancelled, StartTime = started, Reason = "not started: the command was stopped",
            };
        }

        if (hook.Refusal is { } refusal)
        {
            return new HookResult
            {
                Hook = hook, Status = refusal.Status, StartTime = started, Reason = refusal.Reason, Remedy = refusal.Remedy,
            };
        }

        _observer.OnStarted(hook);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, stopOne.IsCancellationRequested ? CancellationToken.None : stopOne);
        return hook.Kind == HookKind.ScriptBlock
            ? new ScriptHook(_scripts, _settings.Timeout).Run(hook, context, either.Token)
            : new ExternalHook(_observer, _workingDirectory, _settings.Timeout).Run(hook, context, either.Token);
    }
}
