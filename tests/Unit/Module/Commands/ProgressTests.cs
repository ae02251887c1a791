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
}
