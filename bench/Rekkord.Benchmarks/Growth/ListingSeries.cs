using System.Globalization;
using Rekkord.Benchmarks.Tools;

namespace Rekkord.Benchmarks.Growth;

/// <summary>Listing more snapshots, of one small file each, beside other programs.</summary>
/// <param name="counts">How many of ours.</param>
/// <param name="peers">How many of theirs, which need a process for each.</param>
internal sealed class ListingSeries(int[] counts, int[] peers) : Series
{
    public override string Name => "listing";

    public override string Title => "Listing snapshots (of one small file)";

    public override string Unit => "snapshots";

    public override void Measure(GrowthBench bench)
    {
        var source = bench.CreateDirectory("source");
        File.WriteAllText(Path.Combine(source, "file.txt"), "The same in every snapshot.");
        var directory = bench.Initialize(bench.Ours, "ours");
        var made = 0;
        foreach (var count in counts)
        {
            GrowthBench.Prepare(directory, bench.Ours.Run("save", directory, source, count - made));
            made = count;
            foreach (var tool in bench.Tools.OfType<RekkordTool>())
                bench.Measure(tool, tool.Name, count, directory, tool.ListSnapshots(directory));
        }

        foreach (var tool in bench.Tools.Where(tool => tool is not RekkordTool))
            MeasurePeer(bench, tool, source);
        bench.Remark(string.Create(CultureInfo.InvariantCulture, $"Other programs have up to {peers[^1]:N0} snapshots only, since each takes them a process; they include starting that process and deriving their key."));
    }

    private void MeasurePeer(GrowthBench bench, BackupTool tool, string source)
    {
        var directory = bench.Initialize(tool, tool.Name.Replace(' ', '_'));
        var made = 0;
        foreach (var count in peers)
        {
            if (tool.ListSnapshots(directory) is not { } list)
                return;
            for (; made < count; made++)
                GrowthBench.Prepare(directory, tool.For(Step.UnchangedSave, directory, source, "")!);
            bench.Measure(tool, tool.Name, count, directory, list);
        }
    }
}
