using Rekkord.Benchmarks.Inputs;

namespace Rekkord.Benchmarks.Growth;

/// <summary>More snapshots of the same files in one repository.</summary>
internal sealed class SnapshotsSeries(int[] counts, int directories) : Series
{
    private readonly SmallFiles _input = new('B', directories, 1024, 16 * 1024);

    public override string Name => "snapshots";

    public override string Title => $"Number of snapshots (small files in {directories:N0} directories)";

    public override string Unit => "snapshots";

    public override void Measure(GrowthBench bench)
    {
        var source = bench.CreateDirectory("source");
        _input.Create(source);
        var directory = bench.Initialize(bench.Ours, "ours");
        var made = 0;
        foreach (var count in counts)
        {
            if (count > made)
                GrowthBench.Prepare(directory, bench.Ours.Run("save", directory, source, count - made));
            bench.Measure("list snapshots", count, directory, bench.Ours.ListSnapshots(directory));
            bench.Measure("full scan", count, directory, bench.Ours.Run("scan", directory, ""));
            bench.Measure("unchanged save", count, directory, bench.Ours.Run("save", directory, source));
            _input.Change(source);
            bench.Measure("changed save", count, directory, bench.Ours.Run("save", directory, source));
            _input.Undo(source);
            made = Math.Max(made, count) + 2;
        }
    }
}
