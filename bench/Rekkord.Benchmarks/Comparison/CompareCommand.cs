using System.Diagnostics;
using System.Globalization;
using Rekkord.Benchmarks.Inputs;
using Rekkord.Benchmarks.Measuring;
using Rekkord.Benchmarks.Tools;

namespace Rekkord.Benchmarks.Comparison;

/// <summary>Compares the engine with other backup programs and prints the results as Markdown.</summary>
internal static class CompareCommand
{
    public static int Run(string[] arguments)
    {
        CompareOptions options;
        try
        {
            options = CompareOptions.Parse(arguments);
        }
        catch (ArgumentException error)
        {
            Console.Error.WriteLine(error.Message);
            return 2;
        }

        var watch = Stopwatch.StartNew();
        Console.WriteLine($"{Environment.ProcessorCount} processors, {options.Runs} interleaved runs, caches warm.");
        Console.WriteLine($"A run counts as disturbed when something else kept more than {Measurement.DisturbingShare.ToString(CultureInfo.InvariantCulture)} processors busy meanwhile:");
        var work = Directory.CreateDirectory(Path.Combine(options.Work, $"rekkord-benchmark-{Environment.ProcessId}")).FullName;
        try
        {
            var tools = InstalledTools.Find(options.Quick ? null : WarmUp.Create(Path.Combine(work, "warm-up")), Console.Out);
            foreach (var input in Input.All(options.Quick).Where(input => options.Inputs.Contains(input.Letter)))
            {
                Console.WriteLine($"\n### {input.Letter}: {input.Description}\n");
                var comparison = new InputComparison(input, tools, Path.Combine(work, input.Letter.ToString()));
                Console.Write(ResultTable.Format(comparison.Run(options.Steps, options.Runs), tools));
                Console.WriteLine($"\nAll processors together did so many times the work of one, before each run: {string.Join(", ", comparison.Scaling.Select(times => times.ToString("f2", CultureInfo.InvariantCulture)))}.");
            }
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }

        Console.WriteLine($"\nTook {watch.Elapsed.TotalSeconds:f0} s.");
        return 0;
    }
}
