using System.Management.Automation;
using Rekkord.Cmdlets.Models;
using Rekkord.Engine.Retention;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Removes snapshots: no list shows them, and no channel leads to them. Their data stays until Invoke-RekkordPrune deletes it, and until then Undo-RekkordRemoval brings them back.</summary>
[Cmdlet(VerbsCommon.Remove, "RekkordSnapshot", SupportsShouldProcess = true, DefaultParameterSetName = ById)]
[OutputType(typeof(RekkordSnapshot))]
public sealed class RemoveRekkordSnapshotCommand : RemovalCommand
{
    /// <summary>Also where a channel is left without a whole snapshot.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool TakesRemoved => false;

    private protected override string Action => "Remove";

    private protected override string JobName => "remove";

    private protected override IReadOnlyList<Snapshot> Run(RemovalOperation operation, IReadOnlyList<Snapshot> snapshots) => operation.Remove(snapshots, Force, StopToken);
}
