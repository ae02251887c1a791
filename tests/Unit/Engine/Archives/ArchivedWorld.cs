using System.Security.Cryptography;
using Rekkord.Engine.Archives;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Pruning;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Retention;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Memory;
using Rekkord.Engine.Tests.Pruning;

namespace Rekkord.Engine.Tests.Archives;

/// <summary>A repository in memory with snapshots of nothing, which cost little, and a clock that a test moves.</summary>
internal sealed class ArchivedWorld : IDisposable
{
    private readonly KeyMaterial _master = KeyMaterial.CreateMaster();
    private readonly TemporaryDirectory _caches = new();
    private int _written;

    public ArchivedWorld()
    {
        Store = new MemoryObjectStore { Clock = Clock };
        RepositoryAccess.Initialize(Store, _master);
    }

    public static TimeSpan Wait { get; } = TimeSpan.FromDays(7);

    public ManualClock Clock { get; } = new();

    public MemoryObjectStore Store { get; }

    public List<string> Warnings { get; } = [];

    public KeyMaterial Derive(KeyRole role) => _master.Derive(role);

    public RepositoryAccess Open(KeyMaterial? keys = null, IObjectStore? store = null) => RepositoryAccess.Open(store ?? Store, keys ?? _master);

    public Snapshot[] Write(int count, KeyMaterial? keys = null)
    {
        var records = new SnapshotRecords(Open(keys));
        return [.. Enumerable.Range(0, count).Select(_ => records.Write(Summary(), [], default))];
    }

    public SnapshotSummary Summary() => new() { Channel = "test", Time = Clock.Now, Paths = [[0x2f]], Note = $"{++_written}" };

    /// <summary>Writes snapshots and lets prunes put them into an archive and delete them themselves.</summary>
    public Snapshot[] WriteArchived(int count, KeyMaterial? keys = null)
    {
        var written = Write(count);
        for (var i = 0; i < 2; i++)
        {
            Clock.Now += Wait;
            Prune(keys);
        }

        Assert.Equal(0, Count(ObjectName.Snapshots) + Count(ObjectName.Tags));
        return written;
    }

    public PruneResult Prune(KeyMaterial? keys = null, IObjectStore? store = null, RepositoryAccess? repository = null)
    {
        var operation = new PruneOperation(repository ?? Open(keys, store), new PruneRequest { SweepAfter = Wait, CacheDirectory = _caches.Path }, Warnings.Add) { Clock = Clock };
        operation.Plan(default);
        return operation.Run(default);
    }

    public void Remove(params Snapshot[] snapshots) => new RemovalOperation(Open(), Raise).Remove(snapshots, force: true, default);

    public ScanResult Scan(bool repair = false, KeyMaterial? keys = null, IObjectStore? store = null) =>
        new ScanOperation(Open(keys, store), new ScanRequest { Repair = repair, CacheDirectory = _caches.Path }, Warnings.Add).Run(default);

    public IReadOnlyList<Snapshot> List(KeyMaterial? keys = null) => new SnapshotStore(Open(keys)).List(Raise, default);

    public IReadOnlyList<Snapshot> ListRemoved() => new SnapshotStore(Open()).ListRemoved(Raise, default);

    public int Count(string folder) => Store.List(folder, default).Count;

    public ArchiveView Archives() => BlockingCalls.Wait(Open().Archives.RefreshAsync(default));

    /// <summary>Stores an archive, whoever signs it.</summary>
    public string Put(KeyMaterial keys, long generation, IEnumerable<string> replaced, params ArchiveMember[] members)
    {
        var bytes = Archive.Encode(keys, generation, replaced, members);
        var name = ObjectName.For(ObjectName.Archives, SHA256.HashData(bytes));
        Store[name] = bytes;
        return name;
    }

    /// <summary>What an archive has, to be put into another.</summary>
    public ArchiveMember[] MembersOf(Archive archive)
    {
        var store = Open().Archives;
        return [.. archive.Entries.Select(entry => new ArchiveMember(entry.Name, entry.Time, entry.Voucher, BlockingCalls.Wait(store.ReadAsync(archive, entry, default))))];
    }

    /// <summary>Checks that snapshots are listed and can be read, with the times at which the store got them.</summary>
    public void CheckAll(IReadOnlyCollection<Snapshot> written, IReadOnlyDictionary<string, DateTimeOffset>? times = null)
    {
        var repository = Open();
        var listed = new SnapshotStore(repository).List(Raise, default).ToDictionary(snapshot => snapshot.ObjectName);
        Assert.Equal(written.Select(snapshot => snapshot.ObjectName).Order(), listed.Keys.Order());
        foreach (var snapshot in written)
        {
            Assert.True(new SnapshotRecords(repository).Read(snapshot.ObjectName, default).Snapshot.Describes(listed[snapshot.ObjectName]));
            if (times is not null)
                Assert.Equal(times[snapshot.ObjectName], listed[snapshot.ObjectName].StoredTime);
        }
    }

    public void Dispose()
    {
        _master.Dispose();
        Store.Dispose();
        _caches.Dispose();
    }

    private static void Raise(RekkordException error) => throw error;
}
