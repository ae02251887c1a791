using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Cmdlets.Hooks;

/// <summary>
/// Runs <c>.ps1</c> hooks in the caller's session: as a nested pipeline on the pipeline thread, in a scope of their own. A
/// session that is being stopped runs no more script. Post hooks then get a session of their own, so that they still run.
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
            var session = new CallerSession(_cmdlet.SessionState);
            ScriptHookOutcome? outcome = null;
            string? left;
            try
            {
                session.Prepare();
                outcome = Invoke(shell, _cmdlet.SessionState.InvokeCommand, hook, context, environment, stop);
            }
            finally
            {
                left = session.PutBack();
            }

            return left is null ? outcome : FailWithSessionChanged(hook, outcome, left);
        });
    }

    /// <summary>
    /// A session whose preferences are lost may pass over the command's own error, and its caller must still learn of it.
    /// </summary>
    private static ScriptHookOutcome FailWithSessionChanged(Hook hook, ScriptHookOutcome outcome, string left)
    {
        var reason = $"it changed {left} of the session in a way that cannot be undone";
        ExitCodeGuard.Distrust($"The {hook.Phase} hook '{hook.Name}' failed: {reason}");
        return outcome with { Status = HookStatus.Failed, Reason = outcome.Reason is { } first ? $"{first}; {reason}" : reason };
    }

    private ScriptHookOutcome RunApart(Hook hook, HookContext context, HookEnvironment environment, CancellationToken stop)
    {
        // The other initial state wants cmdlets that a host without the whole of PowerShell does not have.
        var state = InitialSessionState.CreateDefault2();
        if (_cmdlet.MyInvocation.MyCommand is CmdletInfo { Module: { } module })
            state.ImportPSModule([Path.Combine(module.ModuleBase, $"{module.Name}.psd1")]);
        using var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        var own = runspace.SessionStateProxy;
        CallerSession.Prepare(own.PSVariable, own.InvokeProvider, own.InvokeCommand);
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        return Invoke(shell, own.InvokeCommand, hook, context, environment, stop);
    }

    private ScriptHookOutcome Invoke(
        PowerShell shell, CommandInvocationIntrinsics commands, Hook hook, HookContext context, HookEnvironment environment, CancellationToken stop)
    {
        var script = new ScriptHookRun(shell, hook.Path, new RekkordHookContext(context), _workingDirectory, _cmdlet.Host, commands);

        // PowerShell stops the innermost pipeline first, waits for its end, and only then tells the command.
        return ScriptHookTurn.Run(hook, environment, () => script.Invoke(_cmdlet.RequestStop, stop));
    }
}
