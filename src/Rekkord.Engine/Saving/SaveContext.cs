using System.Collections.Concurrent;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Machine;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Trees;
using Rekkord.Engine.Workers;

namespace Rekkord.Engine.Saving;

/// <summary>What the threads of one save share.</summary>
internal sealed class SaveContext : IDisposable
{
    /// <summary>Files of at most so many bytes are read whole by a worker, which keeps those that lie together together.</summary>
    public const int SmallFileSize = 512 * 1024;

    // Enough for the workers never to wait for the walk, little enough for a stop to be prompt.
    private const int QueueLength = 64;

    // One that is read into, one that waits, and one for each worker.
    private const int SpareSlabs = 2;
    private const int SlabLength = 2 * 1024 * 1024;

    [ThreadStatic]
    private static TreeEntryEncoder? _encoder;

    private readonly ISaveObserver _observer;

    public SaveContext(
        RepositoryAccess repository,
        SaveRequest request,
        WriteSession sink,
        FileCache cache,
        FileCacheWriter cacheWriter,
        PatternSet exclusions,
        TimeProvider clock,
        ISaveObserver observer,
        WorkerThreads threads)
    {
        Repository = repository;
        Request = request;
        Sink = sink;
        Cache = cache;
        CacheWriter = cacheWriter;
        Trust = new StatusTrust(clock);
        _observer = observer;
        Errors = new ErrorLog(observer.EntryFailed);
        Threads = threads;
        Slabs = new SlabPool(WorkerThreads.CountFor(request.Threads) + SpareSlabs, Math.Max(SlabLength, 2 * repository.Chunker.Sizes.Maximum));
        Exclusions = exclusions;
    }

    public RepositoryAccess Repository { get; }

    public SaveRequest Request { get; }

    public WriteSession Sink { get; }

    public FileCache Cache { get; }

    public FileCacheWriter CacheWriter { get; }

    public StatusTrust Trust { get; }

    public SlabPool Slabs { get; }

    /// <summary>What to leave out; asked by the walking thread only.</summary>
    public PatternSet Exclusions { get; }

    public LocalFileSystem Files { get; } = MachineFileSystem.Current;

    public SaveCounters Counters { get; } = new();

    /// <summary>The file that the walk came to last and that is read, for progress; null in a directory where there is none yet.</summary>
    public FileItem? CurrentFile { get; set; }

    public BlockingCollection<IWork> Queue { get; } = new(QueueLength);

    public WorkerThreads Threads { get; }

    public CancellationToken Cancellation => Threads.Cancellation;

    /// <summary>Entries that are not saved whole.</summary>
    public ErrorLog Errors { get; }

    /// <summary>This thread's encoder.</summary>
    public static TreeEntryEncoder Encoder => _encoder ??= new TreeEntryEncoder();

    /// <summary>Reports an entry that is not saved whole.</summary>
    public void Report(RekkordException error) => Errors.Add(error);

    public void Warn(string message) => _observer.Warn(message);

    /// <summary>Counts an entry that a rule leaves out.</summary>
    /// <param name="path">The entry.</param>
    /// <param name="rule">The rule, as the reason in a sentence.</param>
    public void Omit(string path, string rule)
    {
        Counters.AddOmitted();
        if (Request.TellEntries)
            _observer.Detail($"'{path}' is left out: {rule}");
    }

    /// <summary>Tells of a file that is read.</summary>
    /// <param name="file">The file.</param>
    /// <param name="known">What the last save knew of it; null when it knew nothing.</param>
    public void TellReading(FileItem file, CachedEntry? known)
    {
        if (Request.TellEntries)
            _observer.Detail($"Saving '{file.DisplayPath}'{(DescribeChange(known) is { } change ? $", which {change}" : "")}.");
    }

    /// <summary>Tells of an entry that would be saved.</summary>
    /// <param name="path">The entry.</param>
    /// <param name="known">What the last save knew of it; null when it knew nothing.</param>
    /// <param name="isUnchanged">Whether it is as the last save left it.</param>
    public void TellRehearsed(string path, CachedEntry? known, bool isUnchanged)
    {
        if (Request.TellEntries)
            _observer.Detail($"'{path}' would be saved{((isUnchanged ? "has not changed" : DescribeChange(known)) is { } change ? $", and {change}" : "")}.");
    }

    /// <summary>How an entry that is not as the last save left it differs; null when that is not known.</summary>
    private string? DescribeChange(CachedEntry? known) => known switch
    {
        null => Cache.IsEmpty || Request.IgnoreCache ? null : "is new",
        { StatusHash: var hash } when hash == StatusHash.None => "may have changed",
        _ => "has changed",
    };

    /// <summary>Says that an entry was gone when its turn came: one that was asked for by name is missing, another was just deleted.</summary>
    public void ReportGone(string path, bool isNamed)
    {
        var message = $"'{path}' was gone when the save came to it, and is not in the snapshot.";
        if (isNamed)
            Report(new RekkordException("SourceVanished", RekkordErrorKind.NotFound, message, path));
        else
            Warn(message);
    }

    /// <summary>Reports an entry that is larger than any reader takes, and encodes it without its content, marked.</summary>
    public byte[] EncodeTooLarge(TreeEntry entry, string path)
    {
        Report(new RekkordException(
            "EntryTooLarge",
            RekkordErrorKind.ReadError,
            $"'{path}' has more parts than its entry can list ({FormatLimits.Entry / 1024 / 1024} MiB). Its content is not saved. Split it up.",
            path));
        return Encoder.Encode(entry with { Chunks = default, ChunkLists = default, DataRanges = [], Flags = entry.Flags | EntryFlags.Unreadable });
    }

    /// <summary>Describes an entry's metadata for storing.</summary>
    public FileMetadata Describe(in FileStatus status, IReadOnlyList<ExtendedAttribute> attributes, byte[]? securityDescriptor)
    {
        var unix = !OperatingSystem.IsWindows();
        return new FileMetadata
        {
            Kind = status.Kind,
            Mode = unix ? status.Mode : null,
            UserId = unix ? status.UserId : null,
            GroupId = unix ? status.GroupId : null,
            UserName = unix ? Files.GetUserName(status.UserId) : null,
            GroupName = unix ? Files.GetGroupName(status.GroupId) : null,
            ModifiedTime = status.ModifiedTime,
            CreatedTime = status.CreatedTime,
            WindowsAttributes = unix ? null : status.WindowsAttributes,
            SecurityDescriptor = securityDescriptor,
            ExtendedAttributes = attributes,
        };
    }

    public void Dispose()
    {
        Slabs.Dispose();
        Queue.Dispose();
    }
}
