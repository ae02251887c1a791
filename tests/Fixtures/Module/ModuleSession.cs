using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

namespace Rekkord.Module.Tests;

/// <summary>A PowerShell session of this process with the module imported, as it was built.</summary>
internal sealed class ModuleSession : IDisposable
{
    private static ModuleSession? _kept;

    private string? _whenNew;

    public ModuleSession(bool import = true)
    {
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
            state.ExecutionPolicy = ExecutionPolicy.Unrestricted;
        Runspace = RunspaceFactory.CreateRunspace(Host, state);
        Runspace.Open();
        Set("module", TestAssembly.ModuleManifest);
        if (import)
            Invoke("Import-Module $module -ErrorAction Stop").Clean();
    }

    /// <summary>
    /// A session like a new one, which may have been used before: to make one takes longer than most tests. Give it back with <see cref="Return"/>.
    /// </summary>
    public static ModuleSession Take()
    {
        var session = Interlocked.Exchange(ref _kept, null) ?? new ModuleSession();
        session._whenNew ??= session.Describe();
        return session;
    }

    /// <summary>Keeps the session for the next test, without its variables; one that has other commands or modules than before ends.</summary>
    public void Return()
    {
        if (Runspace.RunspaceAvailability != RunspaceAvailability.Available || Describe() != _whenNew)
        {
            Dispose();
            return;
        }

        Runspace.ResetRunspaceState();
        Set("module", TestAssembly.ModuleManifest);
        Host.Forget();
        Interlocked.Exchange(ref _kept, this)?.Dispose();
    }

    public Runspace Runspace { get; }

    public RecordingHost Host { get; } = new();

    /// <summary>Gives the session a variable.</summary>
    public void Set(string name, object? value) => Runspace.SessionStateProxy.SetVariable(name, value);

    /// <summary>Runs a script to its end.</summary>
    public ModuleRun Invoke(string script)
    {
        using var shell = Prepare(script);
        using var output = new PSDataCollection<PSObject>();
        ErrorRecord? ending = null;
        Host.Lines.Clear();
        try
        {
            shell.Invoke(null, output);
        }
        catch (RuntimeException error)
        {
            ending = error.ErrorRecord;
        }

        return Collect(shell, output, ending);
    }

    /// <summary>A script, ready to be invoked; for tests that stop it.</summary>
    public PowerShell Prepare(string script)
    {
        var shell = PowerShell.Create();
        shell.Runspace = Runspace;

        // Outside of a try, a command's terminating error only ends its statement and looks like any other error afterwards.
        return shell.AddScript($"try {{\n{script}\n}} catch {{ throw }}");
    }

    /// <summary>What a script that has ended came to.</summary>
    public ModuleRun Collect(PowerShell shell, PSDataCollection<PSObject> output, ErrorRecord? ending) => new()
    {
        Output = [.. output],
        Errors = [.. shell.Streams.Error],
        Ending = ending,
        Warnings = [.. shell.Streams.Warning.Select(record => record.Message)],
        Verbose = [.. shell.Streams.Verbose.Select(record => record.Message)],
        Information = [.. shell.Streams.Information],
        Progress = [.. shell.Streams.Progress],
        HostLines = [.. Host.Lines],
    };

    public void Dispose() => Runspace.Dispose();

    // What a test can leave beside variables.
    private string Describe() => string.Join('\n', Invoke("""
        foreach ($drive in 'function:', 'alias:') { $ExecutionContext.SessionState.InvokeProvider.ChildItem.GetNames($drive, 0, $false) }
        $ExecutionContext.SessionState.Drive.GetAll().Name
        Get-Module | ForEach-Object { $_.Path; $_.GetHashCode() }
        Get-Job | ForEach-Object InstanceId
        $ExecutionContext.Events.Subscribers | ForEach-Object SourceIdentifier
        """).Clean().Output);
}
