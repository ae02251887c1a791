using System.Diagnostics;
using System.Management.Automation;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Cmdlets.Hooks;

/// <summary>Writes what hooks do to the pipeline as they do it: results as objects, their streams to the caller's own.</summary>
internal sealed class HookReporter : IHookObserver
{
    private readonly Cmdlet _cmdlet;
    private readonly PipelinePump _pump;
    private RunningHook? _running;

    public HookReporter(Cmdlet cmdlet, PipelinePump pump, bool verbose)
    {
        _cmdlet = cmdlet;
        _pump = pump;
        WantsOutput = verbose;
    }

    public bool WantsOutput { get; }

    /// <summary>The results written so far.</summary>
    public List<RekkordHookResult> Results { get; } = [];

    public void OnStarted(Hook hook)
    {
        _running = new RunningHook($"{hook.Phase} hook {hook.Name}", Stopwatch.GetTimestamp());
        _pump.Post(() => _cmdlet.WriteVerbose($"Running the {hook.Phase} hook '{hook.Name}'."));
        _pump.ShowProgress();
    }

    public void OnOutput(Hook hook, HookStream stream, string line) => _pump.Post(() => _cmdlet.WriteVerbose($"{hook.Name}: {line}"));

    public void OnEnded(HookResult result)
    {
        _running = null;
        var written = new RekkordHookResult(result);
        Results.Add(written);
        _pump.Post(() => WriteStreams(result));
        _pump.PostObject(() => _cmdlet.WriteObject(written));
    }

    /// <summary>How far hooks are, below their command; null between hooks.</summary>
    public IReadOnlyList<ProgressRecord>? DescribeProgress(string command) =>
        _running is { } hook ? ProgressDisplay.DescribeHook(command, hook.Name, Stopwatch.GetElapsedTime(hook.StartTime)) : null;

    private void WriteStreams(HookResult result)
    {
        foreach (var record in result.Verbose.OfType<VerboseRecord>())
            _pump.Write(() => _cmdlet.WriteVerbose(record.Message));
        foreach (var record in result.Information.OfType<InformationRecord>())
            _pump.Write(() => _cmdlet.WriteInformation(record));
        foreach (var record in result.Warnings.OfType<WarningRecord>())
            _pump.Write(() => _cmdlet.WriteWarning(record.Message));
        if (result.Note is { } note)
            _pump.Write(() => _cmdlet.WriteWarning($"{result.Hook.Name}: {note}"));

        // What made the hook fail comes in the command's own error: the last of its errors is that, or is named there.
        foreach (var record in result.ErrorOutput.OfType<ErrorRecord>().SkipLast(result.Status == HookStatus.Failed ? 1 : 0))
            WriteError(result.Hook, record);
    }

    private void WriteError(Hook hook, ErrorRecord error)
    {
        // A line that a program wrote to its standard error need not tell of an error, and is treated as an external hook's is.
        if (ScriptHookStreams.IsFromProgram(error))
            _pump.Write(() => _cmdlet.WriteVerbose($"{hook.Name}: {error}"));
        else
            _pump.Write(() => _cmdlet.WriteError(ErrorPlace.Keep(error, hook.Name, hook.Path)));
    }
}

/// <summary>A hook that runs.</summary>
/// <param name="Name">Its phase and name.</param>
/// <param name="StartTime">When it began, as a timestamp of the stopwatch.</param>
internal sealed record RunningHook(string Name, long StartTime);
