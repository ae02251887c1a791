using System.Diagnostics;
using System.Management.Automation;
using Rekkord.Cmdlets.Hooks;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Native;
using Rekkord.Engine.Reporting;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Scanning;
using RekkordConfig = Rekkord.Engine.Configuration.RekkordConfig;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Verifies a repository, between the pre-scan and the post-scan hooks.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "RekkordScan", SupportsShouldProcess = true)]
[OutputType(typeof(RekkordHookResult), typeof(RekkordScanResult))]
public sealed class InvokeRekkordScanCommand : HookedRepositoryCommand
{
    private readonly ProgressDisplay _progress = new();

    /// <summary>Also opens and checks every blob; otherwise every stored byte is checked against its object's name, and all metadata in full.</summary>
    [Parameter]
    public SwitchParameter Full { get; set; }

    /// <summary>Does not read packs again that this machine verified within this time.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? MaxAge { get; set; }

    /// <summary>Stops reading packs after this time; the longest unverified come first.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? TimeLimit { get; set; }

    /// <summary>Puts damaged objects aside, and makes indexes and tags again where they are missing.</summary>
    [Parameter]
    public SwitchParameter Repair { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        RequireLength(MaxAge, nameof(MaxAge));
        RequireLength(TimeLimit, nameof(TimeLimit));
        var config = LoadConfig();
        RunJob(config, "scan", null, job => Scan(config, job));
    });

    private void Scan(RekkordConfig config, JobReporter job)
    {
        if (DecideHooks(config.Hooks.ToHookSettings()) is not { } useHooks)
            return;
        if (IsWhatIf)
            Rehearse(config, useHooks);
        if (!ShouldProcess($"'{config.Repository.DisplayUrl}'", Repair ? "Scan and repair" : "Scan"))
        {
            if (useHooks && IsWhatIf)
            {
                WritePlan(config.Hooks.ToHookSettings(), HookPhase.PreScan);
                WritePlan(config.Hooks.ToHookSettings(), HookPhase.PostScan);
            }

            return;
        }

        Scan(config, job, useHooks);
    }

    /// <summary>Nothing that is kept on this machine counts: a scan is to see what the store has.</summary>
    private protected override StoreOptions CreateStoreOptions(RekkordConfig config) => base.CreateStoreOptions(config) with { CacheDirectory = null };

    /// <summary>Refuses a time in which nothing can be done.</summary>
    private static void RequireLength(TimeSpan? time, string parameter)
    {
        if (time >= TimeSpan.FromSeconds(1) || time is null)
            return;
        throw new RekkordException(
            "TimeSpanTooShort",
            RekkordErrorKind.InvalidArgument,
            $"-{parameter} is shorter than a second. Write 7d for seven days, 1h for an hour.");
    }

    private ProgressRecord Describe(ScanProgress progress)
    {
        string?[] counts =
        [
            progress.TotalSize == 0 ? null : $"{Sizes.Format(progress.Size)} of {Sizes.Format(progress.TotalSize)}",
            progress.Problems == 0 ? null : $"{progress.Problems:N0} problems",
        ];
        return _progress.Describe(progress.Activity, progress.Size, progress.TotalSize, string.Join(", ", counts.Where(count => count is not null)));
    }

    private void Scan(RekkordConfig config, JobReporter job, bool useHooks)
    {
        using var awaited = AwaitRepository(config, KeyPermission.Read, useHooks ? HookPhase.PreScan : null, RequirePermission);
        var engine = ChooseEngine(awaited);
        EngineOperation<ScanResult, ScanProgress>? operation = null;
        var start = DateTimeOffset.Now;
        var watch = new Stopwatch();
        RunHooked(
            config,
            job,
            new HookContext { Phase = HookPhase.PreScan, Repository = awaited.Location, ConfigFile = config.ConfigFile },
            useHooks,
            (pump, _, stop) =>
            {
                watch.Start();
                operation = engine.Scan(awaited, CreateRequest(config), message => pump.Post(() => WriteWarning(message)));
                var result = operation.Run(stop);
                watch.Stop();
                if (result.NothingDue)
                    pump.Post(() => WriteVerbose($"No pack was due: this machine has verified all {result.SkippedPacks} within -MaxAge. Everything else was checked."));
                foreach (var problem in result.Problems)
                    pump.Post(() => WriteError(ErrorRecords.Create(Describe(problem))));
                return new HookedActionResult<ScanResult>(result, result.Problems.Count == 0, null, [.. result.Problems.Select(problem => problem.Message)]);
            },
            (result, hooks) => new RekkordScanResult(result, awaited.Location, Full, start, watch.Elapsed, hooks),
            Measure,
            () => operation?.Progress is { } progress ? Describe(progress) : null,
            () => Repair ? null : "The scan was stopped. The next one begins anew.");
    }

    /// <summary>A scan that did not read all that it was to read is not reported as a success.</summary>
    private static JobReport Measure(ScanResult result, JobReport report) => report with
    {
        Outcome = report.Outcome == JobOutcome.Success && result.OutOfTime ? JobOutcome.Partial : report.Outcome,
        Measures =
        [
            new("scan_packs", "Packs that were read.", result.VerifiedPacks),
            new("scan_skipped_packs", "Packs that were not read, because of -MaxAge or -TimeLimit.", result.SkippedPacks),
            new("scan_size_bytes", "Bytes that were read.", result.VerifiedSize),
            new("scan_problems", "Problems that were found.", result.Problems.Count),
        ],
    };

    /// <summary>Looks at the repository, so that nothing is promised that cannot be done.</summary>
    private void Rehearse(RekkordConfig config, bool useHooks)
    {
        using var awaited = AwaitRepository(config, KeyPermission.Read, useHooks ? HookPhase.PreScan : null, _ => { });
        if (!awaited.IsThere)
            Host.UI.WriteLine($"What if: There is no repository at \"{awaited.Location}\" now. The scan fails unless a pre-scan hook brings it.");
    }

    private void RequirePermission(RepositoryAccess repository)
    {
        if (Repair)
            repository.RequireWriting(StopToken);
    }

    private static RekkordException Describe(RepositoryProblem problem)
    {
        var touched = problem.Snapshots.Count == 0 ? "No snapshot is touched." : $"Touched: {problem.PathCount} paths in {problem.Snapshots.Count} snapshots.";
        return new RekkordException(problem.Kind.ToString(), RekkordErrorKind.InvalidData, $"{problem.Message} {touched}", problem.ObjectName);
    }

    private ScanRequest CreateRequest(RekkordConfig config) => new()
    {
        Full = Full,
        MaximumAge = MaxAge,
        TimeLimit = TimeLimit,
        Repair = Repair,
        Threads = config.Settings.Threads.Value ?? 0,
    };
}
