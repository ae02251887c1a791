using System.Diagnostics;
using Rekkord.Engine.Hooks.External;

namespace Rekkord.Engine.Hooks;

/// <summary>Runs one script hook through the executor, under the time limit.</summary>
internal sealed class ScriptHook(IScriptHookExecutor executor, TimeSpan? timeout)
{
    // What a timer can count; a limit beyond it (49 days) is none.
    private static readonly TimeSpan LongestLimit = TimeSpan.FromMilliseconds(uint.MaxValue - 1L);

    public HookResult Run(Hook hook, HookContext context, CancellationToken stop)
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
#pragma warning disable CA1031 // A hook that cannot be run is a failed hook; the hooks after it run all the same.
        catch (Exception e)
#pragma warning restore CA1031
        {
            outcome = new ScriptHookOutcome { Status = HookStatus.Failed, Reason = OneLine.From(e.Message, 1000) };
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
                : outcome.Reason ?? (outcome.Status == HookStatus.Succeeded ? null : "ended without saying why"),
            Remedy = outcome.Remedy,
        };
    }

    /// <summary>Runs the script. When it is stopped, the programs that it started end too, before this returns.</summary>
    private ScriptHookOutcome Run(Hook hook, HookContext context, HookEnvironment environment, CancellationToken stop)
    {
        var started = new StartedProcesses(environment.Variables[HookEnvironment.RunIdVariable]);
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
