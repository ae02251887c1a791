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

    public HookReporter(Cmdlet cmdlet, PipelinePump pump, bool verbose)
    {
        _cmdlet = cmdlet;
        _pump = pump;
        WantsOutput = verbose;
    }

    public bool WantsOutput { get; }

    /// <summary>The hook that runs, for progress; null between hooks.</summary>
    public string? Running { get; private set; }

    /// <summary>The results written so far.</summary>
    public List<RekkordHookResult> Results { get; } = [];

    public void OnStarted(Hook hook)
    {
        Running = $"{hook.Phase} hook {hook.Name}";
        _pump.Post(() => _cmdlet.WriteVerbose($"Running the {hook.Phase} hook '{hook.Name}'."));
    }

    public void OnOutput(Hook hook, HookStream stream, string line) => _pump.Post(() => _cmdlet.WriteVerbose($"{hook.Name}: {line}"));

    public void OnEnded(HookResult result)
    {
        Running = null;
        var written = new RekkordHookResult(result);
        Results.Add(written);
        _pump.Post(() => WriteStreams(result));
        _pump.PostObject(() => _cmdlet.WriteObject(written));
    }

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
