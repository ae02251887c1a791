namespace Rekkord.Module.Tests.Hooks;

/// <summary>A script hook runs in the caller's session and leaves it as it was.</summary>
public sealed class ScriptHookIsolationTests
{
    [Theory]
    [InlineData("")]
    [InlineData("; throw 'half-way'")]
    [InlineData("; exit 1")]
    public void Location_environment_variables_and_preferences_are_as_before(string ending)
    {
        using var sandbox = new ModuleSandbox();
        Directory.CreateDirectory(Path.Combine(sandbox.Base, "[elsewhere]"));
        sandbox.Hook("PreSave", "10-hook.ps1", """
            $ExecutionContext.SessionState.Path.SetLocation([WildcardPattern]::Escape("$PWD/[elsewhere]"))
            $env:TEST_ADDED = 'added'; $env:TEST_CHANGED = 'changed'; $env:TEST_REMOVED = $null
            $ErrorActionPreference = 'Continue'; $DebugPreference = 'Continue'; $VerbosePreference = 'Continue'; $script:WarningPreference = 'Stop'
            $ownVariable = 1; function OwnFunction { }
            """ + ending);
        Environment.SetEnvironmentVariable("TEST_CHANGED", "before");
        Environment.SetEnvironmentVariable("TEST_REMOVED", "before");
        try
        {
            const string State = "\"$PWD|$env:TEST_ADDED|$env:TEST_CHANGED|$env:TEST_REMOVED|$ErrorActionPreference|$DebugPreference|$VerbosePreference|$WarningPreference|"
                + "$ownVariable|$($ExecutionContext.SessionState.InvokeCommand.GetCommand('OwnFunction', 'Function'))|$PSNativeCommandUseErrorActionPreference|$env:REKKORD_PHASE|$RekkordHook|$(Get-Command Read-Host -ErrorAction Ignore)\"";
            var before = sandbox.Invoke(State).Clean().Output.Single().ToString();
            Assert.Contains("|before|before|Continue|", before, StringComparison.Ordinal);
            Assert.Equal(ending.Length == 0 ? "Succeeded" : "Failed", Assert.Single(sandbox.Save().Hooks).Text("Status"));
            Assert.Equal(before, sandbox.Invoke(State).Clean().Output.Single().ToString());
        }
        finally
        {
            Environment.SetEnvironmentVariable("TEST_CHANGED", null);
            Environment.SetEnvironmentVariable("TEST_REMOVED", null);
        }
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void One_hook_does_not_see_what_another_changed()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-first.ps1", "$env:TEST_ADDED = 'x'; $own = 'y'; $ErrorActionPreference = 'Continue'; $ExecutionContext.SessionState.Path.SetLocation('/')");
        sandbox.Hook("PreSave", "20-second.ps1", "\"$env:TEST_ADDED|$own|$ErrorActionPreference|$PWD\"");
        sandbox.ShellHook("PreSave", "30-third", "echo \"$TEST_ADDED|$PWD\"");
        var hooks = sandbox.Save().Clean().Hooks;
        Assert.Equal([$"||Stop|{sandbox.Base}"], hooks[1].Texts("Output"));
        Assert.Equal([$"|{sandbox.Base}"], hooks[2].Texts("Output"));
    }

    [Fact]
    public void A_hook_sees_the_variables_and_functions_of_the_session()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "Get-DumpName $database");
        var run = sandbox.Invoke("function global:Get-DumpName($name) { \"$name.sql\" }; $global:database = 'shop'; Invoke-RekkordSave test $source").Clean();
        Assert.Equal(["shop.sql"], Assert.Single(run.Hooks).Texts("Output"));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_hook_is_told_what_it_runs_for()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.ShellHook("PreSave", "10-first", "exit 0");
        const string Tell = "\"$($RekkordHook.Phase)|$($RekkordHook.Command)|$($RekkordHook.Channel)|$($RekkordHook.Paths)|$($RekkordHook.Success)|$($RekkordHook.Snapshot)|$($RekkordHook.HookResults.Name)\"";
        sandbox.Hook("PreSave", "20-told.ps1", Tell + "; \"$env:REKKORD_PHASE|$env:REKKORD_CHANNEL|$env:SUCCESS|$env:REKKORD_CONFIG_FILE\"");
        sandbox.Hook("PostSave", "30-told.ps1", Tell + "; \"$env:REKKORD_PHASE|$env:REKKORD_CHANNEL|$env:SUCCESS|$env:REKKORD_SNAPSHOT\"");
        Environment.SetEnvironmentVariable("SUCCESS", "inherited");
        ModuleRun run;
        try
        {
            run = sandbox.Save().Clean();
        }
        finally
        {
            Environment.SetEnvironmentVariable("SUCCESS", null);
        }

        var id = run.Save.Text("Id");
        Assert.Equal([$"PreSave|save|test|{sandbox.Source}|||10-first", $"PreSave|test||{sandbox.ConfigFile}"], run.Hooks[1].Texts("Output"));
        Assert.Equal([$"PostSave|save|test|{sandbox.Source}|True|{id}|10-first 20-told.ps1", $"PostSave|test|1|{id}"], run.Hooks[2].Texts("Output"));
    }

    [Fact]
    public void Variables_that_configure_this_process_are_not_in_a_hooks_environment()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Hook("PreSave", "10-hook.ps1", "\"<$env:REKKORD_S3_SECRET_KEY>\"");
        Environment.SetEnvironmentVariable("REKKORD_S3_SECRET_KEY", "secret");
        try
        {
            Assert.Equal(["<>"], Assert.Single(sandbox.Save().Clean().Hooks).Texts("Output"));
            Assert.Equal("secret", Environment.GetEnvironmentVariable("REKKORD_S3_SECRET_KEY"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("REKKORD_S3_SECRET_KEY", null);
        }
    }

    [Theory]
    [InlineData("Remove-Module Rekkord")]
    [InlineData("Import-Module $module -Force")]
    [InlineData("Remove-Module Rekkord; Import-Module $module")]
    public void A_hook_can_remove_or_import_the_module_while_it_is_at_work(string script)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("file", "content");
        sandbox.Hook("PreSave", "10-hook.ps1", script);
        sandbox.Hook("PostSave", "20-hook.ps1", "$env:SUCCESS");
        var run = sandbox.Save().Clean();
        Assert.Equal("Succeeded", run.Save.Text("Status"));
        Assert.Equal(["1"], run.Hooks[1].Texts("Output"));
        sandbox.Invoke("Import-Module $module").Clean();
        sandbox.AssertRepositorySound();
    }

    [Fact]
    public void A_hook_can_use_a_module_of_its_own()
    {
        using var sandbox = new ModuleSandbox();
        File.WriteAllText(Path.Combine(sandbox.Base, "Dumps.psm1"), "class Dump { static [string] Name() { return 'from a class' } }\nfunction Get-Dump { 'from a function' }");
        sandbox.Hook("PreSave", "10-hook.ps1", "using module ../../Dumps.psm1\n[Dump]::Name(); Get-Dump");
        Assert.Equal(["from a class", "from a function"], Assert.Single(sandbox.Save().Clean().Hooks).Texts("Output"));
    }
}
