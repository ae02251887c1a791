using System.Management.Automation;
using Rekkord.Cmdlets.Completion;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Browsing;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Lists the files and directories in a snapshot.</summary>
[Cmdlet(VerbsCommon.Get, "RekkordItem")]
[OutputType(typeof(RekkordItem))]
public sealed class GetRekkordItemCommand : BrowsingCommand
{
    /// <summary>A snapshot's ID, the beginning of one, or a channel (its newest snapshot), with <c>id:</c> or <c>channel:</c> before it to say which; with <c>:path</c> for a part of it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ChannelCompleter))]
    public string Snapshot { get; set; } = "";

    /// <summary>What to list: of a directory what is in it, of a pattern what matches; the saved paths if none is given.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Lists what is in the directories below as well.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Lists so many levels below the first as well.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Depth { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var reference = SnapshotReference.Parse(Snapshot);
        if (reference.Path is not null && Path is not null)
        {
            throw new RekkordException(
                "PathGivenTwice",
                RekkordErrorKind.InvalidArgument,
                $"'{Snapshot}' and -Path give different paths. Give one of them.",
                Snapshot);
        }

        var content = OpenSnapshot(reference.Name);
        var id = content.Snapshot.Id.ToString();
        foreach (var path in Path is null ? new[] { reference.Path } : Path)
        {
            var request = new ListRequest { Path = path, Depth = Depth ?? (Recurse ? int.MaxValue : 0) };
            foreach (var item in content.List(request, WriteFailure, StopToken))
                WriteObject(new RekkordItem(item, id));
        }
    });
}
