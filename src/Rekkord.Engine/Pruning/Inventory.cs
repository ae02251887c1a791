using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Pruning;

/// <summary>What snapshots there are, and what was said of them, at one time. What cannot be read refuses the run: who deletes must not guess.</summary>
/// <param name="Condemned">What is condemned.</param>
/// <param name="Removals">What is removed.</param>
/// <param name="Listed">The snapshots as listings know them.</param>
/// <param name="Snapshots">The names of all snapshots' objects.</param>
internal sealed record Inventory(CondemnedList Condemned, RemovalList Removals, IReadOnlyList<Snapshot> Listed, IReadOnlyList<string> Snapshots)
{
    /// <exception cref="RekkordException">A record cannot be read (<c>PruneRefused</c>), or the store failed.</exception>
    public static Inventory Load(RepositoryAccess repository, CancellationToken cancellation)
    {
        var condemned = CondemnedList.Load(repository, cancellation);
        var store = new SnapshotStore(repository);
        var (listed, _, removals) = store.ListAll(cancellation);
        RekkordException[] unread = [.. condemned.Unread, .. store.Records.LoadRevocations(cancellation).Damaged, .. removals.Unread];
        if (unread is [var first, ..])
        {
            throw new RekkordException(
                "PruneRefused",
                first.Kind,
                $"Nothing was deleted, because it is not known what may be: {first.Message} Try again. If it is damaged, run Invoke-RekkordScan -Repair first.",
                first.Target,
                first);
        }

        return new Inventory(condemned, removals, listed, [.. repository.List(ObjectName.Snapshots, cancellation).Select(found => found.Name)]);
    }

    /// <summary>What becomes of a snapshot.</summary>
    /// <param name="name">Its object.</param>
    /// <param name="records">The records by which snapshots are deleted now.</param>
    public SnapshotFate FateOf(string name, IReadOnlyList<CondemnedRecord> records) =>
        Removals.Find(name) is null ? SnapshotFate.Live
        : CondemnedList.Names(name, Removals, records) ? SnapshotFate.Leaving
        : SnapshotFate.Removed;

    /// <summary>The tags of snapshots, by name: each was asked itself, for a catalogue may say something else of it.</summary>
    public List<string> FindTags(RepositoryAccess repository, IReadOnlySet<string> snapshots, CancellationToken cancellation)
    {
        var records = new SnapshotRecords(repository);
        return [.. Listed.Where(snapshot => snapshot.TagName.Length > 0 && snapshots.Contains(snapshot.ObjectName)).Select(snapshot => snapshot.TagName).Where(IsOfThese)];

        bool IsOfThese(string tag)
        {
            try
            {
                return snapshots.Contains(records.ReadTag(tag, cancellation).ObjectName);
            }
            catch (RekkordException error) when (error.MeansLoss || error.Kind == RekkordErrorKind.NotFound)
            {
                return false;
            }
        }
    }
}
