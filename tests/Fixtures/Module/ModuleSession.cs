using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

namespace Rekkord.Module.Tests;

/// <summary>A PowerShell session of this process with the module imported, as it was built.</summary>
internal sealed class ModuleSession : IDisposable
{
    public ModuleSession(bool import = true)
    {
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
            state.ExecutionPolicy = ExecutionPolicy.Unrestricted;
        Runspace = RunspaceFactory.CreateRunspace(Host, state);
        Runspace.Open();
        Runspace.SessionStateProxy.SetVariable("module", TestAssembly.ModuleManifest);
        if (import)
            Invoke("Import-Module $module -ErrorAction Stop").Clean();
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
}
