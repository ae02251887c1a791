using System.Management.Automation;

namespace Rekkord.Module.Tests.Commands;

public sealed class ProgressTests
{
    [Fact]
    public void The_bar_of_an_operation_that_fails_goes_away()
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("file", "one");
        sandbox.Save().Clean();
        var there = Path.Combine(sandbox.Base, "there");
        sandbox.Session.Set("there", there);
        sandbox.Invoke("Initialize-RekkordRepository $there there.key; Copy-RekkordSnapshot test $there there.key").Clean();
        sandbox.Write("file", "another");
        sandbox.Save().Clean();
        Directory.Delete(Path.Combine(there, "packs"), recursive: true);
        File.WriteAllText(Path.Combine(there, "packs"), "in the way");

        // The copy that is there already is told first. What takes it takes so long that a bar is due.
        var run = sandbox.Invoke("""
            Get-RekkordSnapshot | Copy-RekkordSnapshot -DestinationRepository $there -DestinationKeyFile there.key | ForEach-Object {
                $due = [Environment]::TickCount64 + 200
                while ([Environment]::TickCount64 -lt $due) { }
            }
            """);

        Assert.NotNull(run.EndingId);
        Assert.NotEmpty(run.Progress);
        Assert.Equal(ProgressRecordType.Completed, run.Progress[^1].RecordType);
    }

    // Something is told in the midst of it. What takes that takes so long that a bar is due.
    [Theory]
    [InlineData("Invoke-RekkordPrune -WhatIf 3>&1", "index", "Finding out what snapshots need|Looking at packs")]
    [InlineData("Invoke-RekkordRetention -KeepLast 1 -WhatIf 2>&1", "snapshots", "Reading snapshots")]
    public void A_prune_and_a_retention_have_a_bar(string command, string damaged, string activities)
    {
        using var sandbox = new ModuleSandbox();
        sandbox.Write("file", "one");
        sandbox.Save().Clean();
        foreach (var file in Directory.GetFiles(Path.Combine(sandbox.Repository, damaged), "*", SearchOption.AllDirectories))
        {
            File.SetAttributes(file, FileAttributes.Normal);
            File.WriteAllText(file, "damaged");
        }

        var run = sandbox.Invoke($"{command} | ForEach-Object {{ $due = [Environment]::TickCount64 + 200; while ([Environment]::TickCount64 -lt $due) {{ }} }}");

        Assert.NotEmpty(run.Progress);
        Assert.Contains(run.Progress, record => activities.Split('|').Contains(record.Activity));
        Assert.Equal(ProgressRecordType.Completed, run.Progress[^1].RecordType);
    }
}
