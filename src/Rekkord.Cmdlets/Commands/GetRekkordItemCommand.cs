using System.Management.Automation;
using Rekkord.Cmdlets.Completion;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Browsing;
using Rekkord.Engine.Errors;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Lists the files and directories in a snapshot.</summary>
[Cmdlet(VerbsCommon.Get, "RekkordItem")]
[OutputType(typeof(RekkordItem))]
public sealed class GetRekkordItemCommand : BrowsingCommand
{
    private bool _isPathTyped;

    /// <summary>A snapshot's ID, the beginning of one, or a channel (its newest snapshot), with <c>id:</c> or <c>channel:</c> before it to say which; with <c>:path</c> for a part of it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ChannelCompleter))]
    public string Snapshot { get; set; } = "";

    /// <summary>What to list: of a directory what is in it, of a pattern what matches; the saved paths if none is given.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("SavedPath")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ItemPathCompleter))]
    public string[]? Path { get; set; }

    /// <summary>The same by its very name, without wildcards. Items in a pipeline are taken so.</summary>
    [Parameter]
    [Alias("LP")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ItemPathCompleter))]
    public string[]? LiteralPath { get; set; }

    /// <summary>Lists what is in the directories below as well.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Lists so many levels below the first as well.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Depth { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _isPathTyped = Path is not null;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var reference = ParseReference(Snapshot);
        if (new[] { reference.Path, Path?[0], LiteralPath?[0] }.Count(path => path is not null) > 1)
        {
            throw new RekkordException(
                "PathGivenTwice",
                RekkordErrorKind.InvalidArgument,
                $"The path is given twice: with '{Snapshot}', -Path or -LiteralPath. Give one of them.",
                Snapshot);
        }

        var content = OpenSnapshot(reference.Name);
        var id = content.Snapshot.Id.ToString();
        string?[] paths = _isPathTyped || LiteralPath is not null ? [.. (Path ?? LiteralPath!).Select(ResolveSnapshotPath)] : Path ?? (string?[])[reference.Path];
        foreach (var path in paths)
        {
            var request = new ListRequest { Path = path, IsLiteral = Path is null ? LiteralPath is not null : !_isPathTyped, Depth = Depth ?? (Recurse ? int.MaxValue : 0) };
            foreach (var item in content.List(request, WriteFailure, StopToken))
                WriteObject(new RekkordItem(item, id));
        }
    });
}
