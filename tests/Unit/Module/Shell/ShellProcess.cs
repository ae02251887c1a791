using System.Diagnostics;
using System.Reflection;

namespace Rekkord.Module.Tests.Shell;

/// <summary>Rekkord.Shell, started as a user starts it, in a directory of its own.</summary>
internal sealed class ShellProcess : IDisposable
{
    private static readonly string Program = typeof(ShellProcess).Assembly
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

    /// <summary>Starts it, to be ended with <see cref="End"/>.</summary>
    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            WorkingDirectory = Base,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
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
