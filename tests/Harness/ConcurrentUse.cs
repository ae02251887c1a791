namespace Rekkord.Reliability.Harness;

/// <summary>
/// Four processes that save to one repository at once, two of them to the same channel, beside one that scans in full and one that
/// lists: each save's snapshot is there, and the scan sees nothing wrong.
/// </summary>
internal sealed class ConcurrentUse(Workspace workspace) : IExperiment
{
    private static readonly string[] Channels = ["same", "same", "one", "two"];

    private readonly ChangingSource[] _sources = [.. Channels.Select((_, i) => workspace.CreateSource($"source{i}"))];

    public void Run()
    {
        workspace.Save(Channels[0], _sources[0]);
        for (var round = 1; round <= workspace.Options.Rounds; round++)
        {
            RunRound();
            if (round % workspace.Options.CheckEvery == 0 || round == workspace.Options.Rounds)
                CheckEverything(round);
        }
    }

    public void Report(TextWriter output) => output.WriteLine(
        $"{workspace.Options.Rounds} rounds of six processes: {workspace.Snapshots.Count} snapshots, none lost, no false alarm.");

    private void RunRound()
    {
        foreach (var source in _sources)
            source.Change();
        string[] commands =
        [
            .. Channels.Select((channel, i) => $"(Invoke-RekkordSave {channel} '{_sources[i].Path}' {workspace.RepositoryParameters} -Confirm:$false).Id"),
            $"(Invoke-RekkordScan -Full {workspace.RepositoryParameters} -Confirm:$false).Status",
            $"1..5 | ForEach-Object {{ @(Get-RekkordSnapshot {workspace.RepositoryParameters}).Count }}",
        ];
        var children = commands.Select(_ => workspace.StartChild()).ToList();
        try
        {
            foreach (var (child, command) in children.Zip(commands))
                child.Begin(command);
            var results = children.Select(child => child.WaitUntilDone()).ToArray();
            var known = workspace.Snapshots.Count;
            for (var i = 0; i < Channels.Length; i++)
                workspace.Remember(results[i], _sources[i]);
            Workspace.Require(results[^2] == "Succeeded", $"A scan beside saves ended as {results[^2]}.");
            var counts = results[^1].Split(' ').Select(int.Parse).ToArray();
            Workspace.Require(counts[0] >= known && counts.SequenceEqual(counts.Order()), $"Listings beside saves showed {results[^1]} snapshots.");
        }
        finally
        {
            children.ForEach(child => child.Dispose());
        }

        workspace.List();
    }

    private void CheckEverything(int round)
    {
        var scan = workspace.Scan(full: true);
        Workspace.Require(scan.Snapshots == workspace.Snapshots.Count, "There are other snapshots than were made.");
        for (var i = 0; i < Channels.Length; i++)
            workspace.RestoreAndCompare(workspace.Snapshots[^(Channels.Length - i)], _sources[i]);
        Console.WriteLine($"  round {round}: {scan.Snapshots} snapshots, {scan.VerifiedPacks} packs verified in full");
    }
}
