using System.Diagnostics;
using System.Management.Automation;

namespace Rekkord.Module.Tests.Hooks;

/// <summary>The time limit, and Ctrl-C at every place of a save.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class StopTests
{
    // How long anything may take before the test gives up; nothing is measured by it.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private const string ScriptThatWaits = "$started.SetResult(); while ($true) { }";
    private const string ProgramThatWaits = "#!/bin/sh\necho > \"$TEST_FIFO\"\nexec tail -f /dev/null\n";

    [Fact]
    public void A_script_that_runs_too_long_is_stopped_and_what_it_wrote_is_kept()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Configure("HookTimeout = '2s'");
        sandbox.Hook("PreSave", "10-slow.ps1", "'before'; while ($true) { }");
        sandbox.Hook("PreSave", "20-next.ps1", "'next'");
        var run = sandbox.Save();
        Assert.Equal(["TimedOut", "Succeeded"], run.Hooks.Select(hook => hook.Text("Status")));
        Assert.Equal(["before"], run.Hooks[0].Texts("Output"));
        Assert.Equal("PreSaveHookFailed", run.EndingId);
        Assert.Contains("00:00:02", run.Hooks[0].Text("Reason"), StringComparison.Ordinal);
        Assert.Empty(run.OfType("RekkordSaveResult"));
    }

    [Fact]
    public void A_program_that_a_script_waits_for_ends_with_the_script()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Configure("HookTimeout = '2s'");
        sandbox.Hook("PreSave", "10-slow.ps1", "sh -c 'echo $$ > \"$TEST_LOG\"; exec tail -f /dev/null'");
        Assert.Equal("TimedOut", Assert.Single(sandbox.Save().Hooks).Text("Status"));
        AssertEnded(Assert.Single(sandbox.LogLines));
    }

    [Theory]
    [InlineData("")]
    [InlineData("trap '' TERM; ")]
    public void What_such_a_program_started_ends_too_although_it_holds_the_output_open(string trap)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Configure("HookTimeout = '2s'");
        sandbox.ShellHook("PostSave", "started", $"{trap}echo $$ > \"$TEST_LOG\"; tail -f /dev/null; true");
        File.Move(Path.Combine(sandbox.HookDirectory("PostSave"), "started"), Path.Combine(sandbox.Base, "started"));
        sandbox.Hook("PreSave", "10-slow.ps1", "sh -c './started; true' | ForEach-Object { $_ }; 'went on'");
        var hook = Assert.Single(sandbox.Save().Hooks);
        Assert.Equal("TimedOut", hook.Text("Status"));
        Assert.Empty(hook.Texts("Output"));
        AssertEnded(Assert.Single(sandbox.LogLines));
    }

    [Fact]
    public async Task A_stop_in_a_script_that_waits_for_a_program_ends_what_that_one_started()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.ShellHook("PostSave", "started", "echo $$ > \"$TEST_LOG\"; echo > \"$TEST_FIFO\"; tail -f /dev/null; true");
        File.Move(Path.Combine(sandbox.HookDirectory("PostSave"), "started"), Path.Combine(sandbox.Base, "started"));
        sandbox.Hook("PreSave", "10-slow.ps1", "sh -c './started; true'");
        await StopWhen(sandbox, SignalOfProgram);
        AssertEnded(Assert.Single(sandbox.LogLines));
    }

    [Theory]
    [InlineData("10-slow.ps1", ScriptThatWaits)]
    [InlineData("10-slow", ProgramThatWaits)]
    public async Task A_stop_in_a_pre_hook_ends_it_and_runs_the_post_hooks(string name, string content)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", name, content);
        sandbox.Hook("PreSave", "20-not-started.ps1", "[IO.File]::AppendAllText($env:TEST_LOG, \"started`n\")");
        AddPostHooks(sandbox);

        var results = await StopWhen(sandbox, SignalOf(name));

        Assert.Equal(["PostSave 0", "script 0 PostSave"], sandbox.LogLines);
        Assert.DoesNotContain(results, result => result.BaseObject.GetType().Name == "RekkordSaveResult");
        Assert.Contains("WARNING: The save was stopped, and made no snapshot.", sandbox.Session.Host.Lines);
        Assert.Empty(sandbox.Invoke("Get-RekkordSnapshot").Clean().Output);
        sandbox.AssertRepositorySound();
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_a_save_leaves_a_sound_repository_and_runs_the_post_hooks()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("first", "of the snapshot before");
        sandbox.Save().Clean();
        WriteRandom(Path.Combine(sandbox.Source, "large"), 512);
        AddPostHooks(sandbox);

        await StopWhen(sandbox, SignalOfProgress);

        Assert.Equal(["PostSave 0", "script 0 PostSave"], sandbox.LogLines);
        Assert.Single(sandbox.Invoke("Get-RekkordSnapshot").Clean().Output);
        sandbox.Invoke("Restore-RekkordSnapshot \"test:$source\" $destination").Clean();
        Assert.Equal("of the snapshot before", File.ReadAllText(Path.Combine(sandbox.Destination, "first")));
        sandbox.AssertRepositorySound();
    }

    [Theory]
    [InlineData("10-slow.ps1", ScriptThatWaits)]
    [InlineData("10-slow", ProgramThatWaits)]
    public async Task The_first_stop_in_a_post_hook_ends_that_one_runs_the_others_and_leaves_the_snapshot(string name, string content)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PostSave", name, content);
        AddPostHooks(sandbox);
        sandbox.Hook("PostSave", "70-log.ps1", "[IO.File]::AppendAllText($env:TEST_LOG, \"$($RekkordHook.HookResults[0].Status)`n\")");

        await StopWhen(sandbox, SignalOf(name));

        Assert.Equal(["PostSave 0", "script 0 PostSave", "Cancelled"], sandbox.LogLines);
        Assert.DoesNotContain(sandbox.Session.Host.Lines, line => line.Contains("made no snapshot", StringComparison.Ordinal));
        Assert.Single(sandbox.Invoke("Get-RekkordSnapshot").Clean().Output);
        sandbox.AssertRepositorySound();
    }

    [Fact]
    public async Task A_script_post_hook_after_a_stop_can_use_the_module_and_sees_the_callers_location()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Save().Clean();
        sandbox.Hook("PreSave", "10-slow.ps1", ScriptThatWaits);
        sandbox.Hook("PostSave", "20-list.ps1", "[IO.File]::AppendAllText($env:TEST_LOG, \"$(@(Get-RekkordSnapshot -ConfigPath $RekkordHook.ConfigFile).Count) $PWD\")");
        await StopWhen(sandbox, SignalOfScript);
        Assert.Equal([$"1 {sandbox.Base}"], sandbox.LogLines);
    }

    [Fact]
    public async Task A_post_hook_that_fails_after_a_stop_is_told_to_the_host()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-slow.ps1", ScriptThatWaits);
        sandbox.Hook("PostSave", "20-restart.ps1", "throw 'the service does not start'");
        await StopWhen(sandbox, SignalOfScript);
        var line = Assert.Single(sandbox.Session.Host.Lines, line => line.StartsWith("ERROR: ", StringComparison.Ordinal));
        Assert.Contains("'20-restart.ps1': line 1: the service does not start", line, StringComparison.Ordinal);
    }

    /// <summary>Fails the test when a process runs. One that has ended can still be listed until its parent asks for its exit code.</summary>
    private static void AssertEnded(string id)
    {
        try
        {
            Assert.Matches("^State:\\s+[ZX]", File.ReadLines($"/proc/{id}/status").Single(line => line.StartsWith("State:", StringComparison.Ordinal)));
        }
        catch (IOException)
        {
            Assert.False(Directory.Exists($"/proc/{id}"));
        }
    }

    private static Func<ModuleSandbox, PowerShell, Task> SignalOf(string hook) =>
        hook.EndsWith(".ps1", StringComparison.Ordinal) ? SignalOfScript : SignalOfProgram;

    private static void AddPostHooks(ModuleSandbox sandbox)
    {
        sandbox.LogOutcome();
        sandbox.Hook("PostSave", "60-log.ps1", "[IO.File]::AppendAllText($env:TEST_LOG, \"script $env:SUCCESS $($RekkordHook.Phase)`n\")");
    }

    /// <summary>Starts a save, waits until it is where it is to be stopped, stops it, and returns what it had written.</summary>
    private static async Task<IReadOnlyList<PSObject>> StopWhen(ModuleSandbox sandbox, Func<ModuleSandbox, PowerShell, Task> signal)
    {
        Environment.SetEnvironmentVariable("TEST_LOG", sandbox.Log);
        using var shell = sandbox.Session.Prepare("Invoke-RekkordSave test $source");
        using var output = new PSDataCollection<PSObject>();
        var reached = signal(sandbox, shell);
        var running = Task.Factory.FromAsync(shell.BeginInvoke<PSObject, PSObject>(null, output), result => { EndStopped(shell, result); });
        Assert.Same(reached, await Task.WhenAny(reached, running).WaitAsync(Patience));
        await Task.Factory.FromAsync(shell.BeginStop(null, null), shell.EndStop).WaitAsync(Patience);
        await running.WaitAsync(Patience);
        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        return [.. output];
    }

    private static void EndStopped(PowerShell shell, IAsyncResult result) => Assert.Throws<PipelineStoppedException>(() => shell.EndInvoke(result));

    private static Task SignalOfScript(ModuleSandbox sandbox, PowerShell shell)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        sandbox.Session.Set("started", started);
        return started.Task;
    }

    private static Task SignalOfProgram(ModuleSandbox sandbox, PowerShell shell)
    {
        var fifo = Path.Combine(sandbox.Base, "fifo");
        using (var made = Process.Start("mkfifo", [fifo]))
            made.WaitForExit();
        Environment.SetEnvironmentVariable("TEST_FIFO", fifo);
        return Task.Factory.StartNew(() => { File.ReadAllText(fifo); }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The first progress of the save itself, which comes while it reads the large file.</summary>
    private static Task SignalOfProgress(ModuleSandbox sandbox, PowerShell shell)
    {
        var shown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        shell.Streams.Progress.DataAdded += (_, added) =>
        {
            if (shell.Streams.Progress[added.Index].Activity.Contains("'test'", StringComparison.Ordinal))
                shown.TrySetResult();
        };
        return shown.Task;
    }

    private static void WriteRandom(string path, int mebibytes)
    {
        var buffer = new byte[1024 * 1024];
        var random = new Random(1);
        using var file = File.Create(path);
        for (var i = 0; i < mebibytes; i++)
        {
            random.NextBytes(buffer);
            file.Write(buffer);
        }
    }
}
