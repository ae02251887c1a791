using System.Diagnostics;
using System.Management.Automation;
using Rekkord.Cmdlets.Completion;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Native;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Snapshots;
using RekkordConfig = Rekkord.Engine.Configuration.RekkordConfig;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Restores a snapshot, or a part of one, into a directory.</summary>
[Cmdlet(VerbsData.Restore, "RekkordSnapshot", SupportsShouldProcess = true)]
[OutputType(typeof(RekkordRestoreResult))]
public sealed class RestoreRekkordSnapshotCommand : RepositoryCommand
{
    private readonly List<SnapshotItems> _items = [];

    /// <summary>A snapshot's ID, the beginning of one, or a channel (its newest snapshot), with <c>id:</c> or <c>channel:</c> before it to say which; with <c>:path</c> for a part of it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ChannelCompleter))]
    public string Snapshot { get; set; } = "";

    /// <summary>
    /// The whole paths of what to restore, exactly as they were saved, with everything below; everything if none is given. Those of items in the
    /// pipeline are collected, and restored together.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>The directory to restore into.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    /// <summary>Patterns of what to restore; everything if none is given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Include { get; set; } = [];

    /// <summary>Restores into a directory that has something in it, and replaces files of the same names.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Reads every restored file again and compares it with the snapshot.</summary>
    [Parameter]
    public SwitchParameter Verify { get; set; }

    /// <summary>Sets no owners and groups: all belongs to whoever restores. Setuid and setgid bits, which stand for an owner, are left out too.</summary>
    [Parameter]
    public SwitchParameter NoOwner { get; set; }

    /// <summary>Sets owners and groups by the saved numbers, not by the names that this machine knows: for restoring a system from another one.</summary>
    [Parameter]
    public SwitchParameter NumericOwner { get; set; }

    /// <summary>
    /// Leaves out what gives more power than content: device nodes, fifos, setuid and setgid bits, and attributes of the system
    /// (<c>security.*</c>, <c>trusted.*</c>).
    /// </summary>
    [Parameter]
    public SwitchParameter NoSpecial { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        if (Path is null)
        {
            RestoreItems(Snapshot, []);
            return;
        }

        if (Include.Length > 0)
            throw new RekkordException("PathWithInclude", RekkordErrorKind.InvalidArgument, "-Path and -Include both say what to restore. Give one of them.");
        if (SnapshotReference.Parse(Snapshot).Path is not null)
            throw new RekkordException("PathGivenTwice", RekkordErrorKind.InvalidArgument, $"'{Snapshot}' and -Path give different paths. Give one of them.", Snapshot);
        if (_items.FirstOrDefault(items => items.Snapshot == Snapshot) is not { } collected)
            _items.Add(collected = new SnapshotItems(Snapshot, []));
        collected.Paths.AddRange(Path);
    });

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() =>
    {
        foreach (var items in _items)
            RestoreItems(items.Snapshot, items.Paths);
    });

    private void RestoreItems(string snapshot, List<string> items)
    {
        var owner = ChooseOwner();
        var config = LoadConfig();
        var destination = ResolvePath(Destination);
        PathPattern[] include = [.. Include.Select(ParsePattern)];
        var what = items.Count == 0 ? $"'{snapshot}'" : items.Count == 1 ? $"'{items[0]}' of '{snapshot}'" : $"{items.Count} paths of '{snapshot}'";
        if (!ShouldProcess($"{what} to '{destination}'", "Restore"))
            return;
        var (url, keys) = ReadKeys(config, KeyPermission.Read);
        using var repository = new AwaitedRepository(url, keys) { Options = CreateStoreOptions(config) };
        var engine = ChooseEngine(repository);
        EngineOperation<RestoreResult, RestoreProgress>? operation = null;
        var isVerbose = IsVerbose;
        var watch = Stopwatch.StartNew();
        var result = RunOperation(
            pump =>
            {
                operation = engine.Restore(repository, CreateRequest(config, snapshot, items, destination, include, owner), new EntryReporter(this, pump, isVerbose));
                return operation.Run(StopToken);
            },
            () => operation?.Progress is { } progress ? Describe(progress) : null);
        WriteObject(new RekkordRestoreResult(result, watch.Elapsed));
        ThrowIfWriteFailed();
    }

    private static ProgressRecord Describe(RestoreProgress progress)
    {
        var status = progress.TotalSize == 0 ? " " : $"{progress.Files:N0} files, {Sizes.Format(progress.Size)} of {Sizes.Format(progress.TotalSize)}";
        return new ProgressRecord(0, progress.Activity, status)
        {
            PercentComplete = progress.TotalSize == 0 ? -1 : (int)Math.Min(100, progress.Size * 100 / progress.TotalSize),
        };
    }

    private OwnerChoice ChooseOwner() => (NoOwner.ToBool(), NumericOwner.ToBool()) switch
    {
        (true, true) => throw new RekkordException(
            "OwnerGivenTwice",
            RekkordErrorKind.InvalidArgument,
            "-NoOwner sets no owners, but -NumericOwner sets them by number. Give one of them."),
        (true, _) => OwnerChoice.Nobody,
        (_, true) => OwnerChoice.ByNumber,
        _ => OwnerChoice.ByName,
    };

    private RestoreRequest CreateRequest(
        RekkordConfig config, string snapshot, List<string> items, string destination, PathPattern[] include, OwnerChoice owner)
    {
        var reference = SnapshotReference.Parse(snapshot);
        return new RestoreRequest
        {
            Snapshot = reference.Name,
            Path = reference.Path,
            Items = items,
            Destination = destination,
            Include = include,
            Force = Force,
            Verify = Verify,
            Owner = owner,
            NoSpecial = NoSpecial,
            Threads = config.Settings.Threads.Value ?? 0,
        };
    }

    /// <summary>What is to be restored of one snapshot.</summary>
    private sealed record SnapshotItems(string Snapshot, List<string> Paths);
}
