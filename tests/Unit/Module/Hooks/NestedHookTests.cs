namespace Rekkord.Module.Tests.Hooks;

/// <summary>Commands of the module inside a hook.</summary>
public sealed class NestedHookTests
{
    [Fact]
    public void A_hook_can_list_snapshots()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "(Get-RekkordSnapshot -ConfigPath $config).Count");
        sandbox.Save().Clean();
        Assert.Equal(["1"], Assert.Single(sandbox.Save().Clean().Hooks).Texts("Output"));
    }

    [Fact]
    public void A_hook_can_save_without_hooks()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "(Invoke-RekkordSave inner $source -ConfigPath $RekkordHook.ConfigFile -SkipHooks -Confirm:$false).Channel");
        Assert.Equal(["inner"], Assert.Single(sandbox.Save().Clean().Hooks).Texts("Output"));
        Assert.Equal(2, sandbox.Invoke("Get-RekkordSnapshot").Clean().Output.Count);
    }

    [Theory]
    [InlineData("Invoke-RekkordSave inner $source -ConfigPath $config")]
    [InlineData("Invoke-RekkordScan -ConfigPath $config")]
    [InlineData("Invoke-RekkordHook PreSave -ConfigPath $config")]
    [InlineData("Invoke-RekkordHook PostScan -ConfigPath $config")]
    [InlineData("$env:REKKORD_PHASE = $null; Invoke-RekkordSave inner $source -ConfigPath $config")]
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
        sandbox.Hook("PreSave", "10-hook.ps1", "try { Invoke-RekkordSave inner $source -ConfigPath $config } catch { $_.FullyQualifiedErrorId.Split(',')[0] }");
        Assert.Equal(["NestedHooks"], Assert.Single(sandbox.Save().Clean().Hooks).Texts("Output"));
    }

    [Fact]
    public void A_hook_that_saves_to_a_second_repository_is_not_sent_to_the_first()
    {
        using var sandbox = new ModuleSandbox();
        var second = Second(sandbox);
        sandbox.Hook("PreSave", "10-hook.ps1", $"(Invoke-RekkordSave inner $source -ConfigPath '{second}').Status");
        sandbox.Hook("PreSave", "20-hook.ps1", $"$env:REKKORD_CONFIG_FILE = '{second}'; (Get-RekkordSnapshot).Channel");
        var hooks = sandbox.Save().Clean().Hooks;
        Assert.Equal(["Succeeded"], hooks[0].Texts("Output"));
        Assert.Equal(["inner"], hooks[1].Texts("Output"));
        Assert.Equal("test", Assert.Single(sandbox.Invoke("Get-RekkordSnapshot").Clean().Output).Text("Channel"));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void What_a_hook_is_told_configures_no_command_of_a_program_that_it_starts()
    {
        using var sandbox = new ModuleSandbox();
        var second = Second(sandbox);
        var script = Path.Combine(sandbox.Base, "inner.ps1");
        File.WriteAllText(script, $"""
            Import-Module '{TestAssembly.ModuleManifest}'
            "$env:REKKORD_REPOSITORY"
            "$((Get-RekkordConfig).Repository)"
            (Get-RekkordConfig -ConfigPath '{second}').Repository
            """);
        sandbox.ShellHook("PreSave", "10-hook", $"exec dotnet '{PowerShellProcess.Library}' -NoProfile -File '{script}'");
        var hook = Assert.Single(sandbox.Save().Hooks);
        Assert.Equal("Succeeded", hook.Text("Status"));
        Assert.Equal([sandbox.Repository, "", Path.Combine(sandbox.Base, "second")], hook.Texts("Output"));
    }

    /// <summary>Makes another repository, with a configuration without hooks, and returns that one's path.</summary>
    private static string Second(ModuleSandbox sandbox)
    {
        var config = Path.Combine(sandbox.Base, "second.toml");
        File.WriteAllText(config, $"[Repository]\nURL = '{sandbox.Base}/second'\nKeyFile = '{sandbox.Base}/second.key'\n");
        sandbox.Invoke($"Initialize-RekkordRepository '{sandbox.Base}/second' '{sandbox.Base}/second.key'").Clean();
        return config;
    }
}
