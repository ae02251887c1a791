using System.Management.Automation;
using Rekkord.Cmdlets.Completion;
using Rekkord.Cmdlets.Hooks;
using Rekkord.Cmdlets.Models;
using Rekkord.Cmdlets.Pipeline;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Native;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Reporting;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Snapshots;
using RekkordConfig = Rekkord.Engine.Configuration.RekkordConfig;

namespace Rekkord.Cmdlets.Commands;

/// <summary>Makes a snapshot of files and directories, between the pre-save and the post-save hooks.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "RekkordSave", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(RekkordHookResult), typeof(RekkordSaveResult))]
public sealed class InvokeRekkordSaveCommand : HookedRepositoryCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const int ShownPaths = 10;

    private readonly List<SourcePath> _paths = [];
    private readonly ProgressDisplay _progress = new();
    private PathPattern[] _exclude = [];
    private IReadOnlyList<string> _tags = [];

    /// <summary>The name to file the snapshot under.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ChannelCompleter))]
    public string Channel { get; set; } = "";

    /// <summary>What to save. Wildcards are expanded after the pre-save hooks; hidden files match, too, and so does what has that very name.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = PathSet, ValueFromRemainingArguments = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [SupportsWildcards]
    public string?[]? Path { get; set; } = [];

    /// <summary>What to save, by its very name. Files and directories in a pipeline are taken so.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath", "LP")]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public string?[]? LiteralPath { get; set; } = [];

    /// <summary>What to leave out: <c>*.tmp</c>, <c>node_modules</c>, <c>/home/*/.cache</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Exclude { get; set; } = [];

    /// <summary>Files with one such pattern on each line. Blank lines and lines that start with <c>#</c> are passed over.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] ExcludeFrom { get; set; } = [];

    /// <summary>Leaves out files of more bytes, such as <c>1GB</c>.</summary>
    [Parameter]
    [ValidateRange(0L, long.MaxValue)]
    public long ExcludeLargerThan { get; set; }

    /// <summary>Leaves out what is in directories that a file <c>CACHEDIR.TAG</c> marks as caches.</summary>
    [Parameter]
    public SwitchParameter ExcludeCaches { get; set; }

    /// <summary>Leaves out other file systems that are mounted below the saved paths.</summary>
    [Parameter]
    public SwitchParameter OneFileSystem { get; set; }

    /// <summary>Saves also what files named <c>.rekkordignore</c> leave out.</summary>
    [Parameter]
    public SwitchParameter NoIgnoreFiles { get; set; }

    /// <summary>Reads every file again, also those that seem unchanged, and cuts large ones into chunks as if they were new.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Saves what links point to instead of the links.</summary>
    [Parameter]
    public SwitchParameter FollowLinks { get; set; }

    /// <summary>Tags of the snapshot, by which it is found and kept; otherwise the configuration's, or none.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[] Tag { get; set; } = [];

    /// <summary>What is to be said of the snapshot, in one line.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Note { get; set; } = "";

    /// <summary>How many bytes are stored in a second at most, such as <c>2MB</c>; otherwise the configuration's limit, or none.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long LimitUpload { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        // Refused here and not by the parameter: what a parameter refuses in a pipeline is passed over, and the rest would be a success.
        var isLiteral = LiteralPath is [_, ..];
        if ((isLiteral ? LiteralPath : Path) is not [_, ..] given || given.Any(string.IsNullOrEmpty))
        {
            throw new RekkordException(
                "SourceNotGiven",
                RekkordErrorKind.InvalidArgument,
                "One of the paths to save is empty. Check the variable or the command that it comes from. Nothing was saved.");
        }

        if (!isLiteral)
            RequireNoParameter(given);
        foreach (var path in given)
            _paths.Add(isLiteral ? SourcePath.FromLiteral(ResolvePath(path!), CurrentDirectory) : Resolve(path!));
    });

    /// <inheritdoc/>
    protected override void EndProcessing() => Guard(() =>
    {
        SaveOperation.ValidateChannel(Channel);
        SaveOperation.RequireSource(_paths);
        SnapshotLabels.ValidateNote(Note);
        var config = LoadConfig();
        RunJob(config, "save", Channel, job => Save(config, job));
    });

    private void Save(RekkordConfig config, JobReporter job)
    {
        _tags = IsBound(nameof(Tag)) ? SnapshotLabels.Order(Tag) : SnapshotLabels.Parse(config.Save.Tag.Value);
        _exclude = [.. Exclude.Select(pattern => ParsePattern(pattern).WithOrigin($"-{nameof(Exclude)}")), .. ReadPatterns(config)];
        if (DecideHooks(config.Hooks.ToHookSettings()) is not { } useHooks)
            return;
        if (IsWhatIf)
            Rehearse(config, useHooks);
        if (!ShouldProcess($"{DescribePaths()} to '{config.Repository.DisplayUrl}', channel '{Channel}'", "Save"))
        {
            WritePlans(config, useHooks);
            return;
        }

        Save(config, job, useHooks);
    }

    private protected override StoreOptions CreateStoreOptions(RekkordConfig config)
    {
        var options = base.CreateStoreOptions(config);
        return LimitUpload == 0 ? options : options with { UploadLimit = LimitUpload };
    }

    private void Save(RekkordConfig config, JobReporter job, bool useHooks)
    {
        using var awaited = AwaitRepository(config, KeyPermission.Save, useHooks ? HookPhase.PreSave : null, repository => repository.RequireWriting(StopToken));
        var engine = ChooseEngine(awaited);

        // Made here: the session may be asked by the pipeline's own thread only, which may be busy with what comes after this command.
        var request = CreateRequest(config);
        EngineOperation<SaveResult, SaveProgress>? operation = null;
        var context = new HookContext
        {
            Phase = HookPhase.PreSave,
            Channel = Channel,
            Paths = [.. _paths.Select(path => path.ToString())],
            Repository = awaited.Location,
            ConfigFile = config.ConfigFile,
        };
        RunHooked(
            config,
            job,
            context,
            useHooks,
            (pump, hooks, stop) =>
            {
                operation = engine.Save(awaited, request with { Hooks = hooks }, new EntryReporter(this, pump, request.TellEntries));
                var result = operation.Run(stop);
                foreach (var unused in result.UnusedExclusions)
                    pump.Post(() => WriteVerbose($"The exclusion '{unused}' matched nothing."));
                return new HookedActionResult<SaveResult>(
                    result, !result.IsPartial, result.Snapshot.Id.ToString(), [.. result.Errors.Select(error => error.Message)]);
            },
            (result, hooks) => new RekkordSaveResult(result, hooks),
            Measure,
            () => operation?.Progress is { } progress ? Describe(progress) : null,
            () => operation?.Progress is { StoredSize: > 0 and var size }
                ? $"The save was stopped, and made no snapshot. {Sizes.Format(size)} are stored already, and the next save goes on from there."
                : "The save was stopped, and made no snapshot.");
    }

    private static JobReport Measure(SaveResult result, JobReport report)
    {
        var summary = result.Snapshot.Summary;
        return report with
        {
            ErrorCount = report.ErrorCount - result.Errors.Count + summary.ErrorCount,
            Measures =
            [
                new("snapshot_files", "Files in the snapshot.", summary.Files),
                new("snapshot_size_bytes", "Bytes of all files in the snapshot.", summary.Size),
                new("added_size_bytes", "Bytes of new content, before compression.", summary.AddedSize),
                new("stored_size_bytes", "Bytes that the save took in the repository.", summary.StoredSize),
            ],
        };
    }

    private SaveRequest CreateRequest(RekkordConfig config) => new()
    {
        Channel = Channel,
        Paths = _paths,
        Exclude = _exclude,
        Omit = new Omissions
        {
            // A switch that was given, whether on or off, goes before the configuration.
            Caches = IsBound(nameof(ExcludeCaches)) ? ExcludeCaches : config.Save.ExcludeCaches.Value,
            OtherFileSystems = IsBound(nameof(OneFileSystem)) ? OneFileSystem : config.Save.OneFileSystem.Value,
            LargerThan = IsBound(nameof(ExcludeLargerThan)) ? ExcludeLargerThan : config.Save.ExcludeLargerThan.Value,
            IgnoreFiles = IsBound(nameof(NoIgnoreFiles)) ? !NoIgnoreFiles : config.Save.IgnoreFiles.Value,
        },
        TellEntries = IsVerbose,
        KeyFile = config.Repository.KeyFile.Value is { } keyFile ? System.IO.Path.GetFullPath(keyFile, CurrentDirectory) : null,
        IgnoreCache = Force,
        FollowLinks = FollowLinks,
        Tags = _tags,
        Note = Note,
        CompressionLevel = config.Settings.CompressionLevel.Value,
        Threads = config.Settings.Threads.Value ?? 0,
    };

    /// <summary>A mistyped parameter would be taken for a path, and its value for another.</summary>
    private void RequireNoParameter(IEnumerable<string?> paths)
    {
        if (paths.FirstOrDefault(path => path!.StartsWith('-')) is not { } name)
            return;
        var nearest = NearestName.Find(name[1..].TrimEnd(':'), [.. MyInvocation.MyCommand.Parameters.Keys]);
        throw new RekkordException(
            "ParameterUnknown",
            RekkordErrorKind.InvalidArgument,
            $"{MyInvocation.MyCommand.Name} has no parameter '{name}'. {(nearest is null ? "" : $"Did you mean -{nearest}? ")}To save what has that name, write './{name}'. Nothing was saved.",
            name);
    }

    /// <summary>Looks at the repository and at what is to be saved, so that nothing is promised that cannot be done. What a pre hook may still bring is named.</summary>
    private void Rehearse(RekkordConfig config, bool useHooks)
    {
        var hasHooks = useHooks && config.Hooks.ToHookSettings().Directories.ContainsKey(HookPhase.PreSave);
        using var awaited = AwaitRepository(config, KeyPermission.Save, useHooks ? HookPhase.PreSave : null, _ => { });
        if (!awaited.IsThere)
            Host.UI.WriteLine($"What if: There is no repository at \"{awaited.Location}\" now. The save fails unless a pre-save hook brings it.");
        foreach (var missing in SaveOperation.FindMissing(_paths, _exclude, StopToken))
        {
            if (!hasHooks)
                throw missing;
            Host.UI.WriteLine($"What if: {missing.Message.Replace(" Nothing was saved.", "", StringComparison.Ordinal)} The save fails unless a pre-save hook makes it.");
        }

        if (IsVerbose && awaited.IsThere)
            ListEntries(config, awaited);
    }

    /// <summary>Names what would be saved and what is left out, with the rule that does it.</summary>
    private void ListEntries(RekkordConfig config, AwaitedRepository awaited)
    {
        var request = CreateRequest(config);
        SaveOperation? operation = null;
        var plan = RunOperation(
            pump =>
            {
                using var repository = awaited.Open(StopToken);
                operation = new SaveOperation(repository, request, new EntryReporter(this, pump, isVerbose: true));
                return operation.Rehearse(StopToken);
            },
            () => operation?.Progress is { } progress ? [Describe(progress)] : []);
        foreach (var unused in plan.UnusedExclusions)
            WriteVerbose($"The exclusion '{unused}' matches nothing.");
        Host.UI.WriteLine($"What if: Saving {plan.Files:N0} files with {Sizes.Format(plan.Size)}, of which {plan.UnchangedFiles:N0} have not changed. Leaving out {plan.Omitted:N0} {(plan.Omitted == 1 ? "entry" : "entries")}.");
        ThrowIfWriteFailed();
    }

    private bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    private IEnumerable<PathPattern> ReadPatterns(RekkordConfig config)
    {
        string[] files = IsBound(nameof(ExcludeFrom)) ? [.. ExcludeFrom.Select(ResolvePath)] : config.Save.ExcludeFrom.Value is { } file ? [file] : [];
        return files.SelectMany(name => PatternFile.Read(name, ParsePattern));
    }

    private void WritePlans(RekkordConfig config, bool useHooks)
    {
        if (!useHooks || !IsWhatIf)
            return;
        var settings = config.Hooks.ToHookSettings();
        WritePlan(settings, HookPhase.PreSave);
        WritePlan(settings, HookPhase.PostSave);
    }

    private ProgressRecord Describe(SaveProgress progress)
    {
        var counts = $"{progress.Files:N0} files, {Sizes.Format(progress.Size)}, {Sizes.Format(progress.AddedSize)} new{(progress.SentSize > 0 ? $", {Sizes.Format(progress.SentSize)} sent" : "")}";
        return _progress.Describe($"{progress.Activity} '{Channel}'", progress.Size, progress.ExpectedSize, counts, progress.CurrentPath);
    }

    /// <summary>
    /// A path as it was given, made absolute; what PowerShell resolves by a drive of its own is taken as it resolves it. What comes from
    /// the session, such as the root of a drive, has no wildcards, whatever characters are in it.
    /// </summary>
    private SourcePath Resolve(string path)
    {
        var full = ResolvePath(path);
        if (System.IO.Path.GetFullPath(path, CurrentDirectory) == full)
            return SourcePath.FromText(path, CurrentDirectory);
        if (!WildcardPattern.ContainsWildcardCharacters(full))
            return SourcePath.FromText(full, CurrentDirectory);
        var place = FindPlace(path);
        if (full == place)
            return SourcePath.FromLiteral(full, CurrentDirectory);
        var within = System.IO.Path.TrimEndingDirectorySeparator(place) + System.IO.Path.DirectorySeparatorChar;
        return full.StartsWith(within, StringComparison.Ordinal)
            ? SourcePath.FromText(full[within.Length..], place)
            : SourcePath.FromText(full, CurrentDirectory);
    }

    private string DescribePaths()
    {
        var shown = string.Join(", ", _paths.Take(ShownPaths));
        return _paths.Count <= ShownPaths ? shown : $"{shown} and {_paths.Count - ShownPaths:N0} more";
    }
}
