using System.Management.Automation;
using Rekkord.Cmdlets.Models;
using Rekkord.Engine.Retention;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Brings removed snapshots back, as long as their data is there.</summary>
[Cmdlet(VerbsCommon.Undo, "RekkordRemoval", SupportsShouldProcess = true, DefaultParameterSetName = ById)]
[OutputType(typeof(RekkordSnapshot))]
public sealed class UndoRekkordRemovalCommand : RemovalCommand
{
    private protected override bool TakesRemoved => true;

    private protected override string Action => "Bring back";

    private protected override string JobName => "undo";

    private protected override IReadOnlyList<Snapshot> Run(RemovalOperation operation, IReadOnlyList<Snapshot> snapshots) => operation.BringBack(snapshots, StopToken);
}
