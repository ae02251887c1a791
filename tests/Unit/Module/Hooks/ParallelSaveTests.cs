namespace Rekkord.Module.Tests.Hooks;

/// <summary>Two saves in one process, each in a session of its own.</summary>
public sealed class ParallelSaveTests
{
    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_script_hook_of_one_save_does_not_change_what_the_other_and_its_hooks_see()
    {
        using var first = new ModuleSandbox();
        using var second = new ModuleSandbox();
        first.Hook("PostSave", "10-slow.ps1", "$env:TEST_OF_HOOK = 'a secret'; $reached.SetResult(); $release.Task.Wait(); \"$env:REKKORD_CHANNEL $env:SUCCESS\"");
        second.ShellHook("PreSave", "10-program", "echo \"$REKKORD_CHANNEL $SUCCESS$TEST_OF_HOOK $REKKORD_REPOSITORY\"");
        second.Hook("PostSave", "20-script.ps1", "\"$env:REKKORD_CHANNEL $env:SUCCESS$env:TEST_OF_HOOK\"");
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var program = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        first.Session.Set("reached", reached);
        first.Session.Set("release", release);
        second.Session.Set("program", program);

        var slow = Task.Run(() => first.Invoke("Invoke-RekkordSave one $source"));
        await reached.Task.WaitAsync(TimeSpan.FromMinutes(2));
        var other = Task.Run(() => second.Invoke("Invoke-RekkordSave two $source/missing | ForEach-Object { if ($_.Name -eq '10-program') { $program.SetResult() }; $_ }"));
        await program.Task.WaitAsync(TimeSpan.FromMinutes(2));
        release.SetResult();

        var slowRun = (await slow).Clean();
        Assert.Equal(["one 1"], Assert.Single(slowRun.Hooks).Texts("Output"));
        var otherRun = await other;
        Assert.Equal("SourceNotFound", otherRun.EndingId);
        Assert.Equal([$"two  {second.Repository}"], otherRun.Hooks[0].Texts("Output"));
        Assert.Equal(["two 0"], otherRun.Hooks[1].Texts("Output"));
        Assert.DoesNotContain(Environment.GetEnvironmentVariables().Keys.Cast<string>(), name => name is "SUCCESS" or "TEST_OF_HOOK" || name.StartsWith("REKKORD_", StringComparison.Ordinal));
    }
}
