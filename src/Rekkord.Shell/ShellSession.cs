using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace Rekkord.Shell;

/// <summary>A PowerShell session with the module imported, and what is run in it.</summary>
internal sealed class ShellSession : IDisposable
{
    // $? of the call is false after a non-zero `exit`, and after that only: a program that failed in the script is the script's business.
    private const string RunScript = """
        param($path, $named, $positional, $end)
        $global:LASTEXITCODE = 0
        & $path @named @positional
        if (-not $?) { $end['Code'] = $global:LASTEXITCODE }
        """;

    private readonly ShellHost _host;
    private readonly Runspace _runspace;
    private PowerShell? _running;

    /// <summary>Opens the session.</summary>
    /// <param name="module">The module's manifest.</param>
    /// <param name="nonInteractive">Whether questions are errors.</param>
    public ShellSession(string module, bool nonInteractive)
    {
        _host = new ShellHost(nonInteractive);
        var state = InitialSessionState.CreateDefault2();
        _runspace = RunspaceFactory.CreateRunspace(_host, state);
        _runspace.Open();
        using var setup = Create();
        setup.AddScript("param($module, $plain) if ($plain) { $PSStyle.OutputRendering = 'PlainText' }; Import-Module $module -ErrorAction Stop")
            .AddArgument(module).AddArgument(!_host.UI.SupportsVirtualTerminal).Invoke();
    }

    /// <summary>Runs text as script.</summary>
    /// <returns>The code of its <c>exit</c>; otherwise 0, or 1 when its last command failed.</returns>
    public int RunCommand(string command)
    {
        var end = new Hashtable();
        _runspace.SessionStateProxy.SetVariable("RekkordShellEnd", end);
        using var shell = Create();
        shell.AddScript($"{command}\n$RekkordShellEnd.Succeeded = $?");
        return Run(shell) ? _host.ExitCode ?? (end["Succeeded"] is true ? 0 : 1) : _host.ExitCode ?? 1;
    }

    /// <summary>Runs a script file.</summary>
    /// <returns>The code of its <c>exit</c>; otherwise 0, or 1 after a terminating error.</returns>
    public int RunFile(string file, string[] arguments)
    {
        var path = Path.GetFullPath(file);
        if (!File.Exists(path))
        {
            _host.UI.WriteErrorLine($"There is no script '{path}'. Give the path of a .ps1 file with -File.");
            return 64;
        }

        var (named, positional) = Bind(arguments);
        var end = new Hashtable();
        using var shell = Create();
        shell.AddScript(RunScript).AddArgument(path).AddArgument(named).AddArgument(positional).AddArgument(end);
        return Run(shell) ? end["Code"] as int? ?? _host.ExitCode ?? 0 : _host.ExitCode ?? 1;
    }

    /// <summary>Stops what runs, without waiting.</summary>
    public void Stop() => _running?.BeginStop(null, null);

    public void Dispose() => _runspace.Dispose();

    private static (Hashtable Named, object[] Positional) Bind(string[] arguments)
    {
        var named = new Hashtable(StringComparer.OrdinalIgnoreCase);
        var positional = new List<object>();
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] is not ['-', var first, ..] || !char.IsLetter(first))
                positional.Add(arguments[i]);
            else if (i + 1 < arguments.Length && arguments[i + 1] is not ['-', ..])
                named[arguments[i][1..]] = arguments[++i];
            else
                named[arguments[i][1..]] = true;
        }

        return (named, [.. positional]);
    }

    private PowerShell Create()
    {
        var shell = PowerShell.Create();
        shell.Runspace = _runspace;
        return shell;
    }

    /// <returns>Whether it ended without a terminating error.</returns>
    private bool Run(PowerShell shell)
    {
        shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.AddCommand("Out-Default");
        _running = shell;
        try
        {
            shell.Invoke();
            return shell.InvocationStateInfo.State == PSInvocationState.Completed;
        }
        catch (RuntimeException error)
        {
            if (error is not PipelineStoppedException)
                Report(error.ErrorRecord);
            return false;
        }
        finally
        {
            _running = null;
        }
    }

    private void Report(ErrorRecord error)
    {
        var record = PSObject.AsPSObject(error);
        if (record.Properties["writeErrorStream"] is null)
            record.Properties.Add(new PSNoteProperty("writeErrorStream", true));
        using var shell = Create();
        shell.AddCommand("Out-Default").Invoke(new[] { record });
    }
}
