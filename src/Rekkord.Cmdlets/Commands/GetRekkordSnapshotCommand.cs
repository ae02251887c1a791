using System.Management.Automation;
using Rekkord.Cmdlets.Completion;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Lists the snapshots of a repository, oldest first.</summary>
[Cmdlet(VerbsCommon.Get, "RekkordSnapshot")]
[OutputType(typeof(RekkordSnapshot))]
public sealed class GetRekkordSnapshotCommand : RepositoryCommand
{
    /// <summary>Only snapshots of channels that match, with wildcards; or of the channel in <c>channel:name</c>, or with the ID in <c>id:digits</c>.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ChannelCompleter))]
    public string Channel { get; set; } = "*";

    /// <summary>Only snapshots whose ID begins so.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SnapshotIdCompleter))]
    public string? Id { get; set; }

    /// <summary>Only snapshots with one of these tags, with wildcards.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[] Tag { get; set; } = [];

    /// <summary>Only so many, the newest ones.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Latest { get; set; }

    /// <summary>Only snapshots made then or later.</summary>
    [Parameter]
    public DateTimeOffset? Since { get; set; }

    /// <summary>Only snapshots made then or earlier.</summary>
    [Parameter]
    public DateTimeOffset? Until { get; set; }

    /// <summary>The snapshots that were removed and are still there, and not the others.</summary>
    [Parameter]
    public SwitchParameter Removed { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        using var repository = OpenRepository(LoadConfig(), KeyPermission.List);
        var pattern = new SnapshotPattern(Channel);
        var store = new SnapshotStore(repository);
        var matching = List(store)
            .Where(snapshot => pattern.IsMatch(snapshot) && (Id is null || snapshot.Id.ToString().StartsWith(Id, StringComparison.OrdinalIgnoreCase)))
            .ToArray();
        if (Id is null && !pattern.IsId && !Removed)
            SnapshotStore.WarnOfDoubts(matching, WriteWarning);
        if (matching.Length == 0)
            WriteNothing(pattern, store);
        WildcardPattern[] tags = [.. Tag.Select(tag => WildcardPattern.Get(tag, WildcardOptions.CultureInvariant))];
        var found = matching.Where(snapshot => (tags.Length == 0 || snapshot.Summary.Tags.Any(tag => tags.Any(pattern => pattern.IsMatch(tag))))
            && (Since is not { } since || snapshot.Summary.Time >= since) && (Until is not { } until || snapshot.Summary.Time <= until));
        foreach (var snapshot in Latest is { } count ? found.TakeLast(count) : found)
            WriteObject(new RekkordSnapshot(snapshot));
    });

    /// <summary>Tells of a name that no snapshot has. Wildcards may match nothing, and so may everything. Of a channel nothing may have been removed.</summary>
    private void WriteNothing(SnapshotPattern pattern, SnapshotStore store)
    {
        var removed = Removed ? " that was removed" : "";
        if (Id is not null || pattern.IsId)
        {
            WriteFailure(new RekkordException(
                "SnapshotNotFound", RekkordErrorKind.NotFound, $"There is no snapshot{removed} whose ID begins with '{Id ?? Channel}'. Get-RekkordSnapshot lists all of them.", Id ?? Channel));
        }
        else if (!pattern.HasWildcards && !(Removed && store.List(WriteFailure, StopToken, WriteWarning).Any(pattern.IsMatch)))
        {
            WriteFailure(new RekkordException(
                "ChannelNotFound", RekkordErrorKind.NotFound, $"There is no snapshot{removed} in the channel '{Channel}'. Get-RekkordSnapshot lists all of them.", Channel));
        }
    }

    private IReadOnlyList<Snapshot> List(SnapshotStore store) => Removed ? store.ListRemoved(WriteFailure, StopToken) : store.List(WriteFailure, StopToken, WriteWarning);

    private void WriteFailure(RekkordException error) => WriteError(ErrorRecords.Create(error));
}
