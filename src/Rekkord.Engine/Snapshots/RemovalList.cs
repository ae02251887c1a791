using System.Collections.Concurrent;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Snapshots;

/// <summary>
/// Which snapshots are removed: those that a removal names which nothing has undone. The order in which the records came does not
/// matter, so no clock does, and writers need not know of each other. In doubt a snapshot is there: a removal that cannot be read, or
/// whose key was revoked, removes nothing, and one that brings back counts whatever became of its key.
/// </summary>
internal sealed class RemovalList
{
    private readonly Dictionary<string, List<SnapshotRemoval>> _bySnapshot = new(StringComparer.Ordinal);

    private RemovalList()
    {
    }

    /// <summary>Nothing is removed.</summary>
    public static RemovalList None => new();

    /// <summary>The records that cannot be read.</summary>
    public List<RekkordException> Unread { get; } = [];

    /// <summary>Reads all that there are. Needs a key that can list.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="records">Reads them.</param>
    /// <param name="known">What was read before; a record never changes.</param>
    /// <param name="cancellation">Stops between records.</param>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    public static RemovalList Load(RepositoryAccess repository, SnapshotRecords records, ConcurrentDictionary<string, RemovalRecord> known, CancellationToken cancellation)
    {
        var list = new RemovalList();
        var revocations = records.LoadRevocations(cancellation);
        var read = list.Read(repository, records, known, cancellation);
        if (read.Count == 0)
            return list;
        var undone = read.Where(said => said.Record.BringsBack)
            .SelectMany(said => said.Record.Undone.SelectMany(removal => said.Record.Snapshots.Select(snapshot => (removal, snapshot)))).ToHashSet();
        foreach (var (name, record) in read.Where(said => !said.Record.BringsBack && revocations.TrustsRemoval(said.Record.KeyId, said.Name)))
        {
            var removal = new Oid(ObjectName.TryGetHash(name));
            foreach (var snapshot in record.Snapshots.Where(snapshot => !undone.Contains((removal, snapshot))))
                list.Add(ObjectName.For(ObjectName.Snapshots, snapshot.ToArray()), new SnapshotRemoval(name, record.Time, record.KeyId));
        }

        return list;
    }

    /// <summary>That a snapshot was removed, as the first record says; null when it was not.</summary>
    /// <param name="snapshotName">The snapshot's object.</param>
    public SnapshotRemoval? Find(string snapshotName) => FindAll(snapshotName).MinBy(removal => removal.Time);

    /// <summary>All that removes a snapshot.</summary>
    /// <param name="snapshotName">The snapshot's object.</param>
    public IReadOnlyList<SnapshotRemoval> FindAll(string snapshotName) => _bySnapshot.TryGetValue(snapshotName, out var removals) ? removals : [];

    /// <summary>Reads the records, several at a time: in a repository that lives for years there is one for each night.</summary>
    private List<(string Name, RemovalRecord Record)> Read(
        RepositoryAccess repository, SnapshotRecords records, ConcurrentDictionary<string, RemovalRecord> known, CancellationToken cancellation)
    {
        string[] names = [.. ListNames(repository, cancellation).Select(found => found.Name)];
        if (names.Length == 0)
            return [];
        var read = new RemovalRecord?[names.Length];
        var failed = new RekkordException?[names.Length];
        var unknown = names.Count(name => !known.ContainsKey(name));
        var options = new ParallelOptions { MaxDegreeOfParallelism = SnapshotStore.CountThreads(repository, unknown, unknown), CancellationToken = cancellation };
        Parallel.For(0, names.Length, options, i =>
        {
            try
            {
                read[i] = known.GetOrAdd(names[i], name => records.ReadRemoval(name, cancellation));
            }
            catch (RekkordException error)
            {
                failed[i] = error;
            }
        });
        Unread.AddRange(failed.OfType<RekkordException>());
        return [.. names.Zip(read).Where(one => one.Second is not null).Select(one => (one.First, one.Second!))];
    }

    private IEnumerable<ObjectInfo> ListNames(RepositoryAccess repository, CancellationToken cancellation)
    {
        try
        {
            return repository.List(ObjectName.Removals, cancellation);
        }
        catch (StorageException error) when (error.ErrorId == StorageException.ObstructedId)
        {
            Unread.Add(error);
            return [];
        }
    }

    private void Add(string snapshotName, SnapshotRemoval removal)
    {
        if (!_bySnapshot.TryGetValue(snapshotName, out var removals))
            _bySnapshot[snapshotName] = removals = [];
        removals.Add(removal);
    }
}
