using System.Management.Automation;
using Rekkord.Cmdlets.Completion;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Browsing;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Looks for a name in all snapshots, and writes each version of what has it once.</summary>
[Cmdlet(VerbsCommon.Find, "RekkordItem")]
[OutputType(typeof(RekkordItemVersion))]
public sealed class FindRekkordItemCommand : RepositoryCommand
{
    /// <summary>A name or path, with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string Name { get; set; } = "";

    /// <summary>Only snapshots of channels that match, with wildcards; or of the channel in <c>channel:name</c>, or with the ID in <c>id:digits</c>.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ChannelCompleter))]
    public string Channel { get; set; } = "*";

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var pattern = ParsePattern(Name);
        var channels = new SnapshotPattern(Channel);
        var hasSnapshot = false;
        using var repository = OpenRepository(LoadConfig(), KeyPermission.Read);
        using var browser = new SnapshotBrowser(repository);
        foreach (var version in browser.Search(pattern, snapshot => channels.IsMatch(snapshot) && (hasSnapshot = true), WriteFailure, WriteWarning, StopToken))
            WriteObject(new RekkordItemVersion(version));
        if (!hasSnapshot && !channels.HasWildcards)
            WriteFailure(new RekkordException("ChannelNotFound", RekkordErrorKind.NotFound, $"There is no snapshot of '{Channel}'. Get-RekkordSnapshot lists all of them.", Channel));
    });

    private void WriteFailure(RekkordException error) => WriteError(ErrorRecords.Create(error));
}
