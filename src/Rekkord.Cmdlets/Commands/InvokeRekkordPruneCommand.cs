using System.Management.Automation;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Pruning;
using Rekkord.Engine.Reporting;
using RekkordConfig = Rekkord.Engine.Configuration.RekkordConfig;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Deletes removed snapshots and what only they need, once that has waited long enough, condemns what nothing needs now, and merges small packs.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "RekkordPrune", SupportsShouldProcess = true)]
[OutputType(typeof(RekkordPruneResult))]
public sealed class InvokeRekkordPruneCommand : RepositoryCommand
{
    private readonly ProgressDisplay _progress = new();

    /// <summary>How long what is condemned waits before it is deleted: a duration such as <c>7d</c>, at least <c>3d</c>.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? SweepAfter { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var config = LoadConfig(SweepAfter is { } wait ? new Dictionary<string, string> { ["Retention.SweepAfter"] = ConfigDuration.Format(wait) } : []);
        RunJob(config, "prune", null, job => Prune(config, job));
    });

    private void Prune(RekkordConfig config, JobReporter job)
    {
        PruneOperation.ValidateWait(config.Retention.SweepAfter.Value);
        using var repository = OpenRepository(config, KeyPermission.Remove);
        PipelinePump? current = null;
        var operation = new PruneOperation(
            repository, new PruneRequest { SweepAfter = config.Retention.SweepAfter.Value }, warning => current?.Post(() => WriteWarning(warning)));
        var result = Run(operation.Plan);
        ThrowIfWriteFailed();

        // With -WhatIf the result says all that, and once is enough.
        if (ShouldProcess(IsWhatIf ? $"'{repository.Location}'" : $"'{repository.Location}': {Describe(result)}", "Prune"))
        {
            result = Run(operation.Run);
            EndJob(job, report => Measure(result, report), WriteResult);
        }
        else
        {
            WriteResult();
        }

        ThrowIfWriteFailed();

        PruneResult Run(Func<CancellationToken, PruneResult> part) => RunOperation(
            pump =>
            {
                current = pump;
                return part(StopToken);
            },
            () => operation.Progress is { } step ? [_progress.Describe(step)] : []);

        void WriteResult()
        {
            if (result.MergeObstacle is { } obstacle)
                WriteVerbose(obstacle);
            WriteObject(new RekkordPruneResult(result, repository.Location));
        }
    }

    private static JobReport Measure(PruneResult result, JobReport report) => report with
    {
        Measures =
        [
            new("prune_deleted_size_bytes", "Bytes of the packs that were deleted.", result.DeletedSize),
            new("prune_condemned_size_bytes", "Bytes of the packs that were condemned.", result.CondemnedSize),
            new("prune_merged_packs", "Small packs that were merged into larger ones.", result.MergedPacks),
            new("prune_merged_size_bytes", "Bytes of these.", result.MergedSize),
            new("prune_waiting_size_bytes", "Bytes of the packs that were condemned before, and wait.", result.WaitingSize),
            new("prune_refused_objects", "Objects that the store did not delete, because it protects them.", result.RefusedObjects),
        ],
    };

    private static string Describe(PruneResult plan) =>
        $"delete {plan.Snapshots.Count} snapshot(s) for good{Names(plan)} and {plan.DeletedPacks} pack(s) ({Sizes.Format(plan.DeletedSize)}), condemn {plan.CondemnedPacks} pack(s) ({Sizes.Format(plan.CondemnedSize)}), merge {plan.MergedPacks} small pack(s) ({Sizes.Format(plan.MergedSize)})";

    private static string Names(PruneResult plan) =>
        plan.Snapshots.Count == 0 ? "" : $" ({string.Join(", ", plan.Snapshots.Select(snapshot => snapshot.Id.ToString()[..12]))})";
}
