using System.Globalization;
using Rekkord.Benchmarks.Tools;

namespace Rekkord.Benchmarks.Growth;

/// <summary>Listing more snapshots, of one small file each, beside other programs.</summary>
/// <param name="counts">How many; of other programs' as many or some more.</param>
internal sealed class ListingSeries(int[] counts) : Series
{
    private const int OneByOne = 100;

    // 5, doubled again and again, comes close to powers of ten.
    private const int BeforeDoubling = 5;

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
            MeasurePeer(bench, tool, source, counts);
        bench.Remark(string.Create(CultureInfo.InvariantCulture, $"Programs that can make snapshots only one by one, in a process each, have up to {OneByOne:N0}. Other programs' times include starting a process and deriving their key."));
    }

    private static void MeasurePeer(GrowthBench bench, BackupTool tool, string source, int[] counts)
    {
        var directory = bench.Initialize(tool, tool.Name.Replace(' ', '_'));
        if (tool.ListSnapshots(directory) is not { } list)
            return;
        var canDouble = tool.DoubleSnapshots(directory, "") is not null;
        var made = 0;
        foreach (var count in counts.Where(count => canDouble || count <= OneByOne))
        {
            while (made < count)
                made += MakeMore(tool, directory, source, made);
            bench.Measure(tool, tool.Name, made, directory, list);
            if (tool.ListUnknownSnapshots(directory) is { } unknown)
                bench.Measure(tool, $"{tool.Name} without cache", made, directory, unknown);
        }
    }

    /// <summary>Makes snapshots.</summary>
    /// <returns>How many.</returns>
    private static int MakeMore(BackupTool tool, string directory, string source, int made)
    {
        if (made >= BeforeDoubling && tool.DoubleSnapshots(directory, $"{made}") is { } command)
        {
            GrowthBench.Prepare(directory, command);
            return made;
        }

        GrowthBench.Prepare(directory, tool.For(Step.UnchangedSave, directory, source, "")!);
        return 1;
    }
}
