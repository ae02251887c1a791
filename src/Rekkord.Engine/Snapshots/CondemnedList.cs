using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Snapshots;

/// <summary>
/// The marks and sweeps of a repository. Only those count that the master key or a Prune keyfile signed which was not revoked. Copies on this machine are not
/// used: what the store cannot give any more must not be acted on.
/// </summary>
internal sealed class CondemnedList
{
    /// <summary>The shortest time from a mark to a sweep.</summary>
    public static readonly TimeSpan ShortestWait = TimeSpan.FromDays(3);

    /// <summary>How old a mark may become, by the store's clock, before a save that did not know of it has come too late. A day less than <see cref="ShortestWait"/>, for late listings.</summary>
    public static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(2);

    private readonly HashSet<string> _listed = new(StringComparer.Ordinal);

    /// <summary>The records that count.</summary>
    public List<CondemnedRecord> Records { get; } = [];

    /// <summary>The packs that they name.</summary>
    public HashSet<string> Packs { get; } = new(StringComparer.Ordinal);

    /// <summary>The records that cannot be read.</summary>
    public List<RekkordException> Unread { get; } = [];

    /// <summary>The records that say what is deleted from now on.</summary>
    public IEnumerable<CondemnedRecord> Sweeps => Records.Where(record => record.Kind == CondemnedKind.Sweep);

    /// <summary>Reads all that there are. Needs a key that writes.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="cancellation">Stops between records.</param>
    /// <param name="known">A list from before, whose records are left out; null for none.</param>
    /// <exception cref="StorageException">The store cannot be reached, or a record cannot be read for a reason that may pass.</exception>
    public static CondemnedList Load(RepositoryAccess repository, CancellationToken cancellation, CondemnedList? known = null)
    {
        var list = new CondemnedList();
        var found = list.ListNames(repository, cancellation).Where(name => known?._listed.Contains(name.Name) != true).ToArray();
        if (found.Length == 0)
            return list;
        var revocations = RevocationList.Load(repository, cancellation);
        foreach (var one in found)
        {
            cancellation.ThrowIfCancellationRequested();
            list._listed.Add(one.Name);
            try
            {
                if (CondemnedRecord.Read(repository, one, cancellation) is var record && revocations.TrustsAll(record.KeyId))
                    list.Add(record);
            }
            catch (StorageException error) when (error.Kind == RekkordErrorKind.NotFound)
            {
                // A prune is done with it.
                continue;
            }
            catch (RekkordException error) when (error.MeansLoss)
            {
                list.Unread.Add(error);
            }
        }

        return list;
    }

    /// <summary>Adds a record that counts.</summary>
    public void Add(CondemnedRecord record)
    {
        Records.Add(record);
        Packs.UnionWith(record.Packs.Select(pack => ObjectName.ForPack(pack.ToArray())));
    }

    /// <summary>Whether records say that a snapshot is dead, by a removal that still counts.</summary>
    /// <param name="snapshotName">The snapshot's object.</param>
    /// <param name="removals">What is removed.</param>
    /// <param name="records">The records that are asked.</param>
    public static bool Names(string snapshotName, RemovalList removals, IEnumerable<CondemnedRecord> records)
    {
        var removed = removals.FindAll(snapshotName).Select(removal => new Oid(ObjectName.TryGetHash(removal.RecordName))).ToHashSet();
        if (removed.Count == 0)
            return false;
        var hash = new Oid(ObjectName.TryGetHash(snapshotName));
        return records.Any(record => record.Snapshots.Contains(hash) && record.Removals.Any(removed.Contains));
    }

    private IEnumerable<ObjectInfo> ListNames(RepositoryAccess repository, CancellationToken cancellation)
    {
        try
        {
            return repository.List(ObjectName.Condemned, cancellation);
        }
        catch (StorageException error) when (error.ErrorId == StorageException.ObstructedId)
        {
            Unread.Add(error);
            return [];
        }
    }
}
