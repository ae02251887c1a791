using System.Collections.Concurrent;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Index;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Workers;

namespace Rekkord.Engine.Restoring;

/// <summary>What the threads of one restore share.</summary>
internal sealed class RestoreContext : IDisposable
{
    private const int QueueLength = 32;

    private readonly IRestoreObserver _observer;
    private long _files;
    private long _directories;
    private long _size;
    private long _verified;
    private long _writing;

    public RestoreContext(RepositoryAccess repository, RestoreRequest request, BlobReader blobs, IRestoreObserver observer, CancellationToken cancellation)
    {
        Repository = repository;
        Request = request;
        Blobs = blobs;
        _observer = observer;
        Tally = new RestoreTally(observer);
        Restrictions = new Restrictions(request.Owner, request.NoSpecial, Tally);
        Errors = new ErrorLog(observer.EntryFailed);
        Threads = new WorkerThreads("restore", cancellation);
    }

    public RepositoryAccess Repository { get; }

    public RestoreRequest Request { get; }

    /// <summary>When the restore began.</summary>
    public FileTime StartTime { get; } = FileTime.Now;

    public BlobReader Blobs { get; }

    public RestoreTally Tally { get; }

    public Restrictions Restrictions { get; }

    public BlockingCollection<Action> Queue { get; } = new(QueueLength);

    public WorkerThreads Threads { get; }

    public CancellationToken Cancellation => Threads.Cancellation;

    public long Files => Interlocked.Read(ref _files);

    public long Directories => Interlocked.Read(ref _directories);

    public long Size => Interlocked.Read(ref _size);

    /// <summary>Bytes of the files made, and of what was written of others.</summary>
    public long WrittenSize => Size + Interlocked.Read(ref _writing);

    /// <summary>The file that was begun last, for progress.</summary>
    public FileRestore? CurrentFile { get; set; }

    public long VerifiedFiles => Interlocked.Read(ref _verified);

    /// <summary>Entries that are missing or not as they were saved.</summary>
    public ErrorLog Errors { get; }

    public void CountFile(long size)
    {
        Interlocked.Increment(ref _files);
        Interlocked.Add(ref _size, size);
    }

    /// <summary>Counts what was written of a file, or takes it back when the file is made or given up.</summary>
    public void CountWriting(long length) => Interlocked.Add(ref _writing, length);

    public void CountDirectory() => Interlocked.Increment(ref _directories);

    public void CountVerified() => Interlocked.Increment(ref _verified);

    public void Report(RekkordException error) => Errors.Add(error);

    public void Warn(string message) => _observer.Warn(message);

    /// <summary>Tells of a file that is restored.</summary>
    public void TellRestored(Func<string> path)
    {
        if (Request.TellEntries)
            _observer.Detail($"Restored '{path()}'.");
    }

    /// <summary>Tells of metadata that is not as it was saved.</summary>
    /// <param name="path">Gives the entry's path.</param>
    /// <param name="problems">What is different.</param>
    public void Tell(Func<string> path, IReadOnlyList<MetadataProblem> problems)
    {
        foreach (var problem in problems)
        {
            if (problem.IsSilent)
                Tally.NotKept(problem.Property, path(), problem.Message);
            else
                Warn($"'{path()}': {problem.Message}");
        }
    }

    public void Dispose()
    {
        Threads.Dispose();
        Queue.Dispose();
    }
}
