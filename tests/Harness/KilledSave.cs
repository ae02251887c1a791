namespace Rekkord.Reliability.Harness;

/// <summary>Saves that are killed: no earlier snapshot is touched, and the next save uses what was stored.</summary>
internal sealed class KilledSave(Workspace workspace) : KilledOperation(workspace)
{
    private const string Channel = "killed";

    private int _withTemporaries;
    private int _withPacks;
    private int _reusedPacks;
    private int _untagged;
    private int _unreported;

    public override void Report(TextWriter output)
    {
        base.Report(output);
        output.WriteLine(
            $"{_withTemporaries} kills left temporary files, {_withPacks} whole packs that no index named ({_reusedPacks} packs, all used by the next save), "
            + $"{_untagged} a snapshot without a tag, {_unreported} a snapshot that was listed but not yet reported.");
    }

    protected override void Prepare() => Workspace.Save(Channel, Source);

    protected override string Begin()
    {
        Source.Change();
        return $"(Invoke-RekkordSave {Channel} '{Source.Path}' {Workspace.RepositoryParameters} -Confirm:$false).Id";
    }

    protected override void Check(string? result)
    {
        if (result is not null)
            Workspace.Remember(result, Source);
        if (Workspace.FindLeftovers().Count > 0)
            _withTemporaries++;

        // A snapshot that is listed was made, whether or not its process could say so.
        foreach (var snapshot in Workspace.List().Select(snapshot => snapshot.Id.ToString()).Except(Workspace.Snapshots).ToArray())
        {
            _unreported++;
            Workspace.Remember(snapshot, Source);
        }

        var scan = Workspace.Scan(full: false, untagged: 1);
        _untagged += scan.Problems.Count;
        if (scan.UnindexedPacks > 0)
            (_withPacks, _reusedPacks) = (_withPacks + 1, _reusedPacks + scan.UnindexedPacks);
        RepairTag(scan.Problems.Count > 0);

        Workspace.Save(Channel, Source);
        Workspace.RequireNothingStoredTwice();
        Workspace.Require(Workspace.Scan(full: false).UnindexedPacks == 0, "The next save did not use all packs.");
        Workspace.RestoreAndCompare(Workspace.Snapshots[^1], Source);
    }

    /// <summary>A repair lists a snapshot that lacked its tag only, and it must restore too.</summary>
    private void RepairTag(bool needed)
    {
        if (!needed)
            return;
        Workspace.Repair();
        foreach (var snapshot in Workspace.List().Select(snapshot => snapshot.Id.ToString()).Except(Workspace.Snapshots).ToArray())
        {
            Workspace.Remember(snapshot, Source);
            Workspace.RestoreAndCompare(snapshot, Source);
        }
    }
}
