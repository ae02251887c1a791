using System.Management.Automation;

namespace Rekkord.Module.Tests.Hooks;

/// <summary>The preferences of a script hook hold for all that it calls, and those of the session are as before when it has ended.</summary>
public sealed class ScriptHookPreferenceTests
{
    private const string State = "\"$global:ErrorActionPreference|$ErrorActionPreference|$global:PSNativeCommandUseErrorActionPreference|$WarningPreference|$WhatIfPreference|"
        + "$($PSDefaultParameterValues.Keys)|$($ExecutionContext.SessionState.PSVariable.Get('global:ErrorActionPreference').Options)|$OFS\"";

    [Theory]
    [InlineData("sh -c 'echo cannot connect >&2; exit 3'")]
    [InlineData("Get-Command no-such-command")]
    [InlineData("$Host.UI.ReadLine()")]
    public void They_hold_in_the_functions_of_a_module(string command)
    {
        using var sandbox = new ModuleSandbox();
        File.WriteAllText(Path.Combine(sandbox.Base, "Dumps.psm1"), $"function Save-Dump {{ {command}; 'went on' }}");
        sandbox.Hook("PreSave", "10-hook.ps1", "Import-Module $PSScriptRoot/../../Dumps.psm1; Save-Dump");
        var hook = Assert.Single(sandbox.Save().Hooks);
        Assert.Equal("Failed", hook.Text("Status"));
        Assert.Empty(hook.Texts("Output"));
    }

    [Theory]
    [InlineData("$global:ErrorActionPreference = 'SilentlyContinue'; $global:PSNativeCommandUseErrorActionPreference = $false")]
    [InlineData("$global:WarningPreference = 'Stop'; $global:WhatIfPreference = $true; $global:OFS = ','")]
    [InlineData("$global:ErrorActionPreference = 'Ignore'; $ExecutionContext.SessionState.PSVariable.Get('global:ErrorActionPreference').Options = 'ReadOnly'")]
    [InlineData("$global:ErrorActionPreference = 'Ignore'; $ExecutionContext.SessionState.PSVariable.Get('global:ErrorActionPreference').Options = 'AllScope'")]
    [InlineData("[ValidateSet('Ignore')] $global:ErrorActionPreference = 'Ignore'")]
    [InlineData("$ExecutionContext.SessionState.PSVariable.Remove('global:ErrorActionPreference')")]
    [InlineData("$global:PSDefaultParameterValues = @{ '*:ErrorAction' = 'Ignore' }")]
    [InlineData("$global:PSDefaultParameterValues['*:ErrorAction'] = 'Ignore'; $PSDefaultParameterValues['*:Verbose'] = $true")]
    public void Whatever_a_hook_does_to_the_global_ones_they_are_put_back(string change)
    {
        using var sandbox = new ModuleSandbox();
        AssertPutBack(sandbox, change, "Succeeded");
        AssertPutBack(sandbox, $"{change}; throw 'half-way'", "Failed");
    }

    [Theory]
    [InlineData("exit 1", "Failed")]
    [InlineData("while ($true) { }", "TimedOut")]
    [InlineData("break", "Failed")]
    public void However_a_hook_ends_they_are_put_back(string end, string status)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Configure("HookTimeout = '1s'");
        AssertPutBack(sandbox, $"$global:ErrorActionPreference = 'Ignore'; {end}", status);
    }

    private static void AssertPutBack(ModuleSandbox sandbox, string hook, string status)
    {
        sandbox.Hook("PreSave", "10-hook.ps1", hook);
        sandbox.Hook("PreSave", "20-next.ps1", "\"$global:ErrorActionPreference|$ErrorActionPreference|$($global:PSDefaultParameterValues.Count)\"");
        var before = sandbox.Invoke(State).Clean().Output.Single().ToString();

        var hooks = sandbox.Save().Hooks;

        Assert.Equal(status, hooks[0].Text("Status"));
        Assert.Equal(["Stop|Stop|0"], hooks[1].Texts("Output"));
        // A variable that has once been in all scopes stays so.
        var after = sandbox.Invoke(State).Clean().Output.Single().ToString();
        Assert.Equal(before.Replace("AllScope", "None", StringComparison.Ordinal), after.Replace("AllScope", "None", StringComparison.Ordinal));
    }

    [Fact]
    public void Those_of_the_script_that_called_the_save_are_put_back_too()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "$ExecutionContext.SessionState.PSVariable.Set('global:ErrorActionPreference', 'Ignore'); exit 1");
        var job = Path.Combine(sandbox.Base, "job.ps1");
        File.WriteAllText(job, "$ErrorActionPreference = 'Stop'\nInvoke-RekkordSave test $source\n'went on'");
        var run = sandbox.Invoke($"& '{job}'");
        Assert.Equal("PreSaveHookFailed", run.EndingId);
        Assert.DoesNotContain(run.Output, item => "went on".Equals(item.BaseObject));
    }

    [Theory]
    [InlineData("$PSDefaultParameterValues['*:ErrorAction'] = 'SilentlyContinue'")]
    [InlineData("$global:ErrorActionPreference = 'SilentlyContinue'")]
    [InlineData("$global:PSNativeCommandUseErrorActionPreference = $false; $global:ErrorActionPreference = 'Ignore'")]
    public void Those_of_a_profile_do_not_silence_a_hook(string profile)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "Get-Command no-such-command\n'went on'");
        sandbox.Hook("PreSave", "20-hook.ps1", "sh -c 'exit 3'\n'went on'");
        var run = sandbox.Invoke($"{profile}; Invoke-RekkordSave test $source");
        Assert.Equal(["Failed", "Failed"], run.Hooks.Select(hook => hook.Text("Status")));
    }

    [Fact]
    public void A_session_that_has_made_one_read_only_keeps_it_so()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "Get-Command no-such-command");
        sandbox.Invoke("$ExecutionContext.SessionState.PSVariable.Get('global:ErrorActionPreference').Options = 'ReadOnly'").Clean();
        Assert.Equal("Failed", Assert.Single(sandbox.Save().Hooks).Text("Status"));
        var after = (PSVariable)sandbox.Invoke("$ExecutionContext.SessionState.PSVariable.Get('global:ErrorActionPreference')").Output.Single().BaseObject;
        Assert.Equal((ActionPreference.Continue, ScopedItemOptions.ReadOnly), ((ActionPreference)after.Value, after.Options));
    }
}
