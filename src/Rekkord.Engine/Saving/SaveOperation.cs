using System.Diagnostics;
using System.Text;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Machine;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Protecting;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Workers;

namespace Rekkord.Engine.Saving;

/// <summary>
/// Makes one snapshot. Packs come first, then the index that names them, then the snapshot, then its tag: whenever it is stopped or killed,
/// what was there before stays whole, and the next save uses what this one had stored.
/// </summary>
public sealed class SaveOperation
{
    private const int MaximumChannelLength = 256;

    private readonly RepositoryAccess _repository;
    private readonly SaveRequest _request;
    private readonly ISaveObserver _observer;
    private SaveContext? _context;
    private SourceWalker? _walker;
    private string _activity = "Starting";
    private SaveProgress? _ended;

    /// <summary>Prepares a save.</summary>
    /// <param name="repository">Where to, opened with a key that can write.</param>
    /// <param name="request">What to save.</param>
    /// <param name="observer">Is told what it meets.</param>
    public SaveOperation(RepositoryAccess repository, SaveRequest request, ISaveObserver observer)
    {
        ArgumentNullException.ThrowIfNull(request);
        _repository = repository;
        _request = request;
        _observer = observer;
    }

    /// <summary>Where the paths are opened; tests put a file system there that changes while it is read.</summary>
    internal LocalFileSystem Files { get; init; } = MachineFileSystem.Current;

    /// <summary>What tells the time by which a file's own times are judged.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How far the save is; may be asked at any time from any thread.</summary>
    public SaveProgress Progress => _context is { } context
        ? new SaveProgress(
            _activity,
            context.Counters.Files,
            context.Counters.Directories,
            context.Counters.ReadSize,
            context.Sink.AddedSize,
            _repository.Store.SentLength,
            context.CurrentFile?.DisplayPath ?? _walker?.CurrentPath ?? "")
        {
            ExpectedFiles = context.Cache.Files,
            ExpectedSize = context.Cache.Size,
            StoredSize = context.Sink.StoredSize,
        }
        : _ended ?? new SaveProgress(_activity, 0, 0, 0, 0, _repository.Store.SentLength, "");

    /// <summary>Checks a channel's name.</summary>
    /// <exception cref="RekkordException">It is empty, too long, has control characters, or would make references to snapshots ambiguous (<c>ChannelInvalid</c>).</exception>
    public static void ValidateChannel(string channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        if (channel.Length == 0 || Encoding.UTF8.GetByteCount(channel) > MaximumChannelLength || channel.Any(char.IsControl) || !SnapshotReference.CanName(channel))
        {
            throw new RekkordException(
                "ChannelInvalid",
                RekkordErrorKind.InvalidArgument,
                $"A channel's name has 1 to {MaximumChannelLength} bytes of UTF-8, no control characters and no colon, and is neither 'id' nor 'channel'. Choose another name with -Channel.",
                channel);
        }
    }

    /// <summary>Checks that there is something to save.</summary>
    /// <exception cref="RekkordException">No path was given (<c>SourceNotGiven</c>).</exception>
    public static void RequireSource(IReadOnlyCollection<SourcePath> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count == 0)
        {
            throw new RekkordException(
                "SourceNotGiven",
                RekkordErrorKind.InvalidArgument,
                "There is nothing to save: no path was given. If paths come from a pipeline, check the command before it, and whether its disk is mounted.");
        }
    }

    /// <summary>Finds what of the paths is not there, or cannot be opened, as a save would that began now. It reads no content and changes nothing.</summary>
    /// <returns>An error for each such path; empty when a save could begin.</returns>
    public static IReadOnlyList<RekkordException> FindMissing(IReadOnlyList<SourcePath> paths, IReadOnlyList<PathPattern> exclude, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var files = MachineFileSystem.Current;
        var exclusions = new PatternSet(exclude);
        var missing = new List<RekkordException>();
        foreach (var path in paths)
        {
            try
            {
                SourceRoot.Probe(files, new SourceExpansion(files, exclusions, missing.Add).Expand([path]).All, missing.Add, cancellation);
            }
            catch (RekkordException error)
            {
                missing.Add(error);
            }
        }

        return missing;
    }

    /// <summary>Makes the snapshot.</summary>
    /// <exception cref="RekkordException">
    /// The request is wrong (<c>ChannelInvalid</c>, <c>TagInvalid</c>, <c>NoteInvalid</c>, <c>SourceNotGiven</c>, <c>SourceNotFound</c>, <c>SourceUnreadable</c>,
    /// <c>TooManyPaths</c>, <c>PatternInvalid</c>), nothing that was named could be saved (<c>NothingSaved</c>), the key cannot write
    /// (<c>KeyRoleInsufficient</c>, <c>KeyRevoked</c>), or the repository failed.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled. A snapshot was made only if it was cancelled while that was written and checked.</exception>
    public SaveResult Run(CancellationToken cancellation)
    {
        ValidateChannel(_request.Channel);
        SnapshotLabels.Order(_request.Tags);
        SnapshotLabels.ValidateNote(_request.Note);
        RequireSource(_request.Paths);
        _repository.RequireWriting(cancellation);
        using var privileges = Files.UsePrivileges(_observer.Detail);
        var start = DateTimeOffset.UtcNow;
        var watch = Stopwatch.StartNew();
        var exclusions = new PatternSet(_request.Exclude);
        var missed = new List<RekkordException>();
        var named = new SourceExpansion(Files, exclusions, missed.Add).Expand(_request.Paths);
        RootSet.Validate(named);
        SourceRoot.Probe(Files, named.All, missed.Add, cancellation);
        WarnOfIdleExclusions(named);
        return Run(named, exclusions, missed, start, watch, cancellation);
    }

    /// <summary>Walks the sources as the save would, and tells the observer what it would save and leave out. Nothing is read of files, and nothing is stored.</summary>
    /// <exception cref="RekkordException">What the save itself would raise before it begins.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public SavePlan Rehearse(CancellationToken cancellation)
    {
        using var privileges = Files.UsePrivileges(_observer.Detail);
        var exclusions = new PatternSet(_request.Exclude);
        var missed = new List<RekkordException>();
        var named = new SourceExpansion(Files, exclusions, missed.Add).Expand(_request.Paths);
        RootSet.Validate(named);
        WarnOfIdleExclusions(named);
        _activity = "Looking at";
        var cachePath = CacheLocation.ForPaths(_repository.Id, _request.CacheDirectory, _request.Paths.Select(path => path.Path));
        using var threads = new WorkerThreads("save", cancellation);
        using var sink = new WriteSession(_repository, new OidSet(), new IndexWriter(_repository, _ => { }, _ => { }), [], _request.CompressionLevel, threads.Cancellation);
        using var cache = FileCache.Open(cachePath, _repository.Keys);
        using var cacheWriter = new FileCacheWriter(path: null, _repository.Keys);
        using var context = new SaveContext(_repository, _request with { IsRehearsal = true }, sink, cache, cacheWriter, exclusions, Clock, _observer, threads);
        _context = context;
        try
        {
            missed.ForEach(context.Report);
            var walker = _walker = new SourceWalker(context, Files, new OwnFiles(Files, _repository.Location, _request.KeyFile, File.Exists(cachePath) ? cachePath : null));
            walker.Walk(new RootSet(context, named));
            return new SavePlan(
                context.Counters.Files, context.Counters.Size, context.Counters.UnchangedFiles, context.Counters.Omitted, [.. exclusions.Unmet.Select(pattern => pattern.Text)]);
        }
        finally
        {
            _ended = Progress;
            _context = null;
        }
    }

    private SaveResult Run(
        NamedPaths named, PatternSet exclusions, List<RekkordException> missed, DateTimeOffset start, Stopwatch watch, CancellationToken cancellation)
    {
        _activity = "Prolonging the retention";
        new RetentionExtension(_repository, _request.CacheDirectory).Run(all: false, cancellation);

        _activity = "Reading the index";
        using var threads = new WorkerThreads("save", cancellation);
        using var transaction = new SaveTransaction(
            _repository, new SaveTransactionOptions(_request.CompressionLevel, _request.CacheDirectory, Clock), _observer.Warn, threads.Cancellation, cancellation);

        _activity = "Saving";
        var cachePath = CacheLocation.ForPaths(_repository.Id, _request.CacheDirectory, _request.Paths.Select(path => path.Path));
        using var cache = FileCache.Open(cachePath, _repository.Keys);
        using var cacheWriter = new FileCacheWriter(cachePath, _repository.Keys);
        using var context = new SaveContext(_repository, _request, transaction.Sink, cache, cacheWriter, exclusions, Clock, _observer, threads);
        _context = context;
        try
        {
            missed.ForEach(context.Report);
            var saved = new RootSet(context, named);
            WalkAndStore(context, new OwnFiles(Files, _repository.Location, _request.KeyFile, cacheWriter.TemporaryPath), saved);
            if (saved.Saved.Count == 0)
                throw NothingSaved();

            _activity = "Writing the snapshot";
            var snapshot = transaction.Commit(() => Summarize(context, named, start, watch.Elapsed), saved.Saved, cancellation);

            // Windows does not always replace a file that is open.
            cache.Dispose();
            cacheWriter.Commit(context.Counters.Files, context.Counters.Size);
            if (cacheWriter.Failure is { } failure)
                _observer.Warn($"The local cache '{cachePath}' could not be written: {failure} The next save reads every file again.");
            transaction.TidyUp(cancellation);
            CacheDirectory.RemoveLeftovers(cachePath, start);
            return new SaveResult(snapshot, transaction.Sink.NewDataPacks, transaction.Sink.NewMetadataPacks, context.Counters.UnchangedFiles, context.Errors.Kept)
            {
                Omitted = context.Counters.Omitted,
                UnusedExclusions = [.. exclusions.Unmet.Select(pattern => pattern.Text)],
            };
        }
        finally
        {
            _ended = Progress;
            _context = null;
        }
    }

    private static RekkordException NothingSaved() => new(
        "NothingSaved",
        RekkordErrorKind.NotFound,
        "No snapshot was made, because none of the given paths could be saved. The errors before this one say why. Earlier snapshots are as they were.");

    /// <summary>A pattern that is the path of another place may be a slip that costs somebody their secrets.</summary>
    private void WarnOfIdleExclusions(NamedPaths named)
    {
        foreach (var pattern in _request.Exclude)
        {
            if (!named.All.Any(path => pattern.CanMatchWithin(FileName.ToDisplay(path.Path))))
                _observer.Warn($"The exclusion '{pattern.Text}' cannot leave anything out: its path is outside of everything that is saved.");
        }
    }

    private void WalkAndStore(SaveContext context, OwnFiles own, RootSet saved)
    {
        var workers = Enumerable.Range(0, WorkerThreads.CountFor(_request.Threads)).Select(_ => new SaveWorker(context)).ToList();
        var walker = _walker = new SourceWalker(context, Files, own);
        try
        {
            context.Threads.Run(() => Walk(context, walker, saved), workers.Select(worker => (Action)worker.Run));
        }
        finally
        {
            workers.ForEach(worker => worker.Dispose());
        }
    }

    private static void Walk(SaveContext context, SourceWalker walker, RootSet saved)
    {
        try
        {
            walker.Walk(saved);
        }
        finally
        {
            context.Queue.CompleteAdding();
        }
    }

    private SnapshotSummary Summarize(SaveContext context, NamedPaths named, DateTimeOffset start, TimeSpan duration) => new()
    {
        Channel = _request.Channel,
        Time = start,
        Duration = duration,
        HostName = Environment.MachineName,
        UserName = Environment.UserName,
        Paths = [.. named.All.Select(path => path.Path)],
        Files = context.Counters.Files,
        Directories = context.Counters.Directories,
        Size = context.Counters.Size,
        AddedSize = context.Sink.AddedSize,
        StoredSize = context.Sink.StoredSize,
        ErrorCount = context.Errors.Count,
        Hooks = _request.Hooks,
        Tags = SnapshotLabels.Order(_request.Tags),
        Note = _request.Note,
    };
}
