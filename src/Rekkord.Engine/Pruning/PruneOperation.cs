using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Progress;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Pruning;

/// <summary>
/// Deletes removed snapshots and what only they need, beside saves, without a lock: what was condemned long enough ago is swept, and what nothing needs now is
/// condemned. docs/decisions/prune.md has the protocol, and why each step is safe.
/// </summary>
public sealed class PruneOperation
{
    private const int MostInARecord = 100_000;

    private readonly RepositoryAccess _repository;
    private readonly PruneRequest _request;
    private readonly Action<string> _warn;
    private readonly StepProgress _progress = new();
    private readonly SnapshotWalk _walk;
    private Inventory? _planned;
    private PackCensus? _census;
    private List<CondemnedRecord> _due = [];
    private List<PackUse> _merging = [];
    private string? _mergeObstacle;

    /// <summary>Prepares it.</summary>
    /// <param name="repository">The repository, opened with a key that can remove.</param>
    /// <param name="request">How to go about it.</param>
    /// <param name="warn">Is told of what stays because it cannot be read or deleted, and of what costs nothing.</param>
    /// <exception cref="RekkordException">The waiting time is too short (<c>SweepAfterInvalid</c>).</exception>
    public PruneOperation(RepositoryAccess repository, PruneRequest request, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(request);
        ValidateWait(request.SweepAfter);
        _repository = repository;
        _request = request;
        _warn = warn;
        _walk = new SnapshotWalk(repository, warn, _progress);
    }

    /// <summary>How far it is; null before it has begun. Any thread may ask.</summary>
    public StepCount? Progress => _progress.Current;

    /// <summary>This machine's clock; tests put another one there.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    private Inventory Planned => _planned ?? throw new InvalidOperationException("Plan first.");

    private PackCensus Census => _census ?? throw new InvalidOperationException("Plan first.");

    /// <summary>Checks a waiting time.</summary>
    /// <exception cref="RekkordException">It is too short (<c>SweepAfterInvalid</c>).</exception>
    public static void ValidateWait(TimeSpan sweepAfter)
    {
        if (sweepAfter < CondemnedList.ShortestWait)
        {
            throw new RekkordException(
                "SweepAfterInvalid",
                RekkordErrorKind.InvalidArgument,
                $"SweepAfter is at least {CondemnedList.ShortestWait.TotalDays:0} days, so that saves which run beside a prune have ended before anything is deleted. Give a longer time.");
        }
    }

    /// <summary>Finds out what can be deleted and what can be condemned. Changes nothing.</summary>
    /// <exception cref="RekkordException">
    /// The key may not remove (<c>KeyRoleInsufficient</c>) or was revoked (<c>KeyRevoked</c>), something that decides what is needed cannot be read
    /// (<c>PruneRefused</c>), or the store failed.
    /// </exception>
    public PruneResult Plan(CancellationToken cancellation)
    {
        _repository.RequireRemoving(cancellation);
        return Estimate(cancellation);
    }

    /// <summary>The same with a key that can only read, to tell what a prune would give.</summary>
    /// <exception cref="RekkordException">As for <see cref="Plan"/>; the key may not read (<c>KeyRoleInsufficient</c>).</exception>
    public PruneResult Estimate(CancellationToken cancellation)
    {
        _repository.RequireReading();
        _planned = Inventory.Load(_repository, cancellation);
        var now = Clock.GetUtcNow();
        _due = _planned.Condemned.Records.FindAll(record => record.Kind == CondemnedKind.Mark && now - record.StoredTime >= _request.SweepAfter);
        CondemnedRecord[] effective = [.. _planned.Condemned.Sweeps, .. _due];
        _walk.Run(_planned.Snapshots, name => _planned.FateOf(name, effective), cancellation);
        var small = new SmallPacks(_repository.Descriptor.PackSize, now - _request.SweepAfter);
        _census = new PackCensus(_repository, _walk.Needed, _planned.Condemned, NamesIn(effective), small, _request.CacheDirectory, _progress);
        _census.Run(now, _warn, cancellation);
        _merging = small.Choose();
        if (_repository.RetainDuration is not null)
            LeaveUnmerged("the storage protects what it has from deletion (RetainDuration), so each would be kept twice");
        var leaving = _walk.Fates.Where(one => one.Value == SnapshotFate.Leaving).Select(one => one.Key).ToHashSet(StringComparer.Ordinal);
        return Describe(_planned, leaving, new HashSet<string>(), [.. _census.Dead, .. _census.Sparse, .. _merging]);
    }

    /// <summary>Does what was planned, as far as it is still right.</summary>
    /// <exception cref="RekkordException">As for <see cref="Plan"/>. What was not deleted is deleted by the next run.</exception>
    public PruneResult Run(CancellationToken cancellation)
    {
        var now = TellTime(cancellation);
        Census.VerifyCopies(NamesIn(Planned.Condemned.Sweeps), _warn, cancellation);
        CondemnedRecord[] sweeps = [.. Planned.Condemned.Sweeps, .. Announce(now, cancellation)];

        // From here on, no save that has yet to write its snapshot relies on what stands in the sweeps.
        var current = Inventory.Load(_repository, cancellation);
        var walked = _walk.Run(current.Snapshots, name => current.FateOf(name, sweeps), cancellation);
        Census.Recheck(current.Condemned, isMoreNeeded: walked > 0, cancellation);
        var announced = NamesIn(sweeps);
        Census.Leaving.RemoveAll(pack => !announced.Contains(pack.Name));
        var leaving = current.Snapshots.Where(name => _walk.Fates[name] == SnapshotFate.Leaving).ToHashSet(StringComparer.Ordinal);

        _repository.ThrowIfRevoked("nothing was deleted", cancellation);
        var refused = new Sweep(_repository, Census, _warn, _progress).Run(leaving, FindTags(current, sweeps, cancellation), announced, cancellation);
        if (refused.Count > 0)
            LeaveUnmerged("the storage does not delete what it is told to delete, so each would be kept twice");
        var condemned = Condemn(current, cancellation);
        new RecordDisposal(_repository, _request.SweepAfter, now).Run(current, Census, cancellation);
        _repository.ThrowIfRevoked("what was condemned with it does not count", cancellation);
        _repository.RequireInPlace(cancellation);
        Census.Remember();
        var result = Describe(current, leaving, refused, condemned) with { IsDone = true };
        return result.NextSweep is null && condemned.Count > 0 ? result with { NextSweep = now + _request.SweepAfter } : result;
    }

    /// <summary>The tags of the snapshots that are deleted, or were: a repair may have made one again.</summary>
    private List<string> FindTags(Inventory current, CondemnedRecord[] sweeps, CancellationToken cancellation) => current.FindTags(
        _repository,
        current.Listed.Select(snapshot => snapshot.ObjectName).Where(name => _walk.Fates.GetValueOrDefault(name, SnapshotFate.Leaving) == SnapshotFate.Leaving && current.FateOf(name, sweeps) == SnapshotFate.Leaving).ToHashSet(StringComparer.Ordinal),
        cancellation);

    private static HashSet<string> NamesIn(IEnumerable<CondemnedRecord> records) =>
        records.SelectMany(record => record.Packs).Select(pack => ObjectName.ForPack(pack.ToArray())).ToHashSet(StringComparer.Ordinal);

    private static Oid HashOf(string name) => new(ObjectName.TryGetHash(name));

    /// <summary>What the store's clock says.</summary>
    private DateTimeOffset TellTime(CancellationToken cancellation)
    {
        var probe = new CondemnedRecord(CondemnedKind.Mark) { Time = Clock.GetUtcNow() }.Write(_repository, cancellation);
        ReplacedObjects.Delete(_repository, [probe.Name], cancellation);
        return probe.StoredTime;
    }

    /// <summary>Says what is deleted from now on, of marks that are old enough by the store's clock, too.</summary>
    private List<CondemnedRecord> Announce(DateTimeOffset now, CancellationToken cancellation)
    {
        var due = _due.FindAll(mark => now - mark.StoredTime >= _request.SweepAfter);
        CondemnedRecord[] earlier = [.. Planned.Condemned.Sweeps];
        var (named, said) = (NamesIn(due), NamesIn(earlier));
        var packs = Census.Leaving.Concat(Census.Waiting).Where(pack => named.Contains(pack.Name) && !said.Contains(pack.Name)).Select(pack => HashOf(pack.Name));
        var snapshots = Planned.Snapshots.Where(name => CondemnedList.Names(name, Planned.Removals, due) && !CondemnedList.Names(name, Planned.Removals, earlier)).ToHashSet(StringComparer.Ordinal);
        return Write(
            new CondemnedRecord(CondemnedKind.Sweep)
            {
                Snapshots = [.. snapshots.Select(HashOf)],
                Removals = [.. due.SelectMany(mark => mark.Removals).Distinct()],
                Copies = [.. due.SelectMany(mark => mark.Copies).Distinct()],
                Tags = [.. Planned.FindTags(_repository, snapshots, cancellation).Select(HashOf)],
            },
            [.. packs],
            cancellation);
    }

    private void LeaveUnmerged(string reason)
    {
        if (_merging.Count > 0)
            _mergeObstacle = $"{_merging.Count} small packs are not merged, because {reason}.";
        _merging.Clear();
    }

    /// <summary>
    /// Condemns what nothing needs that is not removed, and then what only the copies are needed of. What was copied before a mark says so is of no use, so there
    /// is a mark for each few packs.
    /// </summary>
    private List<PackUse> Condemn(Inventory current, CancellationToken cancellation)
    {
        // Another prune may have done it since the plan.
        foreach (var packs in new[] { Census.Dead, Census.Sparse, _merging })
            packs.RemoveAll(pack => current.Condemned.Packs.Contains(pack.Name));
        string[] snapshots = [.. current.Snapshots.Where(name => _walk.Fates[name] == SnapshotFate.Removed && !CondemnedList.Names(name, current.Removals, current.Condemned.Records))];
        Write(
            new CondemnedRecord(CondemnedKind.Mark)
            {
                Snapshots = [.. snapshots.Select(HashOf)],
                Removals = [.. snapshots.SelectMany(current.Removals.FindAll).Select(removal => HashOf(removal.RecordName)).Distinct()],
            },
            [.. Census.Dead.Select(pack => HashOf(pack.Name))],
            cancellation);
        List<PackUse> condemned = [.. Census.Dead];
        _progress.Begin("Copying what is needed out of packs", "packs", Census.Sparse.Count + _merging.Count);
        foreach (var batch in PackRewriting.Divide([.. Census.Sparse, .. _merging], _repository.Descriptor.PackSize))
        {
            var rewriting = new PackRewriting(_repository, _walk.Needed, _warn, _progress);
            rewriting.Run(batch, cancellation);
            Write(
                new CondemnedRecord(CondemnedKind.Mark) { Copies = [.. rewriting.Copies.Select(pack => new Oid(pack.Hash))] },
                [.. rewriting.Copied.Select(pack => HashOf(pack.Name))],
                cancellation);
            condemned.AddRange(rewriting.Copied);
        }

        return condemned;
    }

    /// <summary>Writes a record; nothing when it says nothing, and several when it says much.</summary>
    private List<CondemnedRecord> Write(CondemnedRecord record, Oid[] packs, CancellationToken cancellation)
    {
        var parts = packs.Chunk(MostInARecord).ToList();
        if (parts.Count == 0 && record.Snapshots.Count > 0)
            parts.Add([]);
        return [.. parts.Select(part => (record with { Time = Clock.GetUtcNow(), Packs = part }).Write(_repository, cancellation))];
    }

    private PruneResult Describe(Inventory current, HashSet<string> leaving, IReadOnlySet<string> refused, List<PackUse> condemned)
    {
        var deleted = Census.Leaving.FindAll(pack => !refused.Contains(pack.Name));
        var merged = _merging.ToHashSet();
        merged.IntersectWith(condemned);
        var marks = current.Condemned.Records.Where(record => record.Kind == CondemnedKind.Mark && record.Packs.Count + record.Snapshots.Count > 0 && !_due.Exists(due => due.Name == record.Name));
        return new PruneResult
        {
            Snapshots = [.. current.Listed.Where(snapshot => leaving.Contains(snapshot.ObjectName) && !refused.Contains(snapshot.ObjectName)).DistinctBy(snapshot => snapshot.ObjectName)],
            DeletedPacks = deleted.Count,
            DeletedSize = deleted.Sum(pack => pack.Size),
            CondemnedPacks = condemned.Count - merged.Count,
            CondemnedSize = condemned.Where(pack => !merged.Contains(pack)).Sum(pack => pack.Size),
            MergedPacks = merged.Count,
            MergedSize = merged.Sum(pack => pack.Size),
            MergeObstacle = _mergeObstacle,
            WaitingPacks = Census.Waiting.Count,
            WaitingSize = Census.Waiting.Sum(pack => pack.Size),
            RefusedObjects = refused.Count,
            NeededSize = Census.NeededSize,
            BringBackSize = Census.BringBackSize,
            UnneededSize = Census.UnneededSize,
            NextSweep = marks.Select(mark => (DateTimeOffset?)(mark.StoredTime + _request.SweepAfter)).Min(),
        };
    }
}

/// <summary>How to delete.</summary>
public sealed record PruneRequest
{
    /// <summary>How long what is condemned waits.</summary>
    public TimeSpan SweepAfter { get; init; } = TimeSpan.FromDays(7);

    /// <summary>A directory to use instead of the user's caches; null for the user's.</summary>
    public string? CacheDirectory { get; init; }
}

/// <summary>What a prune did, or would do.</summary>
public sealed record PruneResult
{
    /// <summary>Whether it was done.</summary>
    public bool IsDone { get; init; }

    /// <summary>The snapshots that are deleted and cannot be brought back.</summary>
    public required IReadOnlyList<Snapshot> Snapshots { get; init; }

    /// <summary>How many packs are deleted.</summary>
    public int DeletedPacks { get; init; }

    /// <summary>The bytes of these: the space that is regained.</summary>
    public long DeletedSize { get; init; }

    /// <summary>How many packs are condemned, because nothing or only a part of them is needed.</summary>
    public int CondemnedPacks { get; init; }

    /// <summary>The bytes of these: what a later run deletes, less what is copied of them.</summary>
    public long CondemnedSize { get; init; }

    /// <summary>How many small packs are merged into larger ones. They are condemned, too, and are not counted above.</summary>
    public int MergedPacks { get; init; }

    /// <summary>The bytes of these.</summary>
    public long MergedSize { get; init; }

    /// <summary>Why small packs stay as they are that are worth being merged, as a sentence; null when they do not.</summary>
    public string? MergeObstacle { get; init; }

    /// <summary>How many packs were condemned before, and wait.</summary>
    public int WaitingPacks { get; init; }

    /// <summary>The bytes of these.</summary>
    public long WaitingSize { get; init; }

    /// <summary>How many objects the store did not delete now. The next run tries again.</summary>
    public int RefusedObjects { get; init; }

    /// <summary>The bytes that snapshots need which are not removed, before anything was deleted. In packs of which a part is needed, an estimate by its length.</summary>
    public long NeededSize { get; init; }

    /// <summary>The bytes that only removed snapshots need which can still be brought back.</summary>
    public long BringBackSize { get; init; }

    /// <summary>The bytes that neither needs.</summary>
    public long UnneededSize { get; init; }

    /// <summary>When the next of what waits can be deleted; null when nothing waits.</summary>
    public DateTimeOffset? NextSweep { get; init; }
}
