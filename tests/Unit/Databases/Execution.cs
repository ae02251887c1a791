using System.Diagnostics;

namespace Rekkord.Tests.Databases;

/// <summary>Runs a program to its end.</summary>
internal static class Execution
{
    /// <summary>Runs a program, fails the test with its error output unless it succeeds, and returns its output.</summary>
    public static string Execute(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {errors.Result}");
        return output;
    }
}
