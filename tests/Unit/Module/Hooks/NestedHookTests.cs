namespace Rekkord.Module.Tests.Hooks;

/// <summary>Commands of the module inside a hook.</summary>
public sealed class NestedHookTests
{
    [Fact]
    public void A_hook_can_list_snapshots()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "(Get-RekkordSnapshot).Count");
        sandbox.Save().Clean();
        Assert.Equal(["1"], Assert.Single(sandbox.Save().Clean().Hooks).Texts("Output"));
    }

    [Fact]
    public void A_hook_can_save_without_hooks()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "(Invoke-RekkordSave inner $source -SkipHooks -Confirm:$false).Channel");
        Assert.Equal(["inner"], Assert.Single(sandbox.Save().Clean().Hooks).Texts("Output"));
        Assert.Equal(2, sandbox.Invoke("Get-RekkordSnapshot").Clean().Output.Count);
    }

    [Theory]
    [InlineData("Invoke-RekkordSave inner $source")]
    [InlineData("Invoke-RekkordScan")]
    [InlineData("Invoke-RekkordHook PreSave")]
    [InlineData("Invoke-RekkordHook PostScan")]
    public void A_hook_cannot_start_hooks(string command)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", command);
        sandbox.LogOutcome();
        sandbox.LogOutcome("PostScan");
        var run = sandbox.Save();
        var hook = Assert.Single(run.Hooks);
        Assert.Equal("Failed", hook.Text("Status"));
        Assert.Contains("was started from a PreSave hook", hook.Text("Reason"), StringComparison.Ordinal);
        Assert.Equal("PreSaveHookFailed", run.EndingId);
        Assert.Empty(sandbox.LogLines);
        Assert.Empty(sandbox.Invoke("Get-RekkordSnapshot").Clean().Output);
    }

    [Fact]
    public void The_error_of_a_command_inside_a_hook_can_be_told_by_its_ID()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "try { Invoke-RekkordSave inner $source } catch { $_.FullyQualifiedErrorId.Split(',')[0] }");
        Assert.Equal(["NestedHooks"], Assert.Single(sandbox.Save().Clean().Hooks).Texts("Output"));
    }
}
