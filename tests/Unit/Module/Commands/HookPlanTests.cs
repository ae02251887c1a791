namespace Rekkord.Module.Tests.Commands;

public sealed class HookPlanTests
{
    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Get_RekkordHook_lists_what_would_run_in_order_and_why_the_rest_would_not()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.LogOutcome("PostSave", "90-last");
        sandbox.LogOutcome("PreSave", "20-dump");
        sandbox.Hook("PreSave", "10-check.ps1", "'x' > $env:TEST_LOG");
        sandbox.Hook("PreSave", "15-old.disabled", "");
        File.WriteAllText(Path.Combine(sandbox.HookDirectory("PreSave"), "30-not-executable"), "#!/bin/sh\n");

        var hooks = sandbox.Invoke("Get-RekkordHook").Clean().Output;

        Assert.Equal(["10-check.ps1", "20-dump", "30-not-executable", "90-last"], hooks.Select(hook => hook.Text("Name")));
        Assert.Equal(["ScriptBlock", "External", "External", "External"], hooks.Select(hook => hook.Text("Kind")));
        Assert.Equal(["True", "True", "False", "True"], hooks.Select(hook => hook.Text("WillRun")));
        Assert.Contains("chmod +x", hooks[2].Text("Remedy"), StringComparison.Ordinal);
        Assert.Equal("90-last", Assert.Single(sandbox.Invoke("Get-RekkordHook PostSave").Clean().Output).Text("Name"));
        Assert.Empty(sandbox.LogLines);
    }

    [Fact]
    public void A_directory_that_is_missing_is_an_error_and_the_other_phases_are_listed()
    {
        using var sandbox = new ModuleSandbox();
        Directory.Delete(sandbox.HookDirectory("PreSave"));
        sandbox.LogOutcome();
        var run = sandbox.Invoke("Get-RekkordHook");
        Assert.Null(run.Ending);
        Assert.StartsWith("HookDirectoryNotFound,", Assert.Single(run.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("50-log", Assert.Single(run.Output).Text("Name"));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void WhatIf_on_a_save_shows_the_plan_and_writes_nothing()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("file", "content");
        sandbox.LogOutcome("PreSave", "10-dump");
        File.WriteAllText(Path.Combine(sandbox.HookDirectory("PreSave"), "20-not-executable"), "#!/bin/sh\n");
        sandbox.LogOutcome("PostSave", "90-after");
        var before = sandbox.RepositoryFiles;

        var run = sandbox.Invoke("Invoke-RekkordSave test $source -WhatIf").Clean();

        Assert.Empty(run.Output);
        Assert.Equal(4, run.HostLines.Count);
        Assert.Contains("Save", run.HostLines[0], StringComparison.Ordinal);
        Assert.Contains("10-dump", run.HostLines[1], StringComparison.Ordinal);
        Assert.Contains("\"20-not-executable\" would fail: ", run.HostLines[2], StringComparison.Ordinal);
        Assert.Contains("90-after", run.HostLines[3], StringComparison.Ordinal);
        Assert.Empty(sandbox.LogLines);
        Assert.Equal(before, sandbox.RepositoryFiles);
    }

    [Fact]
    public void WhatIf_set_as_a_preference_shows_the_plan_too()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.LogOutcome("PreSave", "10-dump");
        var run = sandbox.Invoke("$WhatIfPreference = $true; Invoke-RekkordSave test $source").Clean();
        Assert.Contains(run.HostLines, line => line.Contains("10-dump", StringComparison.Ordinal));
        Assert.Empty(sandbox.LogLines);
    }

    [Fact]
    public void Rehearsing_a_phase_runs_it_alone()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.LogOutcome("PreSave", "10-before");
        sandbox.LogOutcome();
        Assert.Single(sandbox.Invoke("Invoke-RekkordHook PostSave").Clean().Hooks);
        Assert.Single(sandbox.Invoke("Invoke-RekkordHook -Phase PostSave -Outcome Failure").Clean().Hooks);
        Assert.Equal(["PostSave 1", "PostSave 0"], sandbox.LogLines);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_rehearsal_that_fails_ends_in_the_error_of_the_phase()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.ShellHook("PreSave", "10-bad", "exit 1");
        sandbox.ShellHook("PreSave", "20-good", "exit 0");
        var run = sandbox.Invoke("Invoke-RekkordHook PreSave");
        Assert.Equal("PreSaveHookFailed", run.EndingId);
        Assert.StartsWith("A save would stop here", run.Ending?.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(["Failed", "Succeeded"], run.Hooks.Select(hook => hook.Text("Status")));
    }

    [Fact]
    public void WhatIf_on_a_rehearsal_names_the_hooks_and_runs_none()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.LogOutcome();
        var run = sandbox.Invoke("Invoke-RekkordHook PostSave -WhatIf").Clean();
        Assert.Contains("50-log", Assert.Single(run.HostLines), StringComparison.Ordinal);
        Assert.Empty(sandbox.LogLines);
    }
}
