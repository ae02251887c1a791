using System.Globalization;
using Rekkord.Benchmarks.Inputs;

namespace Rekkord.Benchmarks.Limits;

/// <summary>
/// What the parts of a save, a scan and a restore take by themselves, on one thread, one after the other, with everything in memory:
/// <c>limit A,B,C,D DIRECTORY</c>. Their sum, divided among the processors, is what no arrangement of these parts can beat.
/// </summary>
internal static class LimitCommand
{
    public const string Verb = "limit";

    public static int Run(string[] arguments)
    {
        var work = Directory.CreateDirectory(Path.Combine(arguments[1], $"rekkord-limit-{Environment.ProcessId}")).FullName;
        try
        {
            Console.WriteLine("| input | " + string.Join(" | ", PartTimes.Parts) + " | save: at least | save again | scan | restore |");
            Console.WriteLine("|---" + string.Concat(Enumerable.Repeat("|--:", PartTimes.Parts.Count + 4)) + "|");
            foreach (var input in Input.All(quick: false).Where(input => arguments[0].Split(',').Contains($"{input.Letter}")))
                Console.WriteLine($"| {input.Letter} | {Measure(input, Directory.CreateDirectory(Path.Combine(work, $"{input.Letter}")).FullName)} |");
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }

        return 0;
    }

    /// <summary>The second of two rounds: in the first the code is compiled.</summary>
    private static string Measure(Input input, string directory)
    {
        var source = Directory.CreateDirectory(Path.Combine(directory, "source")).FullName;
        input.Create(source);
        PartTimes times = new();
        for (var round = 0; round < 2; round++)
        {
            using var work = new SequentialWork(times = new PartTimes(), Path.Combine(directory, $"out-{round}"));
            foreach (var path in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                work.Process(path);
            work.Finish();
        }

        Directory.Delete(directory, recursive: true);
        double[] sums = [times.Save, times.SaveAgain, times.Scan, times.Restore];
        var limits = sums.Select(sum => sum / Environment.ProcessorCount);
        return string.Join(" | ", times.Seconds.Concat(limits).Select(value => value.ToString("f2", CultureInfo.InvariantCulture)));
    }
}
