using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace Rekkord.Module.Tests.Shell;

/// <summary>Rekkord.Shell, started as a user starts it, in a directory of its own.</summary>
internal sealed class ShellProcess : IDisposable
{
    /// <summary>The program, for dotnet to run.</summary>
    public static readonly string Program = typeof(ShellProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RekkordShell").Value!;

    /// <summary>Where it runs, and where scripts are written.</summary>
    public string Base { get; } = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "work", Guid.NewGuid().ToString("n"))).FullName;

    /// <summary>Writes a script into its directory.</summary>
    public string Script(string name, string content)
    {
        var path = Path.Combine(Base, name);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Runs it to its end, with an empty standard input.</summary>
    public ShellRun Run(params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        return End(process);
    }

    /// <summary>Runs it to its end, allowed so many open files.</summary>
    public ShellRun RunWithOpenFiles(int limit, params string[] arguments)
    {
        using var process = StartProgram("sh", ["-c", $"ulimit -n {limit} && exec dotnet \"$@\"", "sh", Program, .. arguments]);
        process.StandardInput.Close();
        return End(process);
    }

    /// <summary>Starts it, to be ended with <see cref="End"/>.</summary>
    public Process Start(params string[] arguments) => StartProgram("dotnet", [Program, .. arguments]);

    private Process StartProgram(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Base,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    /// <summary>
    /// Starts it with a command, on a terminal of its own: that shows what it writes and its errors on the standard output of the process,
    /// and takes what is written to the standard input as keys.
    /// </summary>
    public Process StartOnTerminal(string command)
    {
        const string Line = "exec dotnet \"$SHELL_PROGRAM\" -Command \"$SHELL_COMMAND\"";
        var start = new ProcessStartInfo("script", ["--quiet", "--return", "--command", Line, "/dev/null"])
        {
            WorkingDirectory = Base,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("NO_COLOR");
        start.Environment["TERM"] = "xterm";
        start.Environment["SHELL"] = "/bin/sh";
        start.Environment["SHELL_PROGRAM"] = Program;
        start.Environment["SHELL_COMMAND"] = command;
        return Process.Start(start)!;
    }

    /// <summary>Reads what it writes until a text has come; fails the test when it ends without.</summary>
    public static void ReadUntil(Process process, string text)
    {
        var read = new StringBuilder();
        while (!read.ToString().EndsWith(text, StringComparison.Ordinal))
        {
            var next = process.StandardOutput.Read();
            Assert.True(next >= 0, $"It did not write '{text}' but '{read}'.");
            read.Append((char)next);
        }
    }

    /// <summary>Waits for its end and takes what it wrote that has not been read. One that hangs is killed, and its exit code shows it.</summary>
    public static ShellRun End(Process process)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(2)))
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        return new ShellRun(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    /// <summary>Sends it a signal, by the name that kill knows.</summary>
    public static void Signal(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        kill.WaitForExit();
    }

    public void Dispose() => Directory.Delete(Base, recursive: true);
}
