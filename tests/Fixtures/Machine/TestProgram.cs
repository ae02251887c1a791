using System.Diagnostics;

namespace Rekkord.Tests;

/// <summary>Runs a program that a test needs to go well.</summary>
public static class TestProgram
{
    /// <summary>Runs a program to its end and returns its standard output. The test fails, with the program's words, when it does.</summary>
    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {errors.Result}");
        return output;
    }
}
