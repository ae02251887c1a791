using System.Collections.Concurrent;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Pruning;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Retention;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Memory;

namespace Rekkord.Engine.Tests.Pruning;

/// <summary>
/// A repository in memory that several machines use, with one clock that a test moves. It remembers what every reported snapshot must give back, and so can tell at
/// any time whether something was lost.
/// </summary>
internal sealed class PrunedWorld : ISaveObserver, IRestoreObserver, IDisposable
{
    private static int _count;

    private readonly TestRepository _directories = new();
    private readonly ConcurrentDictionary<string, SortedDictionary<string, string>> _reported = new(StringComparer.Ordinal);
    private readonly byte[] _descriptor;
    private readonly int _number = Interlocked.Increment(ref _count);
    private int _destinations;

    public PrunedWorld()
    {
        _descriptor = _directories.SmallPacksDescriptor(packSize: 32 * 1024);
        Store = new MemoryObjectStore { Clock = Clock };
        Store[ObjectName.Descriptor] = _descriptor;
    }

    public ManualClock Clock { get; } = new();

    public MemoryObjectStore Store { get; private set; }

    public ConcurrentQueue<string> Warnings { get; } = new();

    /// <summary>The source's directory.</summary>
    public string Source => _directories.Source;

    /// <summary>How long marks wait.</summary>
    public static TimeSpan Wait { get; } = TimeSpan.FromDays(7);

    /// <summary>Begins with a copy of what a store has, times and all.</summary>
    public void Reset(MemoryObjectStore from, DateTimeOffset now)
    {
        Clock.Now = now;
        Store = new MemoryObjectStore { Clock = Clock };
        foreach (var found in from.List("", CancellationToken.None))
        {
            Clock.Now = found.ModifiedTime;
            Store[found.Name] = (byte[])from[found.Name].Clone();
        }

        Clock.Now = now;
        foreach (var name in _reported.Keys.Where(name => !Store.Exists(name, CancellationToken.None)))
            _reported.TryRemove(name, out _);
    }

    /// <summary>Makes the source hold one of some states. The states have files in common.</summary>
    public void Write(int state)
    {
        _directories.Write("shared/one", TestRepository.RandomBytes(1, 20_000));
        _directories.Write("shared/two", TestRepository.RandomBytes(2, 15_000));
        _directories.Write("changing/three", TestRepository.RandomBytes(100 + state, 30_000));
        _directories.Write("changing/four", TestRepository.RandomBytes(200 + state, 12_000));
        _directories.Write("large", TestRepository.RandomBytes(300 + (state / 2), 90_000));
    }

    /// <summary>Makes the source have a small file in one of some states, beside what it has.</summary>
    public void WriteSmall(int state, string name = "small", int length = 300) => _directories.Write(name, TestRepository.RandomBytes(400 + state, length));

    public RepositoryAccess Open(IObjectStore? store = null) => RepositoryAccess.Open(store ?? Store, KeyFile.Read(_directories.KeyFilePath));

    /// <summary>Makes a keyfile of a role and opens the repository with it.</summary>
    public RepositoryAccess Open(KeyRole role) => RepositoryAccess.Open(Store, KeyFile.Read(_directories.Derive(role, $"{role}.key").Path));

    /// <summary>Saves what the source has now, on a machine with caches of its own.</summary>
    public Snapshot Save(IObjectStore? store = null, string machine = "one", RepositoryAccess? repository = null)
    {
        var saved = TreeListing.Of(Source);
        var request = new SaveRequest { Channel = "test", Paths = [FileName.FromText(Source)], CacheDirectory = $"{_directories.CacheDirectory}-{machine}-{_number}", Threads = 1 };
        var result = new SaveOperation(repository ?? Open(store), request, this) { Clock = Clock }.Run(CancellationToken.None);
        _reported[result.Snapshot.ObjectName] = saved;
        return result.Snapshot;
    }

    public void Remove(params Snapshot[] snapshots) => new RemovalOperation(Open(), Raise).Remove(snapshots, force: true, CancellationToken.None);

    /// <summary>Brings a snapshot back.</summary>
    /// <returns>Whether that was reported.</returns>
    public bool BringBack(Snapshot snapshot, IObjectStore? store = null)
    {
        var operation = new RemovalOperation(Open(store), _ => { });
        return operation.BringBack(operation.Find(found => found.ObjectName == snapshot.ObjectName, removed: true, CancellationToken.None), CancellationToken.None).Count > 0;
    }

    public PruneResult Prune(IObjectStore? store = null, RepositoryAccess? repository = null)
    {
        var operation = CreatePrune(repository ?? Open(store));
        operation.Plan(CancellationToken.None);
        return operation.Run(CancellationToken.None);
    }

    public PruneResult Plan() => CreatePrune(Open()).Plan(CancellationToken.None);

    public ScanResult Scan(IObjectStore? store = null, bool full = false, bool repair = false) => new ScanOperation(
        Open(store), new ScanRequest { Full = full, Repair = repair, CacheDirectory = $"{_directories.CacheDirectory}-scan-{_number}", Threads = 1 }, static _ => { }).Run(CancellationToken.None);

    /// <summary>Checks that every snapshot that was reported and is not removed is there and gives back what was saved, and that a scan finds nothing.</summary>
    /// <param name="deleted">Snapshots that may be gone.</param>
    public void Check(params Snapshot[] deleted)
    {
        var gone = deleted.Select(snapshot => snapshot.ObjectName).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, saved) in _reported.Where(one => !gone.Contains(one.Key)))
            Assert.Equal(saved, Restore(name));
        Assert.Empty(Scan().Problems.Select(problem => $"{problem.Kind}: {problem.Message}"));
    }

    /// <summary>Forgets which snapshots were reported.</summary>
    public void Forget(Snapshot snapshot) => _reported.TryRemove(snapshot.ObjectName, out _);

    /// <summary>The names of the packs of file content.</summary>
    public IReadOnlyList<string> DataPacks()
    {
        var repository = Open();
        return [.. Store.List(ObjectName.Packs, CancellationToken.None).Where(IsOfData).Select(found => found.Name)];

        bool IsOfData(ObjectInfo found) => new TableOfContentsReader(PackTables.Read(repository, found, CancellationToken.None).Contents.Span).Kind == PackKind.Data;
    }

    public long SizeOf(string folder) => Store.List(folder, CancellationToken.None).Sum(found => found.Size);

    public void EntryFailed(RekkordException error) => throw error;

    public void Warn(string message) => Warnings.Enqueue(message);

    public void Detail(string message)
    {
        // Nothing is asked of details here.
    }

    public void Dispose() => _directories.Dispose();

    public PruneOperation CreatePrune(RepositoryAccess repository) => new(
        repository, new PruneRequest { SweepAfter = Wait, CacheDirectory = $"{_directories.CacheDirectory}-prune-{_number}" }, Warn) { Clock = Clock };

    private static void Raise(RekkordException error) => throw error;

    private SortedDictionary<string, string> Restore(string objectName)
    {
        var id = new SnapshotStore(Open()).List(Raise, CancellationToken.None).First(snapshot => snapshot.ObjectName == objectName).Id.ToString();
        var destination = $"{_directories.Destination}{Interlocked.Increment(ref _destinations)}";
        try
        {
            var result = new RestoreOperation(Open(), new RestoreRequest { Snapshot = id, Path = Source, Destination = destination, Threads = 1 }, new RestoreRaising()).Run(CancellationToken.None);
            Assert.Equal(0, result.ErrorCount);
            return TreeListing.Of(destination);
        }
        finally
        {
            if (Directory.Exists(destination))
                Directory.Delete(destination, recursive: true);
        }
    }

    private sealed class RestoreRaising : IRestoreObserver
    {
        public void EntryFailed(RekkordException error) => throw error;

        public void Warn(string message)
        {
            // What is missing is an error.
        }

        public void Detail(string message)
        {
            // As above.
        }
    }
}

/// <summary>A clock that a test sets.</summary>
internal sealed class ManualClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

    public override DateTimeOffset GetUtcNow() => Now;
}
