using System.Diagnostics;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Hooks.External;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Hooks;

/// <summary>Runs one external hook and says how it ended.</summary>
internal sealed class ExternalHook(IHookObserver observer, string workingDirectory, TimeSpan? timeout)
{
    public HookResult Run(Hook hook, HookContext context, CancellationToken stop)
    {
        var output = new OutputCapture(observer.WantsOutput ? line => observer.OnOutput(hook, HookStream.Output, line) : null);
        var errors = new OutputCapture(observer.WantsOutput ? line => observer.OnOutput(hook, HookStream.Error, line) : null);
        var environment = context.CreateEnvironment();
        var start = new ProcessStart(
            hook.Path,
            environment.Apply(ProcessEnvironment.GetAll()),
            environment.Variables[HookVariables.RunId],
            workingDirectory,
            timeout);

        var started = DateTimeOffset.Now;
        var clock = Stopwatch.StartNew();
        ProcessOutcome outcome;
        try
        {
            outcome = ExternalProcess.Create().Run(start, output, errors, stop);
        }
        catch (StartFailedException error)
        {
            return new HookResult
            {
                Hook = hook, Status = HookStatus.Failed, StartTime = started, Reason = error.Message, Remedy = error.Remedy,
            };
        }

        var duration = clock.Elapsed;
        output.Complete();
        errors.Complete();
        var (lines, dropped) = output.ToLines();
        var (errorLines, errorsDropped) = errors.ToLines();
        // An interpreter that is given a carriage return, as env is by #!/usr/bin/env bash, starts and then fails in words of its own.
        var reason = Reason(outcome, errorLines, lines);
        var hasWrongLineEnds = outcome.ExitCode > 0 && !OperatingSystem.IsWindows() && ScriptStart.Read(hook.Path).HasWindowsLineEnd;
        return new HookResult
        {
            Hook = hook,
            Status = Status(outcome),
            ExitCode = outcome.ExitCode,
            Signal = outcome.Signal is { } signal ? SignalName.Of(signal) : null,
            StartTime = started,
            Duration = duration,
            Output = lines,
            ErrorOutput = errorLines,
            OutputDropped = dropped,
            ErrorOutputDropped = errorsDropped,
            Reason = hasWrongLineEnds ? $"{reason}; its first line has a Windows line end" : reason,
            Remedy = hasWrongLineEnds ? ScriptStart.RemoveCarriageReturns(hook.Path) : null,
            Note = NoteOf(outcome),
        };
    }

    /// <summary>What is worth knowing of how it ended; null when nothing is.</summary>
    internal static string? NoteOf(ProcessOutcome outcome) =>
        outcome is { Stopped: not StopCause.None, IsOutsideJob: true }
            ? "Windows refused to have it in a job object, as where this PowerShell is in one that takes no other. What it started and let go of may still run."
        : outcome.OutputLeftOpen
            ? "A process that it started still had its output open 2 seconds after it ended. What that process wrote later is not kept."
            : null;

    private static HookStatus Status(ProcessOutcome outcome) => outcome.Stopped switch
    {
        StopCause.TimeLimit => HookStatus.TimedOut,
        StopCause.Cancellation => HookStatus.Cancelled,
        _ => outcome.ExitCode == 0 ? HookStatus.Succeeded : HookStatus.Failed,
    };

    private string? Reason(ProcessOutcome outcome, IReadOnlyList<object?> errors, IReadOnlyList<object?> output)
    {
        var survivors = outcome.Survivors == 0 ? "" : $"; {outcome.Survivors} of its processes could not be ended";
        if (outcome.Stopped == StopCause.TimeLimit)
            return StopReason.TimeLimit(timeout) + survivors;
        if (outcome.Stopped == StopCause.Cancellation)
            return StopReason.Stopped + survivors;
        if (outcome.ExitCode == 0)
            return null;

        var end = outcome.Signal is { } signal ? $"killed by {SignalName.Of(signal)}"
            : outcome.ExitCode is { } code ? $"exit code {code}"
            : "another part of this process took its exit code, so it counts as failed";
        var last = LastWords.Of(errors.OfType<string>()) ?? LastWords.Of(output.OfType<string>());
        return last is null ? end : $"{end}: {last}";
    }
}
