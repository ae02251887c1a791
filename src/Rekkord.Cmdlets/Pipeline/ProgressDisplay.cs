using System.Globalization;
using System.Management.Automation;
using Rekkord.Engine.Progress;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>Describes how far an operation is: the share, the time left, the pace, what is done, and where it is. For the pipeline thread.</summary>
internal sealed class ProgressDisplay
{
    private const int Operation = 0;
    private const int Hook = 1;

    // What is left for a path beside the rest in a line of 80 columns, and what is too little to tell one from another.
    private const int LineLength = 72;
    private const int LeastPathLength = 12;

    private readonly PaceEstimate _pace = new(TimeProvider.System);

    /// <summary>An operation that goes by bytes.</summary>
    /// <param name="activity">What it does.</param>
    /// <param name="done">Bytes that are done.</param>
    /// <param name="total">Bytes in all; 0 when that is not known.</param>
    /// <param name="counts">What else is known, in words; may be empty.</param>
    /// <param name="path">The file or directory that it is at; may be empty.</param>
    public ProgressRecord Describe(string activity, long done, long total, string counts, string path = "")
    {
        _pace.Update(done);
        var percent = PaceEstimate.Percent(done, total);
        var parts = new List<string>();
        if (percent is not null)
            parts.Add($"{percent} %");
        if (_pace.TimeLeft(total) is { } left)
            parts.Add($"{FormatTime(left)} left");
        if (_pace.PerSecond is { } pace)
            parts.Add($"{Sizes.Format((long)pace)}/s");
        if (counts.Length > 0)
            parts.Add(counts);
        var status = string.Join(", ", parts);
        status = $"{status} {Shorten(path, LineLength - activity.Length - status.Length)}".Trim();
        return new ProgressRecord(Operation, activity, status.Length > 0 ? status : " ") { PercentComplete = percent ?? -1 };
    }

    /// <summary>An operation that goes by one thing after another.</summary>
    public ProgressRecord Describe(StepCount step)
    {
        _pace.Update(step.Done);
        var percent = PaceEstimate.Percent(step.Done, step.Total);
        string?[] parts =
        [
            percent is null ? null : $"{percent} %",
            _pace.TimeLeft(step.Total) is { } left ? $"{FormatTime(left)} left" : null,
            step.Total > 0 ? $"{step.Done:N0} of {step.Total:N0} {step.Unit}" : step.Done > 0 ? $"{step.Done:N0} {step.Unit}" : null,
        ];
        var status = string.Join(", ", parts.Where(part => part is not null));
        return new ProgressRecord(Operation, step.Activity, status.Length > 0 ? status : " ") { PercentComplete = percent ?? -1 };
    }

    /// <summary>A hook of a command, below the command.</summary>
    /// <param name="command">The command's name.</param>
    /// <param name="hook">The hook.</param>
    /// <param name="elapsed">How long it has been running.</param>
    public static ProgressRecord[] DescribeHook(string command, string hook, TimeSpan elapsed) =>
        [new(Operation, command, "Hooks"), new(Hook, hook, FormatTime(elapsed)) { ParentActivityId = Operation }];

    /// <summary>The end of a path, which says more than its beginning.</summary>
    private static string Shorten(string path, int length) =>
        path.Length <= length ? path : length < LeastPathLength ? "" : $"…{path.AsSpan(path.Length - length + 1)}";

    /// <summary>A time with no more of it than can be known.</summary>
    private static string FormatTime(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.CurrentCulture, $"{time.TotalDays:N0} d"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.CurrentCulture, $"{Math.Floor(time.TotalHours)} h {time.Minutes} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.CurrentCulture, $"{Math.Floor(time.TotalMinutes)} min"),
        _ => string.Create(CultureInfo.CurrentCulture, $"{Math.Ceiling(time.TotalSeconds)} s"),
    };
}
