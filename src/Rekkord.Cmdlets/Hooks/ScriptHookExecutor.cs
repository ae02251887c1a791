using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Hooks;

namespace Rekkord.Cmdlets.Hooks;

/// <summary>
/// Runs <c>.ps1</c> hooks in the caller's session: as a nested pipeline on the pipeline thread, in a scope of their own. A
/// session that is being stopped runs no more script; post hooks then get a session of their own, so that they run all the same.
/// </summary>
internal sealed class ScriptHookExecutor : IScriptHookExecutor
{
    private readonly RekkordCommand _cmdlet;
    private readonly PipelinePump _pump;
    private readonly string _workingDirectory;

    /// <summary>Creates the executor.</summary>
    /// <param name="cmdlet">The command, whose session the hooks run in.</param>
    /// <param name="pump">The way to the pipeline thread.</param>
    /// <param name="workingDirectory">The caller's current directory.</param>
    public ScriptHookExecutor(RekkordCommand cmdlet, PipelinePump pump, string workingDirectory)
    {
        _cmdlet = cmdlet;
        _pump = pump;
        _workingDirectory = workingDirectory;
    }

    public ScriptHookOutcome Run(Hook hook, HookContext context, HookEnvironment environment, CancellationToken stop)
    {
        if (_cmdlet.Stopping || _cmdlet.StopToken.IsCancellationRequested)
            return RunApart(hook, context, environment, stop);
        return _pump.Invoke(() =>
        {
            using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
            var location = _cmdlet.SessionState.Path.CurrentLocation;
            var exitCode = _cmdlet.SessionState.PSVariable.GetValue("global:LASTEXITCODE");
            try
            {
                return Invoke(shell, hook, context, environment, stop);
            }
            finally
            {
                _cmdlet.SessionState.PSVariable.Set("global:LASTEXITCODE", exitCode);
                _cmdlet.SessionState.Path.SetLocation(WildcardPattern.Escape(location.ProviderPath));
            }
        });
    }

    private ScriptHookOutcome RunApart(Hook hook, HookContext context, HookEnvironment environment, CancellationToken stop)
    {
        // The other initial state wants cmdlets that a host without the whole of PowerShell does not have.
        var state = InitialSessionState.CreateDefault2();
        if (_cmdlet.MyInvocation.MyCommand is CmdletInfo { Module: { } module })
            state.ImportPSModule([Path.Combine(module.ModuleBase, $"{module.Name}.psd1")]);
        using var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        return Invoke(shell, hook, context, environment, stop);
    }

    private ScriptHookOutcome Invoke(PowerShell shell, Hook hook, HookContext context, HookEnvironment environment, CancellationToken stop)
    {
        var script = new ScriptHookRun(shell, hook.Path, new RekkordHookContext(context), _workingDirectory);
        var before = Environment.GetEnvironmentVariables();
        try
        {
            foreach (var (name, value) in environment.ChangesFrom(before))
                Environment.SetEnvironmentVariable(name, value);

            // PowerShell stops the innermost pipeline first, waits for its end, and only then tells the command.
            return script.Invoke(_cmdlet.RequestStop, stop);
        }
        finally
        {
            RestoreEnvironment(before);
        }
    }

    /// <summary>Undoes what was set for the hook, and what the hook set.</summary>
    private static void RestoreEnvironment(IDictionary before)
    {
        foreach (string name in Environment.GetEnvironmentVariables().Keys)
        {
            if (!before.Contains(name))
                Environment.SetEnvironmentVariable(name, null);
        }

        foreach (DictionaryEntry variable in before)
            Environment.SetEnvironmentVariable((string)variable.Key, (string?)variable.Value);
    }
}
