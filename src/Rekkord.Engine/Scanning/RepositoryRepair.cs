using Rekkord.Engine.Errors;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Scanning;

/// <summary>
/// Repairs what a scan found, and deletes nothing that anything relies on. What can be read of damaged packs is stored again. Damaged objects, and those that the
/// medium has lost, are moved to <c>damaged/</c>, so that nothing relies on them and the next save stores again what it still finds.
/// Indexes and tags are made again from packs and snapshots. What replaces an object is durable before the object is moved.
/// </summary>
internal sealed class RepositoryRepair
{
    private readonly RepositoryAccess _repository;
    private readonly IReadOnlyList<RepositoryProblem> _problems;
    private readonly IReadOnlyList<StoredPack> _packs;
    private readonly IReadOnlyList<StoredPack> _unindexed;
    private readonly SortedSet<string> _damaged = new(StringComparer.Ordinal);

    /// <summary>Prepares a repair.</summary>
    /// <param name="repository">The repository, opened with a key that can read and write.</param>
    /// <param name="problems">What the scan found.</param>
    /// <param name="packs">All packs whose directories are known, damaged or not.</param>
    /// <param name="unindexed">Those among them that no index names.</param>
    public RepositoryRepair(
        RepositoryAccess repository, IReadOnlyList<RepositoryProblem> problems, IReadOnlyList<StoredPack> packs, IReadOnlyList<StoredPack> unindexed)
    {
        _repository = repository;
        _problems = problems;
        _packs = packs;
        _unindexed = unindexed;
    }

    /// <summary>Repairs.</summary>
    /// <param name="untagged">Snapshots without a tag.</param>
    /// <param name="tags">The tags that can be read.</param>
    /// <param name="cancellation">Stops between objects; a further repair goes on from there.</param>
    public void Run(IReadOnlyList<Snapshot> untagged, IReadOnlyList<Snapshot> tags, CancellationToken cancellation)
    {
        LookAgain(cancellation);
        SalvagePacks(cancellation);
        MoveDamaged(cancellation);
        RenewIndexes(cancellation);
        untagged = [.. untagged.Where(snapshot => IsReported(ProblemKind.TagMissing, snapshot))];
        _repository.Store.MakeDurable([.. untagged.Select(snapshot => snapshot.ObjectName)], cancellation);
        foreach (var snapshot in untagged)
        {
            new SnapshotRecords(_repository).WriteTag(snapshot.Id, ObjectName.TryGetHash(snapshot.ObjectName)!, snapshot.Summary, cancellation);
            Note(ProblemKind.TagMissing, snapshot.ObjectName, "tag made again");
        }

        foreach (var tag in tags.Where(tag => (IsReported(ProblemKind.SnapshotMissing, tag) || _damaged.Contains(tag.ObjectName)) && !_repository.Store.Exists(tag.ObjectName, cancellation) && _repository.Store.Exists(tag.TagName, cancellation)))
            Note(ProblemKind.SnapshotMissing, tag.ObjectName, $"its tag was moved to '{MoveToQuarantine(tag.TagName, cancellation)}'");
    }

    /// <summary>
    /// Finds out which of the objects are still damaged when they are read once more; only these are moved to quarantine, and those that a revoked
    /// key signed.
    /// </summary>
    private void LookAgain(CancellationToken cancellation)
    {
        _damaged.UnionWith(_problems.Where(problem => problem.Kind == ProblemKind.SignerRevoked).Select(problem => problem.ObjectName).Where(name => _repository.Store.Exists(name, cancellation)));
        var look = new Recheck(_repository);
        foreach (var problem in _problems.Where(MayBeQuarantined))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!_repository.Store.Exists(problem.ObjectName, cancellation))
                continue;
            if (look.IsSound(problem.ObjectName, cancellation) is not { } sound)
                continue;
            if (sound)
                problem.Repair = "read correctly the second time, and left where it is: check the disk, cable and memory";
            else
                _damaged.Add(problem.ObjectName);
        }
    }

    private static bool MayBeQuarantined(RepositoryProblem problem) => problem.Kind switch
    {
        ProblemKind.PackDamaged or ProblemKind.IndexDamaged or ProblemKind.TagDamaged or ProblemKind.SnapshotDamaged or ProblemKind.CatalogueDamaged or ProblemKind.RemovalDamaged or ProblemKind.MarkDamaged => true,

        // Not the revocations: without one, its key would count again.
        ProblemKind.Unreadable => ObjectName.TryGetHash(problem.ObjectName) is not null,
        ProblemKind.Obstructed => IsInTheWay(problem),
        _ => false,
    };

    /// <summary>
    /// Whether something stands in the place of one object, and can be moved to quarantine like a damaged one. In the place of a folder it may be the
    /// owner's own way to it; and a key whose revocation cannot be read stays revoked.
    /// </summary>
    private static bool IsInTheWay(RepositoryProblem problem) => problem.Kind == ProblemKind.Obstructed
        && ObjectName.IsWellFormed(problem.ObjectName) && !problem.ObjectName.StartsWith(ObjectName.Revocations, StringComparison.Ordinal);

    private void SalvagePacks(CancellationToken cancellation)
    {
        var names = _damaged.Where(name => ObjectName.IsWellFormed(ObjectName.Packs, name)).ToHashSet(StringComparer.Ordinal);
        var known = _packs.Where(pack => names.Contains(pack.Name)).ToArray();
        StoredPack[] damaged = [.. known, .. ReadAgain(names.Except(known.Select(pack => pack.Name)), cancellation)];
        var unindexed = _unindexed.Where(pack => !names.Contains(pack.Name)).ToArray();
        if (damaged.Length == 0 && unindexed.Length == 0)
            return;
        var salvage = new PackSalvage(_repository, _packs.Where(pack => !names.Contains(pack.Name)), CondemnedList.Load(_repository, cancellation));
        foreach (var (name, error) in salvage.Run(damaged, unindexed, cancellation))
        {
            _damaged.Remove(name);
            Note(name, $"left where it is, because its content could not be read now: {error.Message}");
        }
    }

    /// <summary>Reads the directories of packs once more: one that was misread for a moment, and that no index has, must not cost what is in the pack.</summary>
    private List<StoredPack> ReadAgain(IEnumerable<string> names, CancellationToken cancellation)
    {
        var wanted = names.ToHashSet(StringComparer.Ordinal);
        var read = new List<StoredPack>();
        foreach (var found in wanted.Count == 0 ? [] : _repository.List(ObjectName.Packs, cancellation).Where(pack => wanted.Contains(pack.Name)))
        {
            try
            {
                read.Add(PackTables.Read(_repository, found, cancellation));
            }
            catch (RekkordException error) when (error.MeansLoss)
            {
                // It is damaged for good, as the scan has said: nothing tells what lies where.
                continue;
            }
        }

        return read;
    }

    private void MoveDamaged(CancellationToken cancellation)
    {
        foreach (var name in _damaged)
        {
            cancellation.ThrowIfCancellationRequested();
            Note(name, $"moved to '{MoveToQuarantine(name, cancellation)}'");
        }
    }

    /// <summary>Replaces each index that names a pack that is gone by one without it; otherwise every later scan would miss that pack.</summary>
    private void RenewIndexes(CancellationToken cancellation)
    {
        var present = _repository.List(ObjectName.Packs, cancellation).Where(found => found.Obstacle is null).ToDictionary(pack => pack.Name, StringComparer.Ordinal);
        foreach (var index in _repository.List(ObjectName.Indexes, cancellation).ToArray())
        {
            cancellation.ThrowIfCancellationRequested();
            if (ReadIndex(index.Name, cancellation) is not { } packs)
                continue;
            var gone = packs.Where(pack => !present.ContainsKey(pack.Name)).ToArray();
            if (gone.Length == 0 || TryReadAll(packs.Select(pack => pack.Name).Where(present.ContainsKey).Select(name => present[name]), cancellation) is not { } own)
                continue;
            WriteIndex(own, cancellation);
            MoveToQuarantine(index.Name, cancellation);
            foreach (var pack in gone)
                Note(ProblemKind.PackMissing, pack.Name, "no index names it any longer");
        }
    }

    /// <summary>Reads an index. One that cannot be read stays: what is damaged for good was moved before, or the next scan reports it.</summary>
    /// <returns>Null when it cannot be read.</returns>
    private IReadOnlyList<StoredPack>? ReadIndex(string name, CancellationToken cancellation)
    {
        try
        {
            return IndexObject.Read(_repository, name, cancellation).Packs;
        }
        catch (RekkordException)
        {
            return null;
        }
    }

    /// <summary>What packs say themselves: what an index said of them is not signed again. Null when one of them cannot be read.</summary>
    private List<StoredPack>? TryReadAll(IEnumerable<ObjectInfo> packs, CancellationToken cancellation)
    {
        try
        {
            return [.. packs.Select(pack => PackTables.Read(_repository, pack, cancellation))];
        }
        catch (RekkordException)
        {
            return null;
        }
    }

    private void WriteIndex(IEnumerable<StoredPack> packs, CancellationToken cancellation)
    {
        var writer = new IndexWriter(_repository);
        foreach (var pack in packs)
            writer.Add(pack, cancellation);
        writer.Finish(cancellation);
    }

    /// <summary>
    /// Puts an object aside: in one step where the store has one, which also takes what cannot be read, or as a copy that is durable before the object is deleted.
    /// </summary>
    private string MoveToQuarantine(string name, CancellationToken cancellation)
    {
        var store = _repository.Store;
        var quarantined = ObjectName.InQuarantine(name);
        if (store.TrySetAside(name, quarantined, cancellation))
            return quarantined;
        store.Replace(quarantined, store.Read(name, Array.MaxLength, cancellation), cancellation);
        store.Delete(name, cancellation);
        return quarantined;
    }

    /// <summary>Whether that is a problem, and not what a prune does.</summary>
    private bool IsReported(ProblemKind kind, Snapshot snapshot) => _problems.Any(problem => problem.Kind == kind && problem.ObjectName == snapshot.ObjectName);

    private void Note(string objectName, string repair)
    {
        foreach (var problem in _problems.Where(problem => problem.ObjectName == objectName))
            problem.Repair = repair;
    }

    private void Note(ProblemKind kind, string objectName, string repair)
    {
        if (_problems.FirstOrDefault(problem => problem.Kind == kind && problem.ObjectName == objectName) is { } mended)
            mended.Repair = repair;
    }
}
