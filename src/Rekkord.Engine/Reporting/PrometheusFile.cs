using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Reporting;

/// <summary>
/// Writes reports in a directory that the textfile collector of Prometheus' node_exporter reads. Each job has a file of its own there, so that
/// none takes another's numbers away.
/// </summary>
public static class PrometheusFile
{
    private const string Prefix = "rekkord_";
    private const string LastSuccess = "last_success_timestamp_seconds";
    private const int HashLength = 12;
    private const int LongestSubject = 40;

    /// <summary>Writes a report. When the job has not succeeded, the time of its last success stays.</summary>
    /// <exception cref="RekkordException">The file cannot be written (<c>ReportNotWritten</c>).</exception>
    public static void Write(JobReport report, string directory)
    {
        ArgumentNullException.ThrowIfNull(report);
        var path = Path.Combine(directory, NameOf(report));
        var temporary = $"{path}.{Guid.NewGuid():n}";
        try
        {
            var text = Format(report, report.Outcome == JobOutcome.Success ? EndOf(report) : ReadLastSuccess(path));
            try
            {
                using (var writer = new StreamWriter(temporary, new UTF8Encoding(false), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write }))
                    writer.Write(text);

                // The collector runs as another user. A mode that was given at creation would be cut by the umask.
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
                ReplacingRename.Rename(temporary, path);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RekkordException(
                "ReportNotWritten",
                RekkordErrorKind.WriteError,
                $"The report could not be written to '{path}': {error.Message} Make the directory of PrometheusDirectory in [Report], and let this user write to it.",
                path,
                error);
        }
    }

    /// <summary>The file of a job: for people its command and subject, and a hash that tells it from all others.</summary>
    internal static string NameOf(JobReport report)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{report.Command}\0{report.Subject}\0{report.Repository}")))[..HashLength];
        var subject = string.Concat((report.Subject ?? "").Take(LongestSubject).Select(c => char.IsAsciiLetterOrDigit(c) || c == '-' ? c : '_'));
        return $"rekkord_{report.Command}_{(subject.Length > 0 ? $"{subject}_" : "")}{hash}.prom";
    }

    internal static string Format(JobReport report, double? lastSuccess)
    {
        var labels = LabelsOf(report);
        var text = new StringBuilder();
        if (lastSuccess is { } time)
            Append(LastSuccess, "When the job last succeeded.", "", time);
        Append("last_run_timestamp_seconds", "When the job last ended.", "", EndOf(report));
        Append("last_run_duration_seconds", "How long the last run took.", "", report.Duration.TotalSeconds);
        Append("last_run_errors", "How many things went wrong in the last run.", "", report.ErrorCount);
        AppendHead("last_run_outcome", "How the last run ended: 1 for that outcome, 0 for the others.");
        foreach (var outcome in Enum.GetValues<JobOutcome>())
            AppendValue("last_run_outcome", $",outcome=\"{outcome.ToString().ToLowerInvariant()}\"", outcome == report.Outcome ? 1 : 0);
        foreach (var measure in report.Measures)
            Append(measure.Name, measure.Help, "", measure.Value);
        return text.ToString();

        void Append(string name, string help, string more, double value)
        {
            AppendHead(name, help);
            AppendValue(name, more, value);
        }

        void AppendHead(string name, string help) => text.Append(CultureInfo.InvariantCulture, $"# HELP {Prefix}{name} {help}\n# TYPE {Prefix}{name} gauge\n");

        void AppendValue(string name, string more, double value) => text.Append(CultureInfo.InvariantCulture, $"{Prefix}{name}{{{labels}{more}}} {value:0.###}\n");
    }

    private static string LabelsOf(JobReport report)
    {
        var subject = report.Command switch { "hook" => "phase", "copy" => "destination", _ => "channel" };
        (string Name, string? Value)[] labels = [("command", report.Command), (subject, report.Subject), ("repository", report.Repository)];
        return string.Join(',', labels.Where(label => label.Value is not null).Select(label => $"{label.Name}=\"{Escape(label.Value!)}\""));
    }

    /// <summary>A label. It is not trimmed: what is another name must be another series.</summary>
    private static string Escape(string value) =>
        string.Concat(value.Select(c => char.IsControl(c) ? ' ' : c)).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static double EndOf(JobReport report) => (report.StartTime + report.Duration).ToUnixTimeMilliseconds() / 1000.0;

    private static double? ReadLastSuccess(string path)
    {
        if (!File.Exists(path))
            return null;
        var line = File.ReadLines(path).FirstOrDefault(line => line.StartsWith($"{Prefix}{LastSuccess}{{", StringComparison.Ordinal));
        return line is not null && double.TryParse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture, out var time) ? time : null;
    }
}
