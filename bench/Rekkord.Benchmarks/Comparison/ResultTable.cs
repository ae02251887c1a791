using System.Globalization;
using System.Text;
using Rekkord.Benchmarks.Measuring;
using Rekkord.Benchmarks.Tools;

namespace Rekkord.Benchmarks.Comparison;

/// <summary>Formats results: medians, and the median of the ratios of runs that belong together, which noise that comes and goes disturbs least.</summary>
internal static class ResultTable
{
    public static string Format(IReadOnlyList<Result> results, IReadOnlyList<BackupTool> tools)
    {
        string[] ours = [.. tools.OfType<RekkordTool>().Select(tool => tool.Name)];
        var ratios = string.Concat(ours.Select(name => $" × {name} | spread of × |"));
        var table = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"| step | tool | seconds |{ratios} CPU s | × {ours[0]} | peak MiB | stored MiB | disturbed |")
            .AppendLine(CultureInfo.InvariantCulture, $"|---|---|--:|{string.Concat(ours.Select(_ => "--:|--:|"))}--:|--:|--:|--:|--:|");
        foreach (var step in Enum.GetValues<Step>())
        {
            foreach (var tool in tools)
            {
                var runs = RunsOf(results, step, tool.Name);
                if (runs.Count > 0)
                    AppendRow(table, step, tool.Name, runs, [.. ours.Select(name => RunsOf(results, step, name))]);
            }
        }

        return table.ToString();
    }

    private static List<Result> RunsOf(IReadOnlyList<Result> results, Step step, string tool) =>
        [.. results.Where(result => result.Step == step && result.Tool == tool).OrderBy(result => result.Run)];

    private static List<double> Ratios(List<Result> theirs, List<Result> ours, Func<Measurement, double> value) =>
        [.. theirs.Zip(ours, (their, our) => value(their.Measurement) / value(our.Measurement))];

    /// <summary>CPU time has a ratio too: on a busy machine it says more than the time that passed.</summary>
    private static void AppendRow(StringBuilder table, Step step, string tool, List<Result> runs, List<Result>[] ours)
    {
        table.Append(CultureInfo.InvariantCulture, $"| {step} | {tool} | {Text(Median(runs, m => m.Seconds), 2)} |");
        foreach (var ratios in ours.Select(our => Ratios(runs, our, m => m.Seconds)))
            table.Append(CultureInfo.InvariantCulture, $" {Text(Median(ratios), 2)} | {Text(ratios.Min(), 2)}–{Text(ratios.Max(), 2)} |");
        var cpuRatio = Median(Ratios(runs, ours[0], m => m.CpuSeconds));
        table.AppendLine(CultureInfo.InvariantCulture, $" {Text(Median(runs, m => m.CpuSeconds), 2)} | {Text(cpuRatio, 2)} | {Text(Median(runs, m => m.PeakBytes) / 1048576, 0)} | {Text(Median(runs.Select(run => (double)run.AddedBytes)) / 1048576, 1)} | {Disturbed(runs)} |");
    }

    private static string Disturbed(List<Result> runs)
    {
        var count = runs.Count(run => run.Measurement.IsDisturbed);
        return count == 0 ? "" : $"{count} of {runs.Count}";
    }

    private static double Median(List<Result> runs, Func<Measurement, double> value) => Median(runs.Select(run => value(run.Measurement)));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Text(double value, int digits) => value.ToString($"f{digits}", CultureInfo.InvariantCulture);
}
