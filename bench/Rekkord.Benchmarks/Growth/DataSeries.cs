using Rekkord.Benchmarks.Inputs;

namespace Rekkord.Benchmarks.Growth;

/// <summary>More data in one file, as in input C.</summary>
internal sealed class DataSeries(int[] mebibytes) : Series
{
    /// <summary>The source, its restored copy, and the repository, as a multiple of the source.</summary>
    private const double SpaceFactor = 2.7;

    public override string Name => "data";

    public override string Title => "Amount of data (one disk image of text, random and empty blocks)";

    public override string Unit => "MiB";

    public override bool PlotsMemory => true;

    public override void Measure(GrowthBench bench)
    {
        foreach (var size in mebibytes)
        {
            if (bench.FreeBytes < size * SpaceFactor * 1024 * 1024)
            {
                bench.Remark($"{size:N0} MiB were not measured: {bench.FreeBytes >> 20:N0} MiB of disk were free.");
                continue;
            }

            var source = bench.CreateDirectory("source");
            new DiskImage(size).Create(source);
            var directory = bench.Initialize(bench.Ours, "ours");
            bench.Measure("first save", size, directory, bench.Ours.Run("save", directory, source));
            bench.Measure("full scan", size, directory, bench.Ours.Run("scan", directory, ""));
            bench.Measure("restore", size, directory, bench.Ours.Run("restore", directory, Path.Combine(directory, "restored")));
            Directory.Delete(directory, recursive: true);
            Directory.Delete(source, recursive: true);
        }
    }
}
