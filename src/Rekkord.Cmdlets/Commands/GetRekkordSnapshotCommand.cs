using System.Management.Automation;
using Rekkord.Cmdlets.Completion;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Lists the snapshots of a repository, oldest first.</summary>
[Cmdlet(VerbsCommon.Get, "RekkordSnapshot")]
[OutputType(typeof(RekkordSnapshot))]
public sealed class GetRekkordSnapshotCommand : RepositoryCommand
{
    /// <summary>Only snapshots of channels that match; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ChannelCompleter))]
    public string Channel { get; set; } = "*";

    /// <summary>Only snapshots whose ID begins so.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Id { get; set; }

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

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        using var repository = OpenRepository(LoadConfig(), KeyPower.List);
        var channel = WildcardPattern.Get(Channel, WildcardOptions.CultureInvariant);
        var found = new SnapshotStore(repository)
            .List(damaged => WriteError(ErrorRecords.Create(damaged)), StopToken)
            .Where(snapshot => channel.IsMatch(snapshot.Summary.Channel)
                && (Id is null || snapshot.Id.ToString().StartsWith(Id, StringComparison.OrdinalIgnoreCase))
                && (Since is not { } since || snapshot.Summary.Time >= since)
                && (Until is not { } until || snapshot.Summary.Time <= until));
        foreach (var snapshot in Latest is { } count ? found.TakeLast(count) : found)
            WriteObject(new RekkordSnapshot(snapshot));
    });
}
