using System.Collections.Concurrent;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Memory;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>A source that has changed since it was saved, and what every store of its repository must still give back.</summary>
public sealed class StoredHistory : ISaveObserver, IRestoreObserver, IDisposable
{
    private readonly TestRepository _directories = new();
    private readonly SortedDictionary<string, string> _earlier;
    private readonly SortedDictionary<string, string> _later;
    private readonly string _lostKeyFile;
    private int _destinations;

    public StoredHistory()
    {
        Saved[ObjectName.Descriptor] = _directories.SmallPacksDescriptor();
        for (var i = 0; i < 8; i++)
            _directories.Write($"d{i % 2}/file{i}", TestRepository.RandomBytes(i, 20_000));
        _directories.Write("large", TestRepository.RandomBytes(99, 300_000));
        EarlierId = Save(Saved).Snapshot.Id.ToString();
        _earlier = TreeListing.Of(_directories.Source);
        _directories.Write("d0/file0", TestRepository.RandomBytes(100, 30_000));
        _directories.Write("new", TestRepository.RandomBytes(101, 200_000));
        _later = TreeListing.Of(_directories.Source);
        (_lostKeyFile, LostKeyId) = _directories.Derive(KeyRole.ReadWrite, "lost.key");
    }

    /// <summary>The repository with the earlier snapshot alone; copied before it is used.</summary>
    internal MemoryObjectStore Saved { get; } = new();

    public string EarlierId { get; }

    /// <summary>The ID of a keyfile that is to be revoked.</summary>
    public byte[] LostKeyId { get; }

    public ConcurrentQueue<RekkordException> Failed { get; } = new();

    internal static MemoryObjectStore Copy(MemoryObjectStore store)
    {
        var copy = new MemoryObjectStore();
        foreach (var found in store.List(""))
            copy[found.Name] = (byte[])store[found.Name].Clone();
        return copy;
    }

    /// <summary>Makes a repository as a user does.</summary>
    internal void Initialize(IObjectStore store) => RepositoryAccess.Initialize(store, KeyFile.Read(_directories.KeyFilePath));

    internal RepositoryAccess Open(IObjectStore store, CancellationToken cancellation = default) =>
        RepositoryAccess.Open(store, KeyFile.Read(_directories.KeyFilePath), cancellation);

    internal SaveResult Save(IObjectStore store, CancellationToken cancellation = default) => Save(Open(store, cancellation), cancellation);

    /// <summary>Saves with the keyfile that is to be revoked.</summary>
    internal SaveResult SaveWithLostKey(IObjectStore store) => Save(RepositoryAccess.Open(store, KeyFile.Read(_lostKeyFile)));

    internal Revocation RevokeLostKey(IObjectStore store) =>
        new KeyRevocation(Open(store), static _ => { }).Run(LostKeyId, distrustExisting: false, "", CancellationToken.None);

    private SaveResult Save(RepositoryAccess repository, CancellationToken cancellation = default)
    {
        var request = new SaveRequest
        {
            Channel = "test",
            Paths = [FileName.FromText(_directories.Source)],
            CacheDirectory = _directories.CacheDirectory,
            Threads = 1,
        };
        return new SaveOperation(repository, request, this).Run(cancellation);
    }

    internal ScanResult Scan(IObjectStore store, bool repair = false, CancellationToken cancellation = default) => new ScanOperation(
        Open(store, cancellation), new ScanRequest { Full = true, Repair = repair, CacheDirectory = _directories.CacheDirectory, Threads = 1 }, static _ => { }).Run(cancellation);

    /// <summary>Lists the snapshots.</summary>
    /// <returns>Their IDs, and how many tags could not be read.</returns>
    internal (IReadOnlyList<string> Ids, int Damaged) List(IObjectStore store)
    {
        var damaged = 0;
        var snapshots = new SnapshotStore(Open(store)).List(_ => damaged++, CancellationToken.None);
        return ([.. snapshots.Select(snapshot => snapshot.Id.ToString())], damaged);
    }

    /// <summary>Restores a snapshot into a new directory; what comes out is what was saved, or is missing and reported.</summary>
    /// <returns>Whether all came out.</returns>
    internal bool Restore(IObjectStore store, string snapshot, CancellationToken cancellation = default) => Restore(store, snapshot, out _, cancellation);

    /// <summary>The same, and says which entries did not come out.</summary>
    internal bool Restore(IObjectStore store, string snapshot, out IReadOnlyList<string> missing, CancellationToken cancellation = default)
    {
        var destination = $"{_directories.Destination}{Interlocked.Increment(ref _destinations)}";
        var request = new RestoreRequest { Snapshot = snapshot, Path = _directories.Source, Destination = destination, Threads = 1 };
        try
        {
            var result = new RestoreOperation(Open(store, cancellation), request, this).Run(cancellation);
            missing = Compare(snapshot, destination, result.ErrorCount > 0);
            return result.ErrorCount == 0;
        }
        catch (RekkordException)
        {
            if (Directory.Exists(destination))
                Compare(snapshot, destination, reported: true);
            throw;
        }
        finally
        {
            if (Directory.Exists(destination))
                Directory.Delete(destination, recursive: true);
        }
    }

    public void EntryFailed(RekkordException error) => Failed.Enqueue(error);

    public void Warn(string message)
    {
        // Warnings are about what touches no content.
    }

    public void Detail(string message)
    {
        // Nor are details.
    }

    public void Dispose() => _directories.Dispose();

    private string[] Compare(string snapshot, string destination, bool reported)
    {
        var saved = snapshot == EarlierId ? _earlier : _later;
        var restored = TreeListing.Of(destination);
        var wrong = restored.Where(entry => entry.Value.StartsWith("File", StringComparison.Ordinal) && saved.GetValueOrDefault(entry.Key) != entry.Value);
        Assert.Empty(wrong);
        if (!reported)
            Assert.Equal(saved, restored);
        return [.. saved.Keys.Except(restored.Keys)];
    }
}
