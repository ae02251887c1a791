using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using Microsoft.PowerShell;

namespace Rekkord.Shell;

/// <summary>A PowerShell session with the module imported, and what is run in it.</summary>
internal sealed class ShellSession : IDisposable
{
    private const BindingFlags Internals = BindingFlags.Instance | BindingFlags.NonPublic;

    private readonly ShellHost _host;
    private readonly Runspace _runspace;
    private volatile PowerShell? _running;

    /// <summary>Opens the session.</summary>
    /// <param name="module">The module's manifest.</param>
    /// <param name="nonInteractive">Whether questions are errors.</param>
    /// <exception cref="RuntimeException">The module cannot be imported.</exception>
    public ShellSession(string module, bool nonInteractive)
    {
        _host = new ShellHost(nonInteractive);
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
            state.ExecutionPolicy = ExecutionPolicy.RemoteSigned; // as pwsh is installed; the bare engine refuses every script
        _runspace = RunspaceFactory.CreateRunspace(_host, state);
        _runspace.Open();
        if (!_host.UI.SupportsVirtualTerminal)
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
        using var setup = PowerShell.Create(_runspace);
        setup.AddCommand("Import-Module").AddParameter("Name", module).AddParameter("ErrorAction", ActionPreference.Stop).Invoke();
    }

    /// <summary>Runs text as script.</summary>
    /// <returns>The code of its <c>exit</c>; otherwise 0, or 1 when its last command failed.</returns>
    public int RunCommand(string text)
    {
        var completed = Run(new Command(text, isScript: true, useLocalScope: false));
        return _host.ExitCode ?? (completed && _runspace.SessionStateProxy.GetVariable("?") is true ? 0 : 1);
    }

    /// <summary>Runs a script file.</summary>
    /// <returns>The code of its <c>exit</c>; otherwise 0, or 1 after a terminating error, and when it could not even start.</returns>
    public int RunFile(string file, string[] arguments)
    {
        var path = Path.GetFullPath(file);
        if (!File.Exists(path))
        {
            _host.UI.WriteErrorLine($"There is no script '{path}'. Give the path of a .ps1 file with -File.");
            return ShellArguments.UsageError;
        }

        // As pwsh does: the script is the session's own command, not one that a script calls, so that what keeps it from
        // starting is a terminating error; and its `exit` is the session's, which only a flag inside the engine makes it.
        // $? and $LASTEXITCODE cannot tell `exit 3` from a script that went on after a program had returned 3.
        var context = typeof(Runspace).GetProperty("ExecutionContext", Internals)!.GetValue(_runspace)!;
        context.GetType().GetProperty("ScriptCommandProcessorShouldRethrowExit", Internals)!.SetValue(context, true);
        var isScript = !path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase);
        var command = new Command(isScript ? File.ReadAllText(path) : path, isScript, useLocalScope: false);
        foreach (var argument in ShellArguments.Bind(arguments))
            command.Parameters.Add(argument);
        return Run(command) ? _host.ExitCode ?? 0 : 1;
    }

    /// <summary>Stops what runs, without waiting.</summary>
    /// <returns>Whether it will stop. Otherwise, with nothing running or a question open, the process may simply end.</returns>
    public bool Stop() => !_host.IsAsking && _running?.BeginStop(null, null) is not null;

    public void Dispose() => _runspace.Dispose();

    /// <returns>Whether it ended without a terminating error.</returns>
    private bool Run(Command command)
    {
        using var shell = PowerShell.Create(_runspace);
        command.MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.Commands.AddCommand(command).AddCommand("Out-Default");
        _running = shell;
        try
        {
            // What is in the history leaves its $? behind.
            shell.Invoke(null, new PSInvocationSettings { AddToHistory = true });
            return shell.InvocationStateInfo.State == PSInvocationState.Completed;
        }
        catch (PipelineStoppedException)
        {
            return false;
        }
        catch (RuntimeException error)
        {
            Report(error.ErrorRecord);
            return false;
        }
        finally
        {
            _running = null;
            _host.NotifyEndApplication();
        }
    }

    /// <summary>Shows what ended a script, marked as an error as the engine marks those that it writes itself.</summary>
    private void Report(ErrorRecord error)
    {
        var record = new PSObject(error);
        var stream = typeof(PSObject).GetProperty("WriteStream", Internals)!;
        stream.SetValue(record, Enum.Parse(stream.PropertyType, "Error"));
        using var shell = PowerShell.Create(_runspace);
        shell.AddCommand("Out-Default").Invoke(new[] { record });
    }
}
