namespace Rekkord.Module.Tests.Commands;

public sealed class ScanTests
{
    [Theory]
    [InlineData("Invoke-RekkordScan")]
    [InlineData("Invoke-RekkordScan -Full")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_sound_repository_is_found_sound_between_the_hooks(string command)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("file", "content");
        sandbox.Save().Clean();
        sandbox.ShellHook("PreScan", "10-before", "echo $REKKORD_COMMAND");
        sandbox.LogOutcome("PostScan");
        var run = sandbox.Invoke(command).Clean();
        var result = Assert.Single(run.OfType("RekkordScanResult"));
        Assert.Equal("Succeeded", result.Text("Status"));
        Assert.Empty(result.Items("Problems"));
        Assert.Equal(["10-before", "50-log"], run.Hooks.Select(hook => hook.Text("Name")));
        Assert.Equal(["scan"], run.Hooks[0].Texts("Output"));
        Assert.Equal(["PostScan 1"], sandbox.LogLines);
    }

    [Theory]
    [InlineData("-TimeLimit 60", "ParameterArgumentTransformationError")]
    [InlineData("-MaxAge 7", "ParameterArgumentTransformationError")]
    [InlineData("-MaxAge '7'", "ParameterArgumentTransformationError")]
    [InlineData("-MaxAge 0.5", "ParameterArgumentTransformationError")]
    [InlineData("-MaxAge 7x", "CannotConvertArgumentNoMessage")]
    [InlineData("-MaxAge 90s -TimeLimit '1h'", null)]
    [InlineData("-TimeLimit -1:00:00", "TimeSpanTooShort")]
    [InlineData("-TimeLimit ([TimeSpan]::Zero)", "TimeSpanTooShort")]
    [InlineData("-MaxAge 7d -TimeLimit 2h30m", null)]
    [InlineData("-MaxAge 7.00:00:00 -TimeLimit 1:00:00", null)]
    [InlineData("-MaxAge ([TimeSpan]::MaxValue)", null)]
    public void A_time_in_which_nothing_can_be_done_is_refused(string parameter, string? error)
    {
        using var sandbox = new ModuleSandbox();
        Assert.Equal(error, sandbox.Invoke($"Invoke-RekkordScan {parameter}").EndingId);
    }

    [Fact]
    public void A_damaged_pack_is_a_problem_and_the_scan_does_not_succeed()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("file", "content");
        sandbox.Save().Clean();
        sandbox.LogOutcome("PostScan");
        var pack = Directory.GetFiles(Path.Combine(sandbox.Repository, "packs"), "*", SearchOption.AllDirectories)[0];
        File.SetAttributes(pack, FileAttributes.Normal);
        var bytes = File.ReadAllBytes(pack);
        bytes[^20] ^= 1;
        File.WriteAllBytes(pack, bytes);

        var run = sandbox.Invoke("Invoke-RekkordScan");

        var result = Assert.Single(run.OfType("RekkordScanResult"));
        Assert.NotEqual("Succeeded", result.Text("Status"));
        Assert.NotEmpty(result.Items("Problems"));
        Assert.Equal(["PostScan 0"], sandbox.LogLines);
        Assert.True(run.Ending is not null || run.Errors.Count > 0, "A damaged repository has to be an error.");
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_pre_hook_that_fails_keeps_the_scan_from_running()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.ShellHook("PreScan", "10-bad", "exit 1");
        sandbox.LogOutcome("PostScan");
        var run = sandbox.Invoke("Invoke-RekkordScan");
        Assert.Equal("PreScanHookFailed", run.EndingId);
        Assert.Empty(run.OfType("RekkordScanResult"));
        Assert.Empty(sandbox.LogLines);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_post_hook_that_fails_makes_an_error_after_the_result()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.ShellHook("PostScan", "10-bad", "exit 1");
        var run = sandbox.Invoke("Invoke-RekkordScan");
        Assert.Equal("PostScanHookFailed", run.EndingId);
        Assert.Equal("Succeeded", Assert.Single(run.OfType("RekkordScanResult")).Text("Status"));
    }

    [Fact]
    public void WhatIf_reads_nothing_and_shows_the_plan()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.LogOutcome("PreScan", "10-before");
        sandbox.LogOutcome("PostScan", "90-after");
        var run = sandbox.Invoke("Invoke-RekkordScan -Repair -WhatIf").Clean();
        Assert.Empty(run.Output);
        Assert.Equal(3, run.HostLines.Count);
        Assert.Contains("10-before", run.HostLines[1], StringComparison.Ordinal);
        Assert.Contains("90-after", run.HostLines[2], StringComparison.Ordinal);
        Assert.Empty(sandbox.LogLines);
    }
}
