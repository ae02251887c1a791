using System.Diagnostics;
using System.Globalization;

namespace Rekkord.Reliability.Harness;

/// <summary>
/// Eight processes that save, and are suspended at a random instant. Meanwhile one prune condemns what the saves rely on, a week goes by, and another prune deletes it.
/// Then the saves go on. Each is overtaken and says so, or its snapshot restores.
/// </summary>
internal sealed class PruneBesideSaves(Workspace workspace) : IExperiment
{
    private const int Savers = 8;
    private const string Overtaken = "SaveOvertaken";

    // However slow the machine gets meanwhile, about a quarter of the saves is done before it is suspended, so that some are suspended in their last steps.
    private const double LongerAfterSuspension = 1.02;
    private const double ShorterAfterEnd = 0.94;

    private readonly ChangingSource[] _sources = [.. Enumerable.Range(0, Savers).Select(i => workspace.CreateSource($"source{i}"))];
    private readonly Dictionary<string, ChangingSource> _sourceOf = new(StringComparer.Ordinal);
    private double _longest = 3;
    private int _suspended;
    private int _overtaken;
    private int _saved;
    private int _deletedPacks;

    public void Run()
    {
        for (var i = 0; i < Savers; i++)
            workspace.Save(Channel(i), _sources[i]);
        for (var round = 1; round <= workspace.Options.Rounds; round++)
        {
            RunRound();
            Check(round);
        }

        Workspace.Require(_deletedPacks > 0 || workspace.Options.Rounds == 1, "No prune deleted anything.");
    }

    public void Report(TextWriter output) => output.WriteLine(
        $"{workspace.Options.Rounds} rounds of eight saves beside prunes: {_suspended} suspended, {_saved} saved, {_overtaken} overtaken, {_deletedPacks} packs deleted, nothing lost.");

    private static int ParseCount(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Channel(int saver) => $"channel{saver}";

    private void RunRound()
    {
        // Some change in part, so that they rely on nearly all that the removed snapshot had, and some not at all.
        foreach (var source in _sources.Where(_ => workspace.Random.Next(2) == 0))
            source.Change();
        workspace.Remove([.. workspace.Snapshots]);
        var savers = _sources.Select(_ => workspace.StartChild()).ToList();
        try
        {
            for (var i = 0; i < Savers; i++)
                savers[i].Begin($"try {{ (Invoke-RekkordSave {Channel(i)} '{_sources[i].Path}' {workspace.RepositoryParameters} -Confirm:$false).Id }} catch {{ if ($_.FullyQualifiedErrorId -like '{Overtaken},*') {{ '{Overtaken}' }} else {{ throw }} }}");
            var suspended = Suspend(savers);
            Prune();
            workspace.AgeCondemned();
            Prune();
            suspended.ForEach(saver => saver.Resume());
            for (var i = 0; i < Savers; i++)
                Remember(i, savers[i].WaitUntilDone());
        }
        finally
        {
            savers.ForEach(child => child.Dispose());
        }
    }

    private List<PowerShellChild> Suspend(List<PowerShellChild> savers)
    {
        var watch = Stopwatch.StartNew();
        var suspended = new List<PowerShellChild>();
        foreach (var (saver, instant) in savers.Select(saver => (Saver: saver, Instant: workspace.Random.NextDouble() * _longest)).OrderBy(one => one.Instant))
        {
            if (saver.SuspendAfter(TimeSpan.FromSeconds(Math.Max(0, instant - watch.Elapsed.TotalSeconds))))
                suspended.Add(saver);
        }

        _suspended += suspended.Count;
        _longest *= Math.Pow(LongerAfterSuspension, suspended.Count) * Math.Pow(ShorterAfterEnd, Savers - suspended.Count);
        return suspended;
    }

    private void Prune()
    {
        using var child = workspace.StartChild();
        child.Begin($"(Invoke-RekkordPrune {workspace.RepositoryParameters} -Confirm:$false).DeletedPacks");
        _deletedPacks += ParseCount(child.WaitUntilDone());
    }

    private void Remember(int saver, string result)
    {
        if (result == Overtaken)
        {
            _overtaken++;
            return;
        }

        _saved++;
        _sourceOf[result] = _sources[saver];
        workspace.Remember(result, _sources[saver]);
    }

    private void Check(int round)
    {
        workspace.List();
        workspace.Scan(full: round % workspace.Options.CheckEvery == 0);
        foreach (var snapshot in workspace.Snapshots)
            workspace.RestoreAndCompare(snapshot, _sourceOf[snapshot]);
        Console.WriteLine($"  round {round}: {_suspended} suspended, {_saved} saved, {_overtaken} overtaken, {_deletedPacks} packs deleted");
    }
}
