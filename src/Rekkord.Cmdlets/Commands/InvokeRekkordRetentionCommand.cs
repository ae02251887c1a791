using System.Globalization;
using System.Management.Automation;
using Rekkord.Cmdlets.Completion;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Reporting;
using Rekkord.Engine.Retention;
using Rekkord.Engine.Snapshots;
using RekkordConfig = Rekkord.Engine.Configuration.RekkordConfig;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Removes the snapshots that no rule keeps, and says of each why it stays or goes.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "RekkordRetention", SupportsShouldProcess = true)]
[OutputType(typeof(RekkordRetentionDecision))]
public sealed class InvokeRekkordRetentionCommand : RepositoryCommand
{
    private const int Most = 1_000_000;

    private readonly ProgressDisplay _progress = new();

    /// <summary>Only snapshots of channels that match, with wildcards; or of the channel in <c>channel:name</c>.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ChannelCompleter))]
    public string[] Channel { get; set; } = ["*"];

    /// <summary>How many of the newest snapshots are kept.</summary>
    [Parameter]
    [ValidateRange(0, Most)]
    public int KeepLast { get; set; }

    /// <summary>For how many hours the newest snapshot of each is kept.</summary>
    [Parameter]
    [ValidateRange(0, Most)]
    public int KeepHourly { get; set; }

    /// <summary>For how many days the newest snapshot of each is kept.</summary>
    [Parameter]
    [ValidateRange(0, Most)]
    public int KeepDaily { get; set; }

    /// <summary>For how many weeks the newest snapshot of each is kept.</summary>
    [Parameter]
    [ValidateRange(0, Most)]
    public int KeepWeekly { get; set; }

    /// <summary>For how many months the newest snapshot of each is kept.</summary>
    [Parameter]
    [ValidateRange(0, Most)]
    public int KeepMonthly { get; set; }

    /// <summary>For how many years the newest snapshot of each is kept.</summary>
    [Parameter]
    [ValidateRange(0, Most)]
    public int KeepYearly { get; set; }

    /// <summary>How much older than the newest a snapshot may be to be kept: a duration such as <c>30d</c>.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? KeepWithin { get; set; }

    /// <summary>Tags of which each keeps every snapshot that has it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[] KeepTag { get; set; } = [];

    /// <summary>The time zone whose days, weeks, months and years count; otherwise that of this machine.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TimeZoneCompleter))]
    public string? TimeZone { get; set; }

    /// <summary>Believes the times that snapshots claim, also where the storage's times contradict them.</summary>
    [Parameter]
    public SwitchParameter TrustTime { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var config = LoadConfig(FindSettings());
        RunJob(config, "retention", null, job => Remove(config, job));
    });

    private void Remove(RekkordConfig config, JobReporter job)
    {
        var policy = CreatePolicy(config.Retention);
        RetentionOperation.RequireRule(policy);
        SnapshotPattern[] patterns = [.. Channel.Select(channel => new SnapshotPattern(channel))];
        using var repository = OpenRepository(config, KeyPermission.Remove);
        PipelinePump? current = null;
        var operation = new RetentionOperation(
            repository,
            policy,
            channel => patterns.Any(pattern => pattern.IsMatch(channel)),
            error => current?.Post(() => WriteFailure(error, job)),
            warning => current?.Post(() => WriteWarning(warning)));
        var plan = Run(operation.Plan);
        ThrowIfWriteFailed();
        var leaving = plan.Count(decision => !decision.IsKept);
        var isConfirmed = leaving > 0 && ShouldProcess($"{leaving} of {plan.Count} snapshots in '{repository.Location}'", "Remove");
        var removed = isConfirmed
            ? Run(stop => operation.Apply(plan, stop)).Select(snapshot => snapshot.ObjectName).ToHashSet(StringComparer.Ordinal)
            : [];
        if (isConfirmed || (leaving == 0 && !IsWhatIf))
            EndJob(job, report => Measure(job.Judge(report), removed.Count, plan.Count - removed.Count), WriteDecisions);
        else
            WriteDecisions();

        ThrowIfWriteFailed();

        T Run<T>(Func<CancellationToken, T> part) => RunOperation(
            pump =>
            {
                current = pump;
                return part(StopToken);
            },
            () => operation.Progress is { } step ? [_progress.Describe(step)] : []);

        void WriteDecisions()
        {
            // What neither counts nor goes is shown with the snapshots that it would count among.
            foreach (var group in plan.Select(decision => new RekkordRetentionDecision(decision, !decision.IsKept && removed.Contains(decision.Snapshot.ObjectName))).GroupBy(decision => decision.Group))
                WriteObject(group, enumerateCollection: true);
        }
    }

    private static JobReport Measure(JobReport report, int removed, int kept) => report with
    {
        Measures = [new("retention_removed_snapshots", "Snapshots that were removed.", removed), new("retention_kept_snapshots", "Snapshots that stay.", kept)],
    };

    /// <summary>The parameters that were given, which override the configuration's keys of the same names.</summary>
    private Dictionary<string, string> FindSettings()
    {
        string[] names = [nameof(KeepLast), nameof(KeepHourly), nameof(KeepDaily), nameof(KeepWeekly), nameof(KeepMonthly), nameof(KeepYearly), nameof(KeepWithin), nameof(KeepTag), nameof(TimeZone)];
        return names.Where(MyInvocation.BoundParameters.ContainsKey)
            .ToDictionary(name => $"Retention.{name}", name => MyInvocation.BoundParameters[name] switch
            {
                TimeSpan duration => ConfigDuration.Format(duration),
                string[] tags => string.Join(',', tags),
                var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
            });
    }

    private RetentionPolicy CreatePolicy(RetentionConfig config) => new()
    {
        KeepLast = config.KeepLast.Value,
        KeepHourly = config.KeepHourly.Value,
        KeepDaily = config.KeepDaily.Value,
        KeepWeekly = config.KeepWeekly.Value,
        KeepMonthly = config.KeepMonthly.Value,
        KeepYearly = config.KeepYearly.Value,
        KeepWithin = config.KeepWithin.Value,
        KeepTags = SnapshotLabels.Parse(config.KeepTag.Value),
        TimeZone = config.FindTimeZone(),
        TrustTime = TrustTime,
    };

    private void WriteFailure(RekkordException error, JobReporter job)
    {
        job.Note(error);
        WriteError(ErrorRecords.Create(error));
    }
}
