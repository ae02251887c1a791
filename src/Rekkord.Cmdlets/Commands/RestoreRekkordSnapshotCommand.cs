using System.Diagnostics;
using System.Management.Automation;
using Rekkord.Cmdlets.Completion;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Native;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Snapshots;
using RekkordConfig = Rekkord.Engine.Configuration.RekkordConfig;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Restores a snapshot, or a part of one, into a directory.</summary>
[Cmdlet(VerbsData.Restore, "RekkordSnapshot", SupportsShouldProcess = true)]
[OutputType(typeof(RekkordRestoreResult))]
public sealed class RestoreRekkordSnapshotCommand : SnapshotInputCommand
{
    private readonly List<SnapshotItems> _items = [];
    private readonly ProgressDisplay _progress = new();
    private bool _isPathTyped;

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
    [Alias("LiteralPath", "LP", "SavedPath")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ItemPathCompleter))]
    public string[]? Path { get; set; }

    /// <summary>How what is restored differs, as Compare-RekkordSnapshot says: of a directory that differs in its properties only these are restored.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public RekkordChange? Change { get; set; }

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
    protected override void BeginProcessing() => _isPathTyped = Path is not null;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        if (Path is not null && Include.Length > 0)
            throw new RekkordException("PathWithInclude", RekkordErrorKind.InvalidArgument, "-Path and -Include both say what to restore. Give one of them.");
        if (Path is not null && SnapshotReference.Parse(Snapshot).Path is not null)
            throw new RekkordException("PathGivenTwice", RekkordErrorKind.InvalidArgument, $"'{Snapshot}' and -Path give different paths. Give one of them.", Snapshot);
        var config = FindConfig();
        if (_items.FirstOrDefault(items => items.Snapshot == Snapshot && items.Config == config) is not { } collected)
            _items.Add(collected = new SnapshotItems(Snapshot, config));
        if (Path is null)
            collected.IsWhole = true;
        else
            (Change == RekkordChange.MetadataChanged ? collected.Single : collected.Paths).AddRange(_isPathTyped ? Path.Select(ResolveSnapshotPath) : Path);
    });

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() =>
    {
        RequireSeparatePaths();
        foreach (var (index, items) in _items.Index())
            RestoreItems(items, Force || index > 0);
    });

    /// <summary>Items of several snapshots can lie side by side in one directory, but two states of one path cannot.</summary>
    private void RequireSeparatePaths()
    {
        if (_items.Count < 2)
            return;
        if (_items.Find(items => items.IsWhole) is { } whole)
        {
            throw new RekkordException(
                "SeveralSnapshots",
                RekkordErrorKind.InvalidArgument,
                "Several snapshots came through the pipeline, and one directory holds one of them. Nothing was restored. Restore each into a directory of its own: … | ForEach-Object { Restore-RekkordSnapshot $_.Id \"./$($_.Id)\" }",
                whole.Snapshot);
        }

        var owners = new Dictionary<string, SnapshotItems>(StringComparer.Ordinal);
        foreach (var items in _items)
        {
            foreach (var path in items.Paths.Concat(items.Single))
            {
                if (owners.TryAdd(path, items) || owners[path] == items)
                    continue;
                throw new RekkordException(
                    "SeveralSnapshots", RekkordErrorKind.InvalidArgument, $"'{path}' came through the pipeline from two snapshots, and one directory holds one state of it. Nothing was restored.", path);
            }
        }
    }

    private void RestoreItems(SnapshotItems items, bool force)
    {
        var owner = ChooseOwner();
        var config = items.Config;
        var request = CreateRequest(config, items, owner) with { Force = force };
        var what = items.IsWhole ? $"'{items.Snapshot}'"
            : items.Paths.Concat(items.Single).ToArray() is [var only] ? $"'{only}' of '{items.Snapshot}'"
            : $"{items.Paths.Count + items.Single.Count} paths of '{items.Snapshot}'";
        var action = IsWhatIf ? Rehearse(config, request) : "Restore";
        if (!ShouldProcess($"{what} to '{request.Destination}'", action))
            return;
        var (url, keys) = ReadKeys(config, KeyPermission.Read);
        using var repository = new AwaitedRepository(url, keys) { Options = CreateStoreOptions(config) };
        var engine = ChooseEngine(repository);
        EngineOperation<RestoreResult, RestoreProgress>? operation = null;
        var watch = Stopwatch.StartNew();
        try
        {
            var result = RunOperation(
                pump =>
                {
                    operation = engine.Restore(repository, request, new EntryReporter(this, pump, request.TellEntries));
                    return operation.Run(StopToken);
                },
                () => operation?.Progress is { } progress ? [Describe(progress)] : []);
            WriteObject(new RekkordRestoreResult(result, watch.Elapsed));
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested && operation?.Progress is { Files: > 0 })
        {
            Host.UI.WriteWarningLine($"The restore was stopped. {operation.Progress.Value.Files:N0} file(s) are in '{request.Destination}', each of them whole.");
            throw;
        }

        ThrowIfWriteFailed();
    }

    private ProgressRecord Describe(RestoreProgress progress)
    {
        var counts = $"{progress.Files:N0} files, {Sizes.Format(progress.Size)}{(progress.TotalSize == 0 ? "" : $" of {Sizes.Format(progress.TotalSize)}")}";
        return _progress.Describe(progress.Activity, progress.Size, progress.TotalSize, counts, progress.CurrentPath);
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

    /// <summary>Looks at what would be restored, so that nothing is promised that cannot be done.</summary>
    /// <returns>The action, in words.</returns>
    private string Rehearse(RekkordConfig config, RestoreRequest request)
    {
        using var repository = OpenRepository(config, KeyPermission.Read);
        var plan = RestorePreview.Run(repository, request, WriteWarning, StopToken);
        foreach (var error in plan.Errors)
            WriteError(ErrorRecords.Create(error));
        foreach (var path in IsVerbose ? plan.Replaced : [])
            Host.UI.WriteLine($"What if: Replacing \"{path}\".");
        if (IsVerbose && plan.ReplacedCount > plan.Replaced.Count)
            Host.UI.WriteLine($"What if: Replacing {plan.ReplacedCount - plan.Replaced.Count:N0} more files.");
        var replacing = plan.ReplacedCount == 0 ? "" : $", replacing {plan.ReplacedCount:N0} that are there{(IsVerbose ? "" : " (-Verbose names them)")}";
        return $"Restore {plan.Files:N0} files with {Sizes.Format(plan.Size)}{replacing}";
    }

    private RestoreRequest CreateRequest(RekkordConfig config, SnapshotItems items, OwnerChoice owner)
    {
        var reference = ParseReference(items.Snapshot);
        return new RestoreRequest
        {
            Snapshot = reference.Name,
            Path = reference.Path,
            Items = items.IsWhole ? [] : items.Paths,
            SingleItems = items.IsWhole ? [] : items.Single,
            Destination = ResolvePath(Destination),
            Include = [.. Include.Select(ParsePattern)],
            Force = Force,
            Verify = Verify,
            Owner = owner,
            NoSpecial = NoSpecial,
            TellEntries = IsVerbose,
            Threads = config.Settings.Threads.Value ?? 0,
        };
    }

    /// <summary>What is to be restored of one snapshot.</summary>
    private sealed class SnapshotItems(string snapshot, RekkordConfig config)
    {
        public string Snapshot { get; } = snapshot;

        /// <summary>Leads to the repository that it is in.</summary>
        public RekkordConfig Config { get; } = config;

        /// <summary>Paths with everything below.</summary>
        public List<string> Paths { get; } = [];

        /// <summary>Paths without.</summary>
        public List<string> Single { get; } = [];

        public bool IsWhole { get; set; }
    }
}
