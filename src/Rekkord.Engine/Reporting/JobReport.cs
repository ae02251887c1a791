using System.Globalization;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Reporting;

/// <summary>What came of a job, for those who watch many of them. It has no secrets: locations are without credentials.</summary>
public sealed record JobReport
{
    private const int LongestError = 4000;

    /// <summary>The command: <c>save</c>, <c>scan</c>, <c>prune</c>, <c>retention</c>, <c>copy</c>, <c>remove</c>, <c>undo</c>, <c>revoke</c> or <c>hook</c>.</summary>
    public required string Command { get; init; }

    /// <summary>The channel of a save, the phase of hooks, or the destination of a copy, without credentials; null for others.</summary>
    public string? Subject { get; init; }

    /// <summary>The repository, without credentials; null when none was given.</summary>
    public string? Repository { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartTime { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>How it ended.</summary>
    public JobOutcome Outcome { get; init; }

    /// <summary>The ID of the snapshot that it made; null when it made none.</summary>
    public string? Snapshot { get; init; }

    /// <summary>How many things went wrong.</summary>
    public long ErrorCount { get; init; }

    /// <summary>The first of them; null when nothing went wrong.</summary>
    public string? Error { get; init; }

    /// <summary>What it counted.</summary>
    public IReadOnlyList<JobMeasure> Measures { get; init; } = [];

    /// <summary>What happened, in one line.</summary>
    public string Describe()
    {
        var what = Command == "copy"
            ? $"copy from '{Repository}' to '{Subject}'"
            : $"{Command}{(Subject is null ? "" : $" '{Subject}'")}{(Repository is null ? "" : $" with '{Repository}'")}";
        var how = Outcome switch
        {
            JobOutcome.Success => "succeeded",
            JobOutcome.Partial => "did not do everything",
            JobOutcome.Cancelled => "was stopped",
            _ => "failed",
        };
        var after = string.Create(CultureInfo.InvariantCulture, $"after {Math.Round(Duration.TotalSeconds)} s");
        var error = Error is null ? "" : $" {(ErrorCount > 1 ? string.Create(CultureInfo.InvariantCulture, $"{ErrorCount} errors, the first: ") : "")}{Error}";
        return OneLine.From($"Rekkord's {what} {how} {after}.{error}", LongestError);
    }
}

/// <summary>How a job ended.</summary>
public enum JobOutcome
{
    /// <summary>It did all that it was to do.</summary>
    Success,

    /// <summary>Something is missing from a snapshot, or a scan did not read everything.</summary>
    Partial,

    /// <summary>It failed, or found something wrong.</summary>
    Failure,

    /// <summary>It was stopped.</summary>
    Cancelled,
}

/// <summary>A number that a job counted.</summary>
/// <param name="Name">Its name for Prometheus, with the unit and without <c>rekkord_</c>.</param>
/// <param name="Help">What it is, in a line.</param>
/// <param name="Value">The number.</param>
public sealed record JobMeasure(string Name, string Help, double Value);
