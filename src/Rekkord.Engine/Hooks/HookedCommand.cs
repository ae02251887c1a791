using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Hooks;

/// <summary>
/// The one life of a save and of a scan: pre hooks, the action unless one of them failed, post hooks whatever became of the action.
/// </summary>
public sealed class HookedCommand
{
    private readonly HookRunner _runner;
    private readonly HookSettings _settings;

    /// <summary>Creates the command.</summary>
    /// <param name="runner">Runs the phases.</param>
    /// <param name="settings">The configured directories and rules.</param>
    public HookedCommand(HookRunner runner, HookSettings settings)
    {
        _runner = runner;
        _settings = settings;
    }

    /// <summary>Runs the phases around an action.</summary>
    /// <typeparam name="T">The action's result.</typeparam>
    /// <param name="context">What hooks are told; its phase is the pre phase, which also says which command it is.</param>
    /// <param name="action">The save or scan. It gets <paramref name="stop"/>, and the results of the pre hooks to record.</param>
    /// <param name="stop">The first Ctrl-C: ends the hook or the action that runs; the post hooks, or those after it, still run.</param>
    /// <param name="stopPostHooks">The second Ctrl-C: ends the post hook that runs, and those after it do not start.</param>
    /// <returns>What came of it all. Failures of hooks and of the action are in there, not thrown.</returns>
    /// <exception cref="Errors.RekkordException"><c>NestedHooks</c>: see <see cref="HookNesting"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled before anything ran.</exception>
    public HookedOutcome<T> Run<T>(
        HookContext context,
        Func<IReadOnlyList<HookRecord>, CancellationToken, HookedActionResult<T>> action,
        CancellationToken stop,
        CancellationToken stopPostHooks)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(action);
        var postPhase = context.Phase.ToPost();
        HookNesting.ThrowIfInsideHook(_settings, context.Phase, postPhase);
        stop.ThrowIfCancellationRequested();

        var pre = _runner.Run(context, stop);
        var outcome = new HookedOutcome<T> { Pre = pre };
        if (pre.Cancelled || stop.IsCancellationRequested)
            outcome = outcome with { Cancelled = true };
        else if (pre.Succeeded)
            outcome = RunAction(outcome, action, stop);
        else if (!_settings.RunPostHooksAfterPreFailure)
            return outcome;

        var postContext = context with
        {
            Phase = postPhase,
            Outcome = OutcomeOf(outcome),
            Snapshot = outcome.Action?.Snapshot,
            Errors = ErrorLines(outcome),
            HookResults = pre.Results,
        };
        return outcome with { Post = _runner.Run(postContext, stopPostHooks, stop) };
    }

    private static HookedOutcome<T> RunAction<T>(
        HookedOutcome<T> outcome,
        Func<IReadOnlyList<HookRecord>, CancellationToken, HookedActionResult<T>> action,
        CancellationToken stop)
    {
        try
        {
            return outcome with { Action = action([.. outcome.Pre!.Results.Select(result => result.ToRecord())], stop) };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return outcome with { Cancelled = true };
        }
#pragma warning disable CA1031 // Post hooks run after every failure, also one nobody foresaw; the exception is kept and raised afterwards.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return outcome with { ActionError = error };
        }
    }

    private static HookOutcome OutcomeOf<T>(HookedOutcome<T> outcome) => outcome switch
    {
        { Cancelled: true } => HookOutcome.Cancelled,
        { Action.Succeeded: true } => HookOutcome.Success,
        { Action.Snapshot: not null } => HookOutcome.Partial,
        _ => HookOutcome.Failure,
    };

    private static List<string> ErrorLines<T>(HookedOutcome<T> outcome)
    {
        List<string> lines = [];
        if (outcome.Cancelled)
            lines.Add("The command was stopped.");
        lines.AddRange(outcome.Action?.Errors ?? []);
        lines.AddRange(outcome.Errors.Select(error => error.Message));
        return lines;
    }
}
