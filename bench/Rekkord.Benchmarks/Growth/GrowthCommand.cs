using System.Diagnostics;
using Rekkord.Benchmarks.Comparison;
using Rekkord.Benchmarks.Tools;

namespace Rekkord.Benchmarks.Growth;

/// <summary>Measures how cost grows, prints tables as Markdown and draws plots.</summary>
internal static class GrowthCommand
{
    public static int Run(string[] arguments)
    {
        GrowthOptions options;
        try
        {
            options = GrowthOptions.Parse(arguments);
        }
        catch (ArgumentException error)
        {
            Console.Error.WriteLine(error.Message);
            return 2;
        }

        var watch = Stopwatch.StartNew();
        var work = Directory.CreateDirectory(Path.Combine(options.Work, $"rekkord-growth-{Environment.ProcessId}")).FullName;
        try
        {
            Console.WriteLine($"{Environment.ProcessorCount} processors, each point measured once:");
            var tools = InstalledTools.Find(options.Quick ? null : WarmUp.Create(Path.Combine(work, "warm-up")), Console.Out);
            foreach (var series in Series.All(options.Quick).Where(series => options.Series.Count == 0 || options.Series.Contains(series.Name)))
                Run(series, tools, Path.Combine(work, series.Name), options.Out);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }

        Console.WriteLine($"\nTook {watch.Elapsed.TotalSeconds:f0} s.");
        return 0;
    }

    private static void Run(Series series, List<BackupTool> tools, string work, string plots)
    {
        Directory.CreateDirectory(work);
        var bench = new GrowthBench(tools.OfType<RekkordTool>().Last(), tools, work);
        series.Measure(bench);
        Directory.Delete(work, recursive: true);

        Console.WriteLine($"\n### {series.Title}\n");
        Console.Write(GrowthTable.Format(series, bench.Points));
        foreach (var remark in bench.Remarks)
            Console.WriteLine($"\n{remark}");

        Directory.CreateDirectory(plots);
        Draw(bench, plots, $"growth-{series.Name}.svg", new LinePlot(series.Title, series.Unit, "seconds"), point => point.Measurement.Seconds);
        if (series.PlotsMemory)
            Draw(bench, plots, $"growth-{series.Name}-memory.svg", new LinePlot(series.Title, series.Unit, "peak MiB"), point => point.Measurement.PeakBytes / 1048576.0);
    }

    private static void Draw(GrowthBench bench, string folder, string name, LinePlot plot, Func<GrowthPoint, double> value)
    {
        foreach (var line in bench.Points.GroupBy(point => point.Step))
            plot.Add(line.Key, [.. line.Select(point => (point.Amount, value(point)))]);
        File.WriteAllText(Path.Combine(folder, name), plot.ToSvg());
    }
}
