using Rekkord.Engine.Tests;

namespace Rekkord.Reliability.Harness;

/// <summary>Restores that are killed: no half file has a file's name, and the same restore again finishes and leaves nothing else.</summary>
internal sealed class KilledRestore(Workspace workspace) : KilledOperation(workspace)
{
    private const int RoundsPerSave = 10;

    private string _snapshot = "";
    private int _round;
    private int _withTemporaries;

    public override void Report(TextWriter output)
    {
        base.Report(output);
        output.WriteLine($"{_withTemporaries} kills left temporary files; the next restore removed all of them.");
    }

    protected override void Prepare() => Workspace.Save("restored", Source);

    protected override string Begin()
    {
        if (_round++ % RoundsPerSave == 0)
        {
            Source.Change();
            Workspace.Save("restored", Source);
        }

        Workspace.DeleteDestination();
        _snapshot = Workspace.Snapshots[Workspace.Random.Next(Workspace.Snapshots.Count)];
        return $"(Restore-RekkordSnapshot '{_snapshot}:{Source.Path}' '{Workspace.Destination}' {Workspace.RepositoryParameters} -Confirm:$false).Status";
    }

    protected override void Check(string? result)
    {
        Workspace.Require(result is null or "Succeeded", $"A restore ended as {result}.");
        if (Directory.Exists(Workspace.Destination))
            CheckUnfinished();
        Workspace.Restore(_snapshot, Source);
        Workspace.Compare(_snapshot);
    }

    private void CheckUnfinished()
    {
        var temporaries = Directory.GetFiles(Workspace.Destination, ".rekkord-*.tmp", SearchOption.AllDirectories);
        if (temporaries.Length > 0)
            _withTemporaries++;
        Workspace.RequireContentOf(_snapshot, TreeListing.Of(Workspace.Destination));
    }
}
