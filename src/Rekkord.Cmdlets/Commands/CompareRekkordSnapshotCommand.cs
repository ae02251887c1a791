using System.Management.Automation;
using Rekkord.Cmdlets.Completion;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Browsing;
using Rekkord.Engine.Errors;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Finds what differs between two snapshots.</summary>
[Cmdlet(VerbsData.Compare, "RekkordSnapshot")]
[OutputType(typeof(RekkordDifference))]
public sealed class CompareRekkordSnapshotCommand : BrowsingCommand
{
    private bool _isPathTyped;

    /// <summary>The snapshot to compare with: an ID, the beginning of one, or a channel (its newest), with <c>id:</c> or <c>channel:</c> before it to say which; with <c>:path</c> for a part of it.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ChannelCompleter))]
    public string Reference { get; set; } = "";

    /// <summary>The snapshot that is compared; with <c>:path</c> for a part of it.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Snapshot")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ChannelCompleter))]
    public string Difference { get; set; } = "";

    /// <summary>Only what is at or below this path.</summary>
    [Parameter(Position = 2, ValueFromPipelineByPropertyName = true)]
    [Alias("SavedPath")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ItemPathCompleter))]
    public string? Path { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _isPathTyped = Path is not null;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var reference = ParseReference(Reference);
        var difference = ParseReference(Difference);
        var path = Path is not null && _isPathTyped ? ResolveSnapshotPath(Path) : Path;
        if (Path is not null && (reference.Path ?? difference.Path) is not null)
        {
            throw new RekkordException(
                "PathGivenTwice",
                RekkordErrorKind.InvalidArgument,
                $"One path is given with a snapshot, and another with -Path '{Path}'. Give one of them.",
                Path);
        }

        var old = OpenSnapshot(reference.Name);
        var current = OpenSnapshot(difference.Name);
        var (oldId, currentId) = (old.Snapshot.Id.ToString(), current.Snapshot.Id.ToString());
        var found = SnapshotComparison.Compare(
            old, current, reference.Path ?? difference.Path ?? path, difference.Path ?? reference.Path ?? path, WriteFailure, StopToken);
        foreach (var one in found)
            WriteObject(new RekkordDifference(one, oldId, currentId));
    });
}
