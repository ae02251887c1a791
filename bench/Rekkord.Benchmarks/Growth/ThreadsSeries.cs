using Rekkord.Benchmarks.Inputs;
using Rekkord.Benchmarks.Measuring;

namespace Rekkord.Benchmarks.Growth;

/// <summary>More processors for the same data.</summary>
internal sealed class ThreadsSeries(int mebibytes) : Series
{
    public override string Name => "threads";

    public override string Title => $"Processors ({mebibytes:N0} MiB of a disk image)";

    public override string Unit => "processors";

    public override void Measure(GrowthBench bench)
    {
        var source = bench.CreateDirectory("source");
        new DiskImage(mebibytes).Create(source);
        for (var processors = 1; processors <= Math.Min(2, Environment.ProcessorCount); processors++)
        {
            var directory = bench.Initialize(bench.Ours, $"ours-{processors}");
            bench.Measure("first save", processors, directory, On(processors, bench.Ours.Run("save", directory, source)));
            bench.Measure("full scan", processors, directory, On(processors, bench.Ours.Run("scan", directory, "")));
            bench.Measure("restore", processors, directory, On(processors, bench.Ours.Run("restore", directory, Path.Combine(directory, "restored"))));
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Confines a program, and so the threads that it starts, to the first processors.</summary>
    private static Command On(int processors, Command command) =>
        command with { Program = "taskset", Arguments = ["-c", $"0-{processors - 1}", command.Program, .. command.Arguments] };
}
