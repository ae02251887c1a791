using Rekkord.Engine.Errors;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Browsing;

/// <summary>
/// A repository that somebody looks around in for a while. The list of its snapshots is read again when it is old, and a part of the index
/// when a new snapshot is opened. What leads to directories and the pages used last stay in memory. For one thread at a time; only
/// <see cref="Interrupt"/> may come from another.
/// </summary>
public sealed class RepositoryView : IDisposable
{
    private static readonly TimeSpan ListAge = TimeSpan.FromSeconds(5);

    private readonly RepositoryAccess _repository;
    private readonly Lock _lock = new();

    // What was replaced, and may still be in use by a listing that is under way.
    private readonly List<Reading> _replaced = [];
    private Reading? _reading;
    private object? _reader;
    private int _uses;
    private bool _isDisposed;

    private SnapshotStore _store;
    private IReadOnlyList<Snapshot>? _snapshots;
    private readonly Dictionary<string, Snapshot> _newest = new(StringComparer.Ordinal);
    private long _listed;

    /// <summary>Looks around in a repository, which belongs to it afterwards.</summary>
    /// <exception cref="RekkordException">The key's role cannot read (<c>KeyRoleInsufficient</c>).</exception>
    public RepositoryView(RepositoryAccess repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        repository.RequireReading();
        _repository = repository;
        _store = new SnapshotStore(repository);
    }

    /// <summary>The directory or URL of the repository.</summary>
    public string Location => _repository.Location;

    /// <summary>Told of what is damaged and does not keep the rest from being read.</summary>
    public Action<string> Warn { get; set; } = static _ => { };

    /// <summary>The snapshots that are not removed, oldest first.</summary>
    /// <exception cref="RekkordException">The store failed.</exception>
    public IReadOnlyList<Snapshot> Snapshots
    {
        get
        {
            if (_snapshots is null || Environment.TickCount64 - _listed > ListAge.TotalMilliseconds)
                ReadList();
            return _snapshots!;
        }
    }

    /// <summary>Has the next look at the snapshots read their list again.</summary>
    public void Refresh() => _snapshots = null;

    /// <summary>The newest snapshot of a channel whose signature counts.</summary>
    /// <exception cref="RekkordException">There is none, or which it is cannot be told.</exception>
    public Snapshot FindNewest(string channel)
    {
        _ = Snapshots;
        if (!_newest.TryGetValue(channel, out var newest))
            _newest[channel] = newest = _store.Find(SnapshotReference.ChannelPrefix + channel, Current.Stop.Token, Warn);
        return newest;
    }

    /// <summary>The directory that holds everything in a snapshot.</summary>
    /// <exception cref="RekkordException">The snapshot or the index is damaged, or the store failed.</exception>
    public SnapshotNode Open(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var id = snapshot.Id.ToString();
        if (Current.Contents.TryGetValue(id, out var known))
            return SnapshotNode.Top(known, Current.Pages);

        // The index that was read does not lead to what was saved since. Another one takes its place, so that memory does not grow.
        if (Current.Covered.Count > 0 && !Current.Covered.Contains(id))
            Replace();
        var reading = Current;
        if (reading.Covered.Count == 0)
            reading.Covered.UnionWith(Snapshots.Select(listed => listed.Id.ToString()));
        if (reading.Contents.Count == Reading.MostContents)
            reading.Contents.Clear();
        var content = reading.Contents[id] = reading.Browser.Open(SnapshotReference.IdPrefix + id, Warn, reading.Stop.Token);
        return SnapshotNode.Top(content, reading.Pages);
    }

    /// <summary>What a directory holds, in the order of the names, read page by page while it is taken.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="reader">Whoever reads, as <see cref="Interrupt"/> names it.</param>
    /// <param name="failed">Told of pages that cannot be read.</param>
    public IEnumerable<SnapshotNode> List(SnapshotNode directory, object reader, Action<RekkordException> failed)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(failed);
        using var nodes = directory.List().GetEnumerator();
        while (Read(reader, nodes.MoveNext))
        {
            if (nodes.Current.Error is { } error)
                failed(error);
            else
                yield return nodes.Current.Value!;
        }
    }

    /// <summary>Opens the content of a file. The first call takes a while: it loads the rest of the index.</summary>
    /// <exception cref="RekkordException">Reading failed.</exception>
    public Stream OpenContent(SnapshotNode file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.OpenContent(Current.Stop.Token);
    }

    /// <summary>Runs something that reads, so that it can be interrupted.</summary>
    /// <param name="reader">Whoever reads.</param>
    /// <param name="read">What reads. No code of others is run in it.</param>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    /// <exception cref="RekkordException">The view was closed (<c>DriveRemoved</c>).</exception>
    public T Read<T>(object reader, Func<T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        lock (_lock)
        {
            if (_isDisposed)
                throw new RekkordException("DriveRemoved", RekkordErrorKind.InvalidOperation, $"The drive of '{Location}' was removed while it was in use. New-PSDrive makes another one.", Location);
            _reader = reader;
            if (_reading is { Stop.IsCancellationRequested: true })
                Replace();
        }

        try
        {
            return read();
        }
        finally
        {
            lock (_lock)
                _reader = null;
        }
    }

    /// <summary>Ends what a reader is reading, if it is; what others will read later is not touched.</summary>
    public void Interrupt(object reader)
    {
        lock (_lock)
        {
            if (ReferenceEquals(_reader, reader))
                _reading?.Stop.Cancel();
        }
    }

    /// <summary>Keeps what is in use until it is given back.</summary>
    public void BeginUse() => _uses++;

    /// <summary>Gives back what <see cref="BeginUse"/> kept.</summary>
    public void EndUse()
    {
        if (--_uses > 0)
            return;
        _replaced.ForEach(reading => reading.Dispose());
        _replaced.Clear();
    }

    /// <summary>Closes the repository and wipes its keys.</summary>
    public void Dispose()
    {
        lock (_lock)
            _isDisposed = true;
        _replaced.ForEach(reading => reading.Dispose());
        _replaced.Clear();
        _reading?.Dispose();
        _reading = null;
        _repository.Dispose();
    }

    /// <summary>What reads at present.</summary>
    private Reading Current
    {
        get
        {
            lock (_lock)
                return _reading ??= new Reading(_repository);
        }
    }

    private void Replace()
    {
        lock (_lock)
        {
            if (_reading is not null)
                _replaced.Add(_reading);
            _reading = null;
        }
    }

    private void ReadList()
    {
        // A store reads once who was revoked.
        _store = new SnapshotStore(_repository);
        var unread = 0;
        var snapshots = _store.List(_ => unread++, Current.Stop.Token, Warn);
        if (unread > 0)
            Warn($"{unread} tag(s) in '{Location}' could not be read, so snapshots may be missing. Run Invoke-RekkordScan.");
        (_snapshots, _listed) = (snapshots, Environment.TickCount64);
        _newest.Clear();
    }

    /// <summary>What was read of the repository and is kept.</summary>
    private sealed class Reading(RepositoryAccess repository) : IDisposable
    {
        /// <summary>More snapshots than these are opened anew when somebody comes back to them.</summary>
        public const int MostContents = 64;

        public CancellationTokenSource Stop { get; } = new();

        public SnapshotBrowser Browser { get; } = new(repository);

        public RecentPages Pages { get; } = new();

        /// <summary>The opened snapshots, by their IDs.</summary>
        public Dictionary<string, SnapshotContent> Contents { get; } = new(StringComparer.Ordinal);

        /// <summary>The IDs of the snapshots that the index leads to.</summary>
        public HashSet<string> Covered { get; } = new(StringComparer.Ordinal);

        public void Dispose()
        {
            Browser.Dispose();
            Stop.Dispose();
        }
    }
}
