using System.Diagnostics;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Hooks.External;

namespace Rekkord.Engine.Hooks;

/// <summary>Runs one script hook through the executor, when it is its turn in this process, under the time limit.</summary>
internal sealed class ScriptHook(IScriptHookExecutor executor, TimeSpan? timeout)
{
    // What a timer can count; a limit beyond it (49 days) is none.
    private static readonly TimeSpan LongestLimit = TimeSpan.FromMilliseconds(uint.MaxValue - 1L);

    // An error may quote all that a script wrote; the whole of it is in the result.
    private const int LongestReason = 2000;

    public HookResult Run(Hook hook, HookContext context, CancellationToken stop)
    {
        using var turn = ScriptHookTurn.Wait(stop);
        return turn is not null ? RunInTurn(hook, context, stop) : new HookResult
        {
            Hook = hook,
            Status = HookStatus.Cancelled,
            StartTime = DateTimeOffset.Now,
            Reason = "not started: the command was stopped while the hook waited for another command's script hook",
        };
    }

    private HookResult RunInTurn(Hook hook, HookContext context, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var started = DateTimeOffset.Now;
        var clock = Stopwatch.StartNew();
        if (timeout is { } span && span <= LongestLimit)
            limit.CancelAfter(span);

        ScriptHookOutcome outcome;
        try
        {
            outcome = Run(hook, context, context.CreateEnvironment(), limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            outcome = new ScriptHookOutcome { Status = HookStatus.Cancelled };
        }
#pragma warning disable CA1031 // A hook that cannot be run is a failed hook. The hooks after it still run.
        catch (Exception error)
#pragma warning restore CA1031
        {
            outcome = new ScriptHookOutcome { Status = HookStatus.Failed, Reason = error.Message };
        }

        var duration = clock.Elapsed;
        var ended = outcome.Status == HookStatus.Cancelled && limit.IsCancellationRequested;
        var timedOut = ended && !stop.IsCancellationRequested;
        return new HookResult
        {
            Hook = hook,
            Status = timedOut ? HookStatus.TimedOut
                : outcome.Status == HookStatus.Cancelled && !ended ? HookStatus.Failed
                : outcome.Status,
            ExitCode = outcome.ExitCode,
            StartTime = started,
            Duration = duration,
            Output = outcome.Output,
            ErrorOutput = outcome.ErrorOutput,
            Warnings = outcome.Warnings,
            Verbose = outcome.Verbose,
            Information = outcome.Information,
            OutputDropped = outcome.OutputDropped,
            ErrorOutputDropped = outcome.ErrorOutputDropped,
            Reason = timedOut ? StopReason.TimeLimit(timeout)
                : ended ? StopReason.Stopped
                : outcome.Status == HookStatus.Succeeded ? null
                : OneLine.From(outcome.Reason ?? "ended without saying why", LongestReason),
            Remedy = outcome.Remedy,
            Note = outcome.Note,
        };
    }

    /// <summary>Runs the script. When it is stopped, the programs that it started end too, before this returns.</summary>
    private ScriptHookOutcome Run(Hook hook, HookContext context, HookEnvironment environment, CancellationToken stop)
    {
        var started = new StartedProcesses(environment.Variables[HookVariables.RunId]);
        using var scriptEnded = new ManualResetEvent(false);
        using var hidden = InheritedDescriptors.Hide();
        var ending = Task.CompletedTask;
        try
        {
            using var registration = stop.Register(() => ending = Task.Factory.StartNew(
                () => started.End(scriptEnded), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
            return executor.Run(hook, context, environment, stop);
        }
        finally
        {
            scriptEnded.Set();
            ending.GetAwaiter().GetResult();
        }
    }
}
