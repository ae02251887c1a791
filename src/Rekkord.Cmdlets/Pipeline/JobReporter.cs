using System.Diagnostics;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Reporting;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>Reports what comes of a job where the configuration says, once.</summary>
internal sealed class JobReporter
{
    private readonly ReportConfig _config;
    private readonly JobReport _begun;
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Begins a job.</summary>
    /// <param name="config">Where it is reported.</param>
    /// <param name="command">The command, as reports name it.</param>
    /// <param name="subject">The channel or phase; null when it has none.</param>
    /// <param name="repository">The repository, without credentials.</param>
    /// <exception cref="RekkordException">This system cannot report so (<c>ReportUnsupported</c>).</exception>
    public JobReporter(ReportConfig config, string command, string? subject, string? repository)
    {
        if (config.Journal.Value)
            SystemLog.RequireSupport();
        _config = config;
        _begun = new JobReport { Command = command, Subject = subject, Repository = repository, StartTime = DateTimeOffset.UtcNow };
    }

    /// <summary>Whether it was reported.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>The first error that did not end the job by itself; null when there was none. With the preference Stop it does, and what ends the job then says nothing.</summary>
    public RekkordException? FirstError { get; private set; }

    /// <summary>How many such errors there were.</summary>
    public int ErrorCount { get; private set; }

    /// <summary>Keeps an error that does not end the job by itself. On the pipeline thread.</summary>
    public void Note(RekkordException error)
    {
        FirstError ??= error;
        ErrorCount++;
    }

    /// <summary>The report of a job that ended by itself: it did not do everything when there were such errors, and failed when it did nothing besides.</summary>
    /// <param name="report">The report.</param>
    /// <param name="isAnythingDone">Whether it did something.</param>
    public JobReport Judge(JobReport report, bool isAnythingDone = true) => report with
    {
        Outcome = ErrorCount == 0 ? JobOutcome.Success : isAnythingDone ? JobOutcome.Partial : JobOutcome.Failure,
        ErrorCount = ErrorCount,
        Error = FirstError?.Message,
    };

    /// <summary>Reports.</summary>
    /// <param name="complete">Says how the job ended.</param>
    /// <returns>The report, and why it could not be written somewhere.</returns>
    public (JobReport Report, IReadOnlyList<RekkordException> Failures) End(Func<JobReport, JobReport> complete)
    {
        IsEnded = true;
        var report = complete(_begun with { Duration = Stopwatch.GetElapsedTime(_start) });
        var failures = new List<RekkordException>();
        if (_config.Journal.Value)
            Try(() => SystemLog.Write(report));
        if (_config.PrometheusDirectory.Value is { } directory)
            Try(() => PrometheusFile.Write(report, directory));
        return (report, failures);

        void Try(Action write)
        {
            try
            {
                write();
            }
            catch (RekkordException error)
            {
                failures.Add(error);
            }
        }
    }
}
