using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Scanning;

/// <summary>
/// What a prune deletes, or has deleted. That it is gone, or only half there, is no problem. What a snapshot that stays lacks is one, whatever a prune has said.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="problems">Takes the records that cannot be read.</param>
internal sealed class SweptObjects(RepositoryAccess repository, ProblemList problems)
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private RemovalList _removals = RemovalList.None;
    private CondemnedRecord[] _sweeps = [];

    /// <summary>Reads what prunes have said.</summary>
    public void Load(CancellationToken cancellation)
    {
        try
        {
            var condemned = CondemnedList.Load(repository, cancellation);
            foreach (var error in condemned.Unread)
                problems.Add(ProblemKind.MarkDamaged, error.Target!, error, "Until it is put aside, nothing can be deleted. Run the scan with -Repair.");
            _sweeps = [.. condemned.Sweeps];
            if (_sweeps.Length > 0)
                _removals = RemovalList.Load(repository, new SnapshotRecords(repository), new(StringComparer.Ordinal), cancellation);
        }
        catch (StorageException error)
        {
            problems.Add(ProblemKind.MarkDamaged, error.Target ?? ObjectName.Condemned, error);
        }

        foreach (var sweep in _sweeps)
        {
            _names.UnionWith(sweep.Packs.Select(pack => ObjectName.ForPack(pack.ToArray())));
            _names.UnionWith(sweep.Snapshots.Select(snapshot => ObjectName.For(ObjectName.Snapshots, snapshot.ToArray())).Where(HasSnapshot));
            _names.UnionWith(sweep.Tags.Select(tag => ObjectName.For(ObjectName.Tags, tag.ToArray())));
        }
    }

    /// <summary>Whether an object is among them.</summary>
    public bool Has(string name) => _names.Contains(name);

    /// <summary>Whether a snapshot is among them, and was not brought back before.</summary>
    public bool HasSnapshot(string name) => CondemnedList.Names(name, _removals, _sweeps);

    /// <summary>Drops what is no problem because a prune has deleted it while the scan ran.</summary>
    /// <param name="found">The snapshots that the scan has found, by tags or themselves.</param>
    /// <param name="cancellation">Ends the look.</param>
    public void Dismiss(IEnumerable<Snapshot> found, CancellationToken cancellation)
    {
        if (problems.Count == 0)
            return;
        Load(cancellation);
        var staying = found.Where(snapshot => !HasSnapshot(snapshot.ObjectName)).Select(snapshot => snapshot.Id.ToString()).ToHashSet(StringComparer.Ordinal);
        problems.RemoveAll(problem => !problem.Touched.Any(staying.Contains) && (Has(problem.ObjectName) || (problem.Kind == ProblemKind.ContentMissing && problem.Touched.Count > 0)));
    }
}
