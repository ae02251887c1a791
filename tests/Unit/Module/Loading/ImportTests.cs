using System.Management.Automation;

namespace Rekkord.Module.Tests.Loading;

public sealed class ImportTests
{
    private static readonly string[] Commands =
    [
        "Compare-RekkordSnapshot", "Copy-RekkordSnapshot", "Find-RekkordItem", "Get-RekkordConfig", "Get-RekkordHook", "Get-RekkordItem", "Get-RekkordKey", "Get-RekkordRepository", "Get-RekkordSnapshot", "Get-RekkordTask", "Initialize-RekkordRepository",
        "Invoke-RekkordHook", "Invoke-RekkordPrune", "Invoke-RekkordRetention", "Invoke-RekkordSave", "Invoke-RekkordScan", "Lock-RekkordKey", "New-RekkordConfig", "New-RekkordKey", "Register-RekkordTask", "Remove-RekkordSnapshot",
        "Restore-RekkordSnapshot", "Revoke-RekkordKey", "Test-RekkordConfig", "Undo-RekkordRemoval", "Unlock-RekkordKey", "Unregister-RekkordTask",
    ];

    [Fact]
    public void The_module_exports_exactly_the_commands_its_manifest_names()
    {
        using var session = new ModuleSession();
        var exported = session.Invoke("(Get-Module Rekkord).ExportedCommands.Keys").Clean().Output;
        var named = session.Invoke("(Test-ModuleManifest $module).ExportedCmdlets.Keys").Clean().Output;
        var implemented = session.Invoke("(Get-Module Rekkord).ImplementingAssembly.GetExportedTypes().ForEach{ $a = $_.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false); if ($a) { \"$($a.VerbName)-$($a.NounName)\" } }").Clean().Output;
        Assert.Equal(Commands, exported.Select(name => name.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(Commands, named.Select(name => name.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(Commands, implemented.Select(name => name.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_manifest_has_the_version_of_the_build()
    {
        using var session = new ModuleSession();
        Assert.Equal(TestAssembly.Version, session.Invoke("(Get-Module Rekkord).Version.ToString()").Clean().Output.Single().ToString());
    }

    [Fact]
    public void The_manifest_has_no_wildcard_in_what_it_exports() => Assert.DoesNotContain(
        File.ReadLines(TestAssembly.ModuleManifest),
        line => line.Contains("ToExport", StringComparison.Ordinal) && line.Contains('*'));

    [Theory]
    [InlineData("Import-Module $module; Import-Module $module")]
    [InlineData("Import-Module $module; Import-Module $module -Force")]
    [InlineData("Import-Module $module; Remove-Module Rekkord; Import-Module $module")]
    public void The_module_works_when_it_is_imported_again(string imports)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("file", "content");
        sandbox.Invoke(imports).Clean();
        Assert.Equal("Succeeded", sandbox.Save().Clean().Save.Text("Status"));
    }

    [Fact]
    public void Two_sessions_of_one_process_use_the_module_at_the_same_time()
    {
        using var first = new ModuleSandbox();
        using var second = new ModuleSandbox();
        first.Write("file", "of the first");
        second.Write("file", "of the second");
        var saves = new[] { first, second }.AsParallel().AsOrdered().WithDegreeOfParallelism(2).Select(sandbox => sandbox.Save()).ToList();
        Assert.All(saves, save => Assert.Equal("Succeeded", save.Clean().Save.Text("Status")));
        Assert.Single(first.Invoke("Get-RekkordSnapshot").Clean().Output);
        Assert.Single(second.Invoke("Get-RekkordSnapshot").Clean().Output);
    }

    [Fact]
    public void A_session_that_ends_does_not_take_the_module_from_another()
    {
        using var sandbox = new ModuleSandbox();
        new ModuleSession().Dispose();
        sandbox.Write("file", "content");
        Assert.Equal("Succeeded", sandbox.Save().Clean().Save.Text("Status"));
    }

    [Fact]
    public void Removing_the_module_takes_its_commands_away()
    {
        using var session = new ModuleSession();
        var run = session.Invoke("Remove-Module Rekkord; Get-Command -Noun Rekkord*").Clean();
        Assert.Empty(run.Output);
    }

    [Fact]
    public void Every_command_that_writes_something_has_an_output_type_of_the_module()
    {
        const string silent = "Lock-RekkordKey";
        using var session = new ModuleSession();
        var run = session.Invoke("Get-Command -Module Rekkord | ForEach-Object { \"$($_.Name) $($_.OutputType.Name -join ' ')\" }").Clean();
        Assert.Equal(Commands.Length, run.Output.Count);
        Assert.All(run.Output.Where(line => !line.ToString().StartsWith(silent, StringComparison.Ordinal)), line => Assert.Contains(" Rekkord.Cmdlets.Models.", line.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Initialize-RekkordRepository", "Repository KeyFile Passphrase ConfigPath Force WhatIf Confirm")]
    [InlineData("Invoke-RekkordSave", "ConfigPath Repository KeyFile Passphrase Channel Path LiteralPath Exclude ExcludeCaches ExcludeFrom ExcludeLargerThan NoIgnoreFiles OneFileSystem Force LimitUpload Tag Note FollowLinks SkipHooks WhatIf Confirm")]
    [InlineData("Invoke-RekkordScan", "ConfigPath Repository KeyFile Passphrase Full MaxAge TimeLimit Repair SkipHooks WhatIf Confirm")]
    [InlineData("Get-RekkordSnapshot", "ConfigPath Repository KeyFile Passphrase Channel Id Tag Latest Since Until Removed")]
    [InlineData("Get-RekkordRepository", "ConfigPath Repository KeyFile Passphrase Measure")]
    [InlineData("Remove-RekkordSnapshot", "ConfigPath Repository KeyFile Passphrase Id Channel Force WhatIf Confirm")]
    [InlineData("Undo-RekkordRemoval", "ConfigPath Repository KeyFile Passphrase Id Channel WhatIf Confirm")]
    [InlineData("Invoke-RekkordPrune", "ConfigPath Repository KeyFile Passphrase SweepAfter WhatIf Confirm")]
    [InlineData("Invoke-RekkordRetention", "ConfigPath Repository KeyFile Passphrase Channel KeepLast KeepHourly KeepDaily KeepWeekly KeepMonthly KeepYearly KeepWithin KeepTag TimeZone TrustTime WhatIf Confirm")]
    [InlineData("New-RekkordKey", "Role OutFile MasterKeyFile Passphrase MasterPassphrase ConfigPath Force WhatIf Confirm")]
    [InlineData("Restore-RekkordSnapshot", "ConfigPath Repository KeyFile Passphrase Snapshot Path Change Destination Include Force Verify NoOwner NumericOwner NoSpecial WhatIf Confirm")]
    [InlineData("Revoke-RekkordKey", "ConfigPath Repository KeyFile Passphrase KeyId Reason DistrustExisting WhatIf Confirm")]
    [InlineData("Copy-RekkordSnapshot", "ConfigPath Repository KeyFile Passphrase Snapshot DestinationRepository DestinationKeyFile DestinationConfigPath DestinationPassphrase Force WhatIf Confirm")]
    [InlineData("Find-RekkordItem", "ConfigPath Repository KeyFile Passphrase Name Channel")]
    [InlineData("Get-RekkordKey", "ConfigPath Repository KeyFile Passphrase Revoked")]
    [InlineData("Unlock-RekkordKey", "ConfigPath KeyFile Passphrase Lifetime")]
    [InlineData("Lock-RekkordKey", "KeyFile")]
    [InlineData("Get-RekkordHook", "ConfigPath Repository KeyFile Phase")]
    [InlineData("Invoke-RekkordHook", "ConfigPath Repository KeyFile Phase Outcome WhatIf Confirm")]
    [InlineData("Get-RekkordConfig", "ConfigPath Repository KeyFile")]
    public void A_command_has_the_parameters_that_are_promised(string command, string parameters)
    {
        using var session = new ModuleSession();
        var found = session.Invoke($"(Get-Command {command}).Parameters.Keys").Clean().Output.Select(name => name.ToString());
        Assert.Equal(
            parameters.Split(' ').Order(StringComparer.Ordinal),
            found.Except(Cmdlet.CommonParameters).Order(StringComparer.Ordinal));
    }
}
