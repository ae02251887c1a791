namespace Rekkord.Module.Tests.Hooks;

public sealed class PostHookTests
{
    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_post_hook_that_fails_leaves_the_snapshot_and_its_result_and_ends_in_an_error()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("file", "content");
        sandbox.LogOutcome("PostSave", "10-before");
        sandbox.Hook("PostSave", "20-bad.ps1", "throw 'no network'");
        sandbox.ShellHook("PostSave", "25-bad", "exit 2");
        sandbox.LogOutcome("PostSave", "30-after");
        sandbox.Hook("PostSave", "40-after.ps1", "[IO.File]::AppendAllText($env:TEST_LOG, \"script $env:SUCCESS $($RekkordHook.Success)`n\")");

        var run = sandbox.Save();

        Assert.Equal("PostSaveHookFailed", run.EndingId);
        Assert.Contains("'20-bad.ps1'", run.Ending!.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("'25-bad'", run.Ending.Exception.Message, StringComparison.Ordinal);
        Assert.Equal("Succeeded", run.Save.Text("Status"));
        Assert.Equal(5, run.Save.Items("Hooks").Count);
        Assert.Equal(["PostSave 1", "PostSave 0", "script 0 False"], sandbox.LogLines);
        Assert.Equal(run.Save.Text("Id"), Assert.Single(sandbox.Invoke("Get-RekkordSnapshot").Clean().Output).Text("Id"));
    }

    [Fact]
    public void A_partial_save_is_told_apart_from_a_failed_one()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("file", "content");
        sandbox.Hook("PostSave", "10-told.ps1", "\"$($RekkordHook.Outcome) $($RekkordHook.Success) $env:REKKORD_OUTCOME $env:SUCCESS $([bool]$RekkordHook.Snapshot)\"");
        Assert.Equal(["Success True success 1 True"], Assert.Single(sandbox.Save().Clean().Hooks).Texts("Output"));
        Assert.Equal(["Partial False partial 0 False"], Assert.Single(sandbox.Invoke("Invoke-RekkordHook PostSave -Outcome Partial").Hooks).Texts("Output"));
        Assert.Equal(["Failure False failure 0 False"], Assert.Single(sandbox.Invoke("Invoke-RekkordSave test $source/missing").Hooks).Texts("Output"));
    }

    [Fact]
    public void When_the_save_and_a_post_hook_both_fail_both_are_reported()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PostSave", "10-bad.ps1", "$RekkordHook.Errors; $env:REKKORD_ERROR; throw 'no network'");
        sandbox.LogOutcome("PostSave", "20-after");
        var run = sandbox.Invoke("Invoke-RekkordSave test $source/missing");
        Assert.Equal("SourceNotFound", run.EndingId);
        Assert.Contains("missing", run.Ending!.ToString(), StringComparison.Ordinal);
        Assert.Contains("no network", run.Ending.ToString(), StringComparison.Ordinal);
        Assert.All(run.Hooks[0].Texts("Output"), line => Assert.Contains("missing", line, StringComparison.Ordinal));
        Assert.Equal(["PostSave 0"], sandbox.LogLines);
    }

    [Fact]
    public void After_a_pre_hook_failed_post_hooks_only_run_when_that_is_set()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-bad.ps1", "throw 'x'");
        sandbox.LogOutcome();
        sandbox.Save();
        Assert.Empty(sandbox.LogLines);
        sandbox.Configure("RunPostHooksAfterPreFailure = true");
        Assert.Equal("PreSaveHookFailed", sandbox.Save().EndingId);
        Assert.Equal(["PostSave 0"], sandbox.LogLines);
    }

    [Theory]
    [InlineData("PreSave", "PreSaveHookFailed", false)]
    [InlineData("PostSave", "PostSaveHookFailed", true)]
    public void A_hook_directory_that_is_missing_fails_its_phase(string phase, string id, bool saved)
    {
        using var sandbox = new ModuleSandbox();
        Directory.Delete(sandbox.HookDirectory(phase));
        var run = sandbox.Save();
        Assert.Equal(id, run.EndingId);
        Assert.Contains(sandbox.HookDirectory(phase), run.Ending!.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(saved ? 1 : 0, run.OfType("RekkordSaveResult").Count);
    }

    [Fact]
    public void A_post_hook_that_fails_is_an_error_also_when_a_later_command_has_enough()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "'first'");
        sandbox.Hook("PostSave", "20-bad.ps1", "throw 'no network'");
        Assert.Equal("PostSaveHookFailed", sandbox.Invoke("foreach ($once in 1) { Invoke-RekkordSave test $source | ForEach-Object { $_; break } }").EndingId);
    }

    [Fact]
    public void A_preference_that_turns_errors_into_stops_does_not_keep_post_hooks_from_running()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "[CmdletBinding()] param() $PSCmdlet.WriteWarning('careful')");
        sandbox.LogOutcome();
        var run = sandbox.Invoke("Invoke-RekkordSave test $source -WarningAction Stop");
        Assert.NotNull(run.Ending);
        Assert.Equal("Succeeded", run.Save.Text("Status"));
        Assert.Equal(["PostSave 1"], sandbox.LogLines);

        // Nor does it hide that one of them failed.
        sandbox.Hook("PostSave", "60-bad.ps1", "throw 'no network'");
        run = sandbox.Invoke("Invoke-RekkordSave test $source -WarningAction Stop");
        Assert.NotNull(run.Ending);
        Assert.Contains("no network", Assert.Single(run.Errors).ToString(), StringComparison.Ordinal);
    }
}
