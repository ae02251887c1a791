using System.Globalization;
using System.Text;

namespace Rekkord.Benchmarks.Growth;

/// <summary>Formats the points of a series as Markdown.</summary>
internal static class GrowthTable
{
    public static string Format(Series series, IReadOnlyList<GrowthPoint> points)
    {
        var table = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"| step | {series.Unit} | seconds | CPU s | peak MiB |")
            .AppendLine("|---|--:|--:|--:|--:|");
        foreach (var point in points.GroupBy(point => point.Step).SelectMany(step => step))
        {
            var measured = point.Measurement;
            table.AppendLine(CultureInfo.InvariantCulture,
                $"| {point.Step} | {point.Amount:N0} | {measured.Seconds:f3} | {measured.CpuSeconds:f3} | {measured.PeakBytes / 1048576.0:f0} |");
        }

        return table.ToString();
    }
}
