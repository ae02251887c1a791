using System.Diagnostics;
using System.Reflection;
using System.Text;
using Rekkord.Tests;

namespace Rekkord.Module.Tests;

/// <summary>
/// A PowerShell of its own, for what only a process shows: exit codes, signals, peak memory. Its standard input is at its end, as that
/// of a scheduled job.
/// </summary>
internal sealed class PowerShellProcess : IDisposable
{
    // How long anything may take before a test gives up; nothing is measured by it.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Task<string> _error;

    private PowerShellProcess(ProcessStartInfo start, bool keepInput = false)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        _process = Process.Start(start)!;
        _error = _process.StandardError.ReadToEndAsync();
        if (!keepInput)
            _process.StandardInput.Close();
    }

    /// <summary>The program that dotnet runs. A signal to that process reaches PowerShell, which <c>dotnet pwsh</c> would start as a child.</summary>
    public static string Library { get; } = typeof(PowerShellProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "PowerShell").Value!;

    /// <summary>How the prompt ends.</summary>
    public const string Prompt = "ready> ";

    /// <summary>What it has written until now. Complete once it has ended.</summary>
    public string Output => _output.ToString();

    /// <summary>What it wrote to standard error, once it has ended.</summary>
    public string Error => _error.Result;

    // Not what this process has now: hooks of tests that run beside change that.
    private static ProcessStartInfo StartInfo(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments);
        start.Environment.Clear();
        foreach (var (name, value) in TestAssembly.Variables)
            start.Environment[name] = value;
        return start;
    }

    /// <summary>Starts it with a script or a command after <c>-File</c> or <c>-Command</c>.</summary>
    public static PowerShellProcess Start(params string[] arguments) =>
        new(StartInfo("dotnet", [Library, "-NoProfile", "-NonInteractive", .. arguments]));

    /// <summary>Starts it by a line of the shell, which sees the command that starts PowerShell as its parameters.</summary>
    public static PowerShellProcess StartBy(string line, params string[] arguments) =>
        new(StartInfo("sh", ["-c", line, "sh", "dotnet", Library, "-NoProfile", "-NonInteractive", .. arguments]));

    /// <summary>
    /// Starts it at a terminal of its own, which the program <c>script</c> makes: it shows a prompt, and <see cref="Type"/> is the keyboard.
    /// Lines are read without PSReadLine, which would draw them.
    /// </summary>
    public static PowerShellProcess StartAtTerminal()
    {
        var start = StartInfo("script", ["--quiet", "--return", "--command", "exec dotnet \"$PWSH\" -NoProfile -NoLogo -NoExit -Command \"$SETUP\"", "/dev/null"]);
        start.Environment["PWSH"] = Library;
        start.Environment["SETUP"] = "Remove-Module PSReadLine -ErrorAction Ignore; function prompt { '" + Prompt + "' }";
        start.Environment["SHELL"] = "/bin/sh";

        // Not one that is asked where its cursor is: nobody would answer.
        start.Environment["TERM"] = "dumb";
        var process = new PowerShellProcess(start, keepInput: true);
        process.ReadUntil(Prompt);
        return process;
    }

    /// <summary>Types at its terminal.</summary>
    public void Type(string keys)
    {
        _process.StandardInput.Write(keys);
        _process.StandardInput.Flush();
    }

    /// <summary>Reads what it writes until a text has come; the test fails when it ends without.</summary>
    public void ReadUntil(string text)
    {
        var start = _output.Length;
        var reading = Task.Run(() =>
        {
            while (!EndsWith(text, start) && ReadNext())
            {
            }
        });
        if (!reading.Wait(Patience))
            _process.Kill(entireProcessTree: true);
        reading.Wait();
        Assert.True(EndsWith(text, start), $"It did not write '{text}' but '{_output}'.");
    }

    /// <summary>Sends it a signal, by the name that kill knows: the shell's own, since the program is not everywhere.</summary>
    public void Signal(string signal) => TestProgram.Run("sh", "-c", $"kill -{signal} {_process.Id}");

    /// <summary>Waits for its end. One that hangs is killed, and its exit code shows it.</summary>
    public int End()
    {
        var reading = Task.Run(() =>
        {
            while (ReadNext())
            {
            }
        });
        if (!_process.WaitForExit(Patience))
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        reading.Wait();
        return _process.ExitCode;
    }

    /// <summary>Waits for its end, and fails the test with what it wrote unless it ends with one of these exit codes.</summary>
    public void AssertEndsWith(params int[] exitCodes)
    {
        var code = End();
        Assert.True(exitCodes.Contains(code), $"It ended with {code} instead of {string.Join(" or ", exitCodes)}, and wrote:\n{Output}\n{Error}");
    }

    private bool EndsWith(string text, int start) => _output.ToString(start, _output.Length - start).EndsWith(text, StringComparison.Ordinal);

    /// <summary>Reads what it writes next, and answers as a terminal does when it asks where the cursor is.</summary>
    /// <returns>False at the end.</returns>
    private bool ReadNext()
    {
        if (_process.StandardOutput.Read() is not (>= 0 and var next))
            return false;
        _output.Append((char)next);
        if (!EndsWith("\e[6n", Math.Max(0, _output.Length - 8)))
            return true;
        try
        {
            Type("\e[1;1R");
        }
        catch (IOException)
        {
            // It has ended since it asked.
        }

        return true;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
