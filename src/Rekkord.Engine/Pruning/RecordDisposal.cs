using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Pruning;

/// <summary>
/// Deletes marks and sweeps that have done their service. A sweep stays for as long as a mark waits, for saves and scans that began before it, and for as long
/// as the store keeps what was deleted.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="sweepAfter">How long a mark waits.</param>
/// <param name="now">The time by the store's clock.</param>
internal sealed class RecordDisposal(RepositoryAccess repository, TimeSpan sweepAfter, DateTimeOffset now)
{
    // Who writes an empty mark looks at it at once, and deletes it.
    private static readonly TimeSpan EmptyMarkAge = TimeSpan.FromDays(30);

    /// <summary>Deletes those of which nothing is left.</summary>
    /// <exception cref="StorageException">The store failed.</exception>
    public void Run(Inventory current, PackCensus census, CancellationToken cancellation)
    {
        var left = census.Waiting.Concat(census.Leaving).Select(pack => new Oid(ObjectName.TryGetHash(pack.Name)))
            .Concat(current.Snapshots.Where(name => current.Removals.Find(name) is not null).Select(name => new Oid(ObjectName.TryGetHash(name)))).ToHashSet();
        CondemnedRecord[] done = [.. current.Condemned.Records.Where(record => now - record.StoredTime >= ShortestLife(record) && !record.Packs.Concat(record.Snapshots).Any(left.Contains))];
        if (done.Length == 0)
            return;
        var kept = FindKept(cancellation);
        ReplacedObjects.Delete(repository, done.Where(record => kept is null ? record.Kind == CondemnedKind.Mark : !NamesOf(record).Any(kept.Contains)).Select(record => record.Name), cancellation);
    }

    private static IEnumerable<string> NamesOf(CondemnedRecord record) =>
    [
        .. record.Packs.Select(pack => ObjectName.ForPack(pack.ToArray())),
        .. record.Snapshots.Select(snapshot => ObjectName.For(ObjectName.Snapshots, snapshot.ToArray())),
        .. record.Tags.Select(tag => ObjectName.For(ObjectName.Tags, tag.ToArray())),
    ];

    private TimeSpan ShortestLife(CondemnedRecord record) =>
        record.Kind == CondemnedKind.Sweep ? sweepAfter
        : record.Packs.Count + record.Snapshots.Count == 0 ? EmptyMarkAge
        : sweepAfter + sweepAfter;

    /// <summary>What was deleted and the store still keeps; null when it does not tell.</summary>
    private HashSet<string>? FindKept(CancellationToken cancellation)
    {
        try
        {
            return [.. repository.Store.ListDeleted(cancellation)];
        }
        catch (StorageException error) when (error.ErrorId == StorageException.AccessDeniedId)
        {
            return null;
        }
    }
}
