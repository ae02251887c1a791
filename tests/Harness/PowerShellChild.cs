using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Rekkord.Reliability.Harness;

/// <summary>
/// A process of PowerShell that has started, with the module, and waits for its command, so that a kill at a random time falls into the command
/// and not into the start of the process.
/// </summary>
internal sealed class PowerShellChild : IDisposable
{
    private const string Ready = "ready";
    private const string Done = "done ";

    private const string Script = """
        param($module)
        $ErrorActionPreference = 'Stop'
        Import-Module $module
        [Console]::Out.WriteLine('ready')
        $command = [scriptblock]::Create([Console]::In.ReadLine())
        $result = & $command
        [Console]::Out.WriteLine("done $result")
        """;

    private readonly Process _process;
    private readonly Task<string> _error;
    private readonly Stopwatch _watch = new();
    private Task<string>? _output;

    public PowerShellChild(string directory)
    {
        var script = Path.Combine(directory, "child.ps1");
        if (!File.Exists(script))
            File.WriteAllText(script, Script);
        var start = new ProcessStartInfo("dotnet", [Metadata("PowerShell"), "-NoProfile", "-NonInteractive", "-File", script, Metadata("RekkordModule")])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(directory, "xdg-cache");
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(directory, "xdg-config");
        _process = Process.Start(start)!;
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>How long the command ran until it was done or killed.</summary>
    public TimeSpan Elapsed => _watch.Elapsed;

    /// <summary>Gives it its command.</summary>
    public void Begin(string command)
    {
        if (_process.StandardOutput.ReadLine() != Ready)
            throw new PromiseBrokenException($"PowerShell did not start: {_error.Result}");
        _watch.Start();
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        _output = Task.Run(ReadToDone);
    }

    /// <summary>Lets it run for a time at most, and kills it.</summary>
    /// <returns>What the command gave when it was done before; null when it was not.</returns>
    public string? KillAfter(TimeSpan time)
    {
        _ = _output!.Wait(time);
        _process.Kill();
        _process.WaitForExit();
        return GetResult();
    }

    /// <summary>Lets it run for a time at most, and suspends it.</summary>
    /// <returns>Whether it is suspended, and not done.</returns>
    public bool SuspendAfter(TimeSpan time)
    {
        if (_output!.Wait(time))
            return false;
        Signal("STOP");
        return true;
    }

    /// <summary>Lets it go on.</summary>
    public void Resume() => Signal("CONT");

    /// <summary>Waits until the command is done.</summary>
    /// <exception cref="PromiseBrokenException">It failed, or hangs.</exception>
    public string WaitUntilDone()
    {
        if (!_process.WaitForExit(TimeSpan.FromMinutes(5)))
            throw new PromiseBrokenException("A command hangs.");
        return GetResult() ?? throw new PromiseBrokenException($"A command failed: {_error.Result}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static string Metadata(string key) =>
        typeof(PowerShellChild).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    private void Signal(string signal)
    {
        // The shell's own: a small system has no program for it.
        using var shell = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {_process.Id}")]);
        shell.WaitForExit();
    }

    private string? GetResult() => _output!.Result is { Length: > 0 } line ? line[Done.Length..] : null;

    private string ReadToDone()
    {
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            if (!line.StartsWith(Done, StringComparison.Ordinal))
                continue;
            _watch.Stop();
            return line;
        }

        _watch.Stop();
        return "";
    }
}
