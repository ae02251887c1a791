using System.Collections.Concurrent;
using System.Diagnostics;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Saving;

/// <summary>
/// The packs that a save relies on: those that were there at its start and not condemned, and its own. A prune may condemn and delete them while the save
/// runs, so the save asks before it commits. docs/decisions/prune.md says why that is enough.
/// </summary>
internal sealed class ReliedPacks
{
    private readonly RepositoryAccess _repository;
    private readonly TimeProvider _clock;
    private readonly DateTimeOffset _start;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly CondemnedList _condemned;
    private readonly ConcurrentDictionary<string, bool> _own = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<string, ObjectInfo> _found = new Dictionary<string, ObjectInfo>();
    private IReadOnlyCollection<string> _vanished = [];

    /// <summary>Reads what is condemned. To be called before the packs are listed.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="clock">This machine's clock.</param>
    /// <param name="warn">Is told of each record that cannot be read. What it condemns is relied on.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public ReliedPacks(RepositoryAccess repository, TimeProvider clock, Action<string> warn, CancellationToken cancellation)
    {
        _repository = repository;
        _clock = clock;
        _start = clock.GetUtcNow();
        _condemned = CondemnedList.Load(repository, cancellation);
        foreach (var error in _condemned.Unread)
            warn(error.Message);
    }

    /// <summary>Whether a pack that is there may be relied on.</summary>
    public bool Allows(string pack) => !_condemned.Packs.Contains(pack);

    /// <summary>Relies on packs that were found at the start.</summary>
    /// <param name="packs">Those that were there when the indexes were read.</param>
    /// <param name="vanished">Those that were there when the first of them was read: their blobs were taken for stored.</param>
    public void Found(IReadOnlyDictionary<string, ObjectInfo> packs, IReadOnlyCollection<string> vanished) => (_found, _vanished) = (packs, vanished);

    /// <summary>Relies on a pack of the save's own.</summary>
    public void Add(string pack) => _own[pack] = true;

    /// <summary>Looks whether something that the save relies on is deleted, or may be by the time at which others see the snapshot.</summary>
    /// <param name="snapshot">The snapshot's object, which is durable; null when it is not written yet.</param>
    /// <param name="cancellation">Ends the look.</param>
    /// <returns>The pack, and what became of it; null when there is none.</returns>
    /// <exception cref="StorageException">The store failed, so it is not known.</exception>
    public string? FindDoubt(string? snapshot, CancellationToken cancellation)
    {
        var since = CondemnedList.Load(_repository, cancellation, _condemned);
        if (since.Unread is [var unread, ..])
            return unread.Message;
        if (since.Sweeps.SelectMany(sweep => sweep.Packs).Select(NameOf).FirstOrDefault(IsReliedOn) is { } swept)
            return $"'{swept}' is being deleted.";
        if (since.Records.Any(record => record.Packs.Select(NameOf).Any(IsReliedOn)) && FindOldMark(since, snapshot, cancellation) is { } marked)
            return $"'{marked}' was condemned more than {CondemnedList.LongestOverlap.TotalDays:0} days ago, while the save ran.";
        return !HasRunLong || FindMissing(cancellation) is not { } missing ? null : $"'{missing}' was deleted while the save ran.";
    }

    /// <summary>Whether the save has run for so long that it may have been overtaken.</summary>
    public bool HasRunLong => Elapsed >= CondemnedList.LongestOverlap;

    /// <summary>How long the save has run: the longer of what two clocks say, for one of them may stop while the machine sleeps, and the other be set.</summary>
    private TimeSpan Elapsed => _clock.GetUtcNow() - _start is var passed && passed > _watch.Elapsed ? passed : _watch.Elapsed;

    private bool IsReliedOn(string pack) => ((_found.ContainsKey(pack) || _vanished.Contains(pack)) && Allows(pack)) || _own.ContainsKey(pack);

    private static string NameOf(Oid hash) => ObjectName.ForPack(hash.ToArray());

    /// <summary>Finds a pack whose mark had become too old by the time at which the store got the snapshot.</summary>
    private string? FindOldMark(CondemnedList since, string? snapshot, CancellationToken cancellation)
    {
        var time = snapshot is null ? _clock.GetUtcNow() : _repository.Store.Find(snapshot, cancellation)?.ModifiedTime ?? DateTimeOffset.MaxValue;
        return since.Records.Where(record => time - record.StoredTime >= CondemnedList.LongestOverlap)
            .SelectMany(record => record.Packs).Select(NameOf).FirstOrDefault(IsReliedOn);
    }

    private string? FindMissing(CancellationToken cancellation)
    {
        var there = _repository.List(ObjectName.Packs, cancellation).Select(pack => pack.Name).ToHashSet(StringComparer.Ordinal);
        return _found.Keys.Concat(_vanished).Where(Allows).Concat(_own.Keys).FirstOrDefault(pack => !there.Contains(pack));
    }
}
