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
        var ours = tools[0].Name;
        var table = new StringBuilder()
            .AppendLine("| step | tool | seconds | in engine | × ours | spread of × | CPU s | peak MiB | stored MiB |")
            .AppendLine("|---|---|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var step in Enum.GetValues<Step>())
        {
            foreach (var tool in tools)
            {
                var runs = RunsOf(results, step, tool.Name);
                if (runs.Count > 0)
                    AppendRow(table, step, tool.Name, runs, Ratios(runs, RunsOf(results, step, ours)));
            }
        }

        return table.ToString();
    }

    private static List<Result> RunsOf(IReadOnlyList<Result> results, Step step, string tool) =>
        [.. results.Where(result => result.Step == step && result.Tool == tool).OrderBy(result => result.Run)];

    private static List<double> Ratios(List<Result> theirs, List<Result> ours) =>
        [.. theirs.Zip(ours, (their, our) => their.Measurement.Seconds / our.Measurement.Seconds)];

    private static void AppendRow(StringBuilder table, Step step, string tool, List<Result> runs, List<double> ratios)
    {
        var engine = runs.All(run => run.Measurement.EngineSeconds is not null) ? Text(Median(runs, m => m.EngineSeconds!.Value), 2) : "";
        table.AppendLine(CultureInfo.InvariantCulture,
            $"| {step} | {tool} | {Text(Median(runs, m => m.Seconds), 2)} | {engine} | {Text(Median(ratios), 2)} | {Text(ratios.Min(), 2)}–{Text(ratios.Max(), 2)} | {Text(Median(runs, m => m.CpuSeconds), 2)} | {Text(Median(runs, m => m.PeakBytes) / 1048576, 0)} | {Text(Median(runs.Select(run => (double)run.AddedBytes)) / 1048576, 1)} |");
    }

    private static double Median(List<Result> runs, Func<Measurement, double> value) => Median(runs.Select(run => value(run.Measurement)));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Text(double value, int digits) => value.ToString($"f{digits}", CultureInfo.InvariantCulture);
}
