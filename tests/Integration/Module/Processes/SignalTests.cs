using System.Diagnostics;
using Rekkord.Module.Tests.Shell;

namespace Rekkord.Module.Tests.Hooks;

/// <summary>Ctrl-C pressed more than once, in a process of its own: PowerShell tells a command of the first only.</summary>
public sealed class InterruptTests
{
    private const string Script = "[IO.File]::WriteAllText($env:TEST_FIFO, 'ready'); while ($true) { }";
    private const string Program = "#!/bin/sh\necho ready > \"$TEST_FIFO\"\nexec tail -f /dev/null\n";

    [Theory]
    [InlineData("10-slow.ps1", Script, "20-slow.ps1", Script)]
    [InlineData("10-slow", Program, "20-slow.ps1", Script)]
    [InlineData("10-slow.ps1", Script, "20-slow", Program)]
    [InlineData("10-slow", Program, "20-slow", Program)]
    public void The_first_ends_the_post_hook_that_runs_and_the_second_also_those_after_it(string first, string firstContent, string second, string secondContent)
    {
        using var sandbox = new ModuleSandbox();
        using var shell = new ShellProcess();
        sandbox.Hook("PostSave", first, firstContent);
        sandbox.Hook("PostSave", second, secondContent);
        sandbox.LogOutcome("PostSave", "30-not-started");
        var fifo = MakeFifo(sandbox);

        using var process = shell.Start("-Command", $"Invoke-RekkordSave test '{sandbox.Source}' -ConfigPath '{sandbox.ConfigFile}'");
        WaitForHook(fifo);
        ShellProcess.Signal(process, "INT");
        WaitForHook(fifo);
        ShellProcess.Signal(process, "INT");
        var run = ShellProcess.End(process);

        Assert.Equal(1, run.ExitCode);
        Assert.Empty(sandbox.LogLines);
        Assert.Contains($"'{first}'", run.Error, StringComparison.Ordinal);
        Assert.Contains("'30-not-started': not started", run.Error, StringComparison.Ordinal);
        Assert.Single(sandbox.Invoke("Get-RekkordSnapshot").Clean().Output);
    }

    private static string MakeFifo(ModuleSandbox sandbox)
    {
        var fifo = Path.Combine(sandbox.Base, "fifo");
        using var made = Process.Start("mkfifo", [fifo]);
        made.WaitForExit();
        Environment.SetEnvironmentVariable("TEST_FIFO", fifo);
        Environment.SetEnvironmentVariable("TEST_LOG", sandbox.Log);
        return fifo;
    }

    /// <summary>Waits until the next hook says that it runs; a save that ends without is a failure and not a hang.</summary>
    private static void WaitForHook(string fifo) =>
        Assert.True(Task.Factory.StartNew(() => File.ReadAllText(fifo), TaskCreationOptions.LongRunning).Wait(TimeSpan.FromMinutes(2)), "The hook did not start.");
}
