using System.Globalization;

namespace Rekkord.Reliability.Harness;

/// <summary>
/// Prunes that are killed, each of which condemns, copies, merges, sweeps and disposes of records: every snapshot that is not removed restores, nothing is wrong, and the next
/// prune finishes.
/// </summary>
internal sealed class KilledPrune(Workspace workspace) : KilledOperation(workspace)
{
    private const string Channel = "pruned";
    private const int Kept = 8;
    private const int SmallSaves = 2;
    private const int RestoredAtOnce = 3;

    private int _unfinished;
    private int _removed;
    private int _merged;

    public override void Report(TextWriter output)
    {
        base.Report(output);
        output.WriteLine($"{_removed} snapshots were removed, and prunes that ended merged {_merged} small packs; after {_unfinished} kills the next prune deleted what the killed one had not.");
    }

    protected override void Prepare()
    {
        for (var save = 0; save < Kept; save++)
        {
            Source.ChangeLittle();
            Workspace.Save(Channel, Source);
        }
    }

    protected override string Begin()
    {
        Source.Change();
        Workspace.Save(Channel, Source);
        for (var save = 0; save < SmallSaves; save++)
        {
            Source.ChangeLittle();
            Workspace.Save(Channel, Source);
        }

        // What the prune before condemned is due now, beside what is removed just before it.
        Workspace.AgeCondemned();
        Workspace.AgePacks();
        var victims = Workspace.Snapshots.SkipLast(1).OrderBy(_ => Workspace.Random.Next()).Take(Workspace.Snapshots.Count - Kept).ToArray();
        Workspace.Remove(victims);
        _removed += victims.Length;
        return $"(Invoke-RekkordPrune {Workspace.RepositoryParameters} -Confirm:$false).MergedPacks";
    }

    protected override void Check(string? result)
    {
        _merged += result is null ? 0 : int.Parse(result, CultureInfo.InvariantCulture);
        Workspace.List();
        Workspace.Scan(full: false);
        RestoreSome();

        // Half of the kills meet what another kill has left.
        if (result is null && Workspace.Random.Next(2) == 0)
            return;
        if (result is null && Workspace.Prune() > 0)
            _unfinished++;
        Workspace.Scan(full: false);
        RestoreSome();
    }

    protected override void End()
    {
        // What was condemned last, then its records.
        for (var run = 0; run < 3; run++)
        {
            Workspace.Prune();
            Workspace.AgeCondemned(days: 31);
        }

        Workspace.RequireNothingToPrune();
    }

    private void RestoreSome()
    {
        foreach (var snapshot in Workspace.Snapshots.OrderBy(_ => Workspace.Random.Next()).Take(RestoredAtOnce).ToArray())
            Workspace.RestoreAndCompare(snapshot, Source);
    }
}
