using System.Management.Automation;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Reporting;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>The cmdlets that work with a configuration.</summary>
public abstract class ConfigurationCommand : RekkordCommand
{
    /// <summary>The configuration file; otherwise <c>$env:REKKORD_CONFIG_FILE</c>, the user's, or the machine's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public virtual string? ConfigPath { get; set; }

    /// <summary>The repository's path or URL; otherwise <c>$env:REKKORD_REPOSITORY</c> or the configuration's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public virtual string? Repository { get; set; }

    /// <summary>The keyfile; otherwise <c>$env:REKKORD_KEY_FILE</c> or the configuration's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public virtual string? KeyFile { get; set; }

    /// <summary>The configuration in force.</summary>
    /// <param name="settings">What parameters of the command say of other keys, by section and name.</param>
    private protected RekkordConfig LoadConfig(IReadOnlyDictionary<string, string>? settings = null) => RekkordConfig.Load(new ConfigurationRequest
    {
        ConfigPath = ConfigPath is null ? null : ResolvePath(ConfigPath),
        Repository = Repository is null ? null : ResolveLocation(Repository),
        KeyFile = KeyFile is null ? null : ResolvePath(KeyFile),
        WorkingDirectory = CurrentDirectory,
        Settings = settings ?? new Dictionary<string, string>(),
    });

    /// <summary>
    /// Runs a job that is reported where the configuration says: when it ends by <see cref="EndJob"/>, or fails or is stopped before, also by
    /// a signal. What is only rehearsed or declined is not.
    /// </summary>
    /// <param name="config">The configuration.</param>
    /// <param name="command">The command, as reports name it.</param>
    /// <param name="subject">The channel or phase; null when it has none.</param>
    /// <param name="run">Does it.</param>
    private protected void RunJob(RekkordConfig config, string command, string? subject, Action<JobReporter> run)
    {
        var job = new JobReporter(config.Report, command, subject, config.Repository.DisplayUrl);
        using var guard = new ExitCodeGuard(MyInvocation.MyCommand.Name, StopToken);
        using var signals = new TerminationSignals(Host, RequestStop, StopToken);
        try
        {
            run(job);
        }
        catch (Exception error) when (!job.IsEnded && !IsWhatIf)
        {
            var isStopped = Stopping || StopToken.IsCancellationRequested;
            EndJob(job, report => report with
            {
                Outcome = isStopped ? JobOutcome.Cancelled : JobOutcome.Failure,
                ErrorCount = isStopped ? 0 : 1,
                Error = isStopped ? null : job.FirstError?.Message ?? (error is AggregateException { InnerExceptions: [var only] } ? only : error).Message,
            });
            throw;
        }
    }

    /// <summary>
    /// Reports a job. A report that cannot be written is an error that does not end the command; beside another failure it is only
    /// shown, so that it hides nothing.
    /// </summary>
    /// <param name="job">The job.</param>
    /// <param name="complete">Says how it ended.</param>
    /// <param name="writeResults">Writes what came of it: before such an error, which may end the command after all.</param>
    private protected void EndJob(JobReporter job, Func<JobReport, JobReport> complete, Action? writeResults = null)
    {
        var (report, failures) = job.End(complete);
        var isWritten = false;
        try
        {
            writeResults?.Invoke();
            isWritten = true;
        }
        finally
        {
            foreach (var failure in failures)
            {
                if (isWritten && report.Outcome is JobOutcome.Success or JobOutcome.Partial && !Stopping)
                    WriteError(ErrorRecords.Create(failure));
                else
                    Host.UI.WriteErrorLine(failure.Message);
            }
        }
    }
}
