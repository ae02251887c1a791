using Rekkord.Benchmarks.Inputs;

namespace Rekkord.Benchmarks.Growth;

/// <summary>More files, as in input E.</summary>
internal sealed class FilesSeries(int[] counts) : Series
{
    private const int FilesPerDirectory = 50;

    public override string Name => "files";

    public override string Title => "Number of files (16 to 512 bytes each)";

    public override string Unit => "files";

    public override bool PlotsMemory => true;

    public override void Measure(GrowthBench bench)
    {
        foreach (var count in counts)
        {
            var source = bench.CreateDirectory("source");
            new SmallFiles('E', count / FilesPerDirectory, 16, 512).Create(source);
            var directory = bench.Initialize(bench.Ours, "ours");
            bench.Measure("first save", count, directory, bench.Ours.Run("save", directory, source));
            bench.Measure("unchanged save", count, directory, bench.Ours.Run("save", directory, source));
            bench.Measure("list items", count, directory, bench.Ours.Run("list", directory, ""));
            Directory.Delete(directory, recursive: true);
            Directory.Delete(source, recursive: true);
        }
    }
}
