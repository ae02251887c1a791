using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Retention;

/// <summary>
/// Removes snapshots, and brings them back. Nothing is deleted: a record says that lists and channels pass over them. It names what is
/// there now, so it needs no lock beside saves, and another one can undo it.
/// </summary>
public sealed class RemovalOperation
{
    private const int MostInARecord = 100_000;

    private readonly RepositoryAccess _repository;
    private readonly SnapshotStore _store;
    private readonly Action<RekkordException> _failed;
    private (IReadOnlyList<Snapshot> Snapshots, IReadOnlyList<RekkordException> Errors, RemovalList Removals)? _found;

    /// <summary>Prepares it.</summary>
    /// <param name="repository">The repository, opened with a key that can remove.</param>
    /// <param name="failed">Is told of each snapshot, tag or record that cannot be read.</param>
    public RemovalOperation(RepositoryAccess repository, Action<RekkordException> failed)
    {
        _repository = repository;
        _store = new SnapshotStore(repository);
        _failed = failed;
    }

    /// <summary>An ID that the user gave. Elsewhere a channel stands for its newest snapshot; nothing is removed by such a name.</summary>
    private static SnapshotName ParseId(string id)
    {
        try
        {
            return SnapshotName.Parse(SnapshotReference.StartsWith(id, SnapshotReference.IdPrefix) ? id : SnapshotReference.IdPrefix + id);
        }
        catch (RekkordException error) when (error.ErrorId == "SnapshotIdInvalid")
        {
            throw new RekkordException(
                error.ErrorId,
                error.Kind,
                $"'{id}' is not a snapshot's ID or the beginning of one, which has 4 to 64 hex digits. Get-RekkordSnapshot lists the IDs. For all snapshots of a channel, give it with -Channel.",
                error.Target,
                error);
        }
    }

    /// <summary>Finds the snapshots of a user's choice.</summary>
    /// <param name="matches">Whether a snapshot is meant.</param>
    /// <param name="removed">Whether those are meant that are removed, or those that are not.</param>
    /// <param name="cancellation">Stops between tags.</param>
    /// <exception cref="RekkordException">The key may not remove (<c>KeyRoleInsufficient</c>), was revoked (<c>KeyRevoked</c>), or the store failed.</exception>
    public IReadOnlyList<Snapshot> Find(Func<Snapshot, bool> matches, bool removed, CancellationToken cancellation) =>
        [.. Load(cancellation).Snapshots.Where(snapshot => snapshot.Removal is not null == removed && matches(snapshot))];

    /// <summary>Finds the snapshot with an ID, or with one that begins so: as often as it is there.</summary>
    /// <param name="id">The ID, with or without <c>id:</c>.</param>
    /// <param name="removed">Whether it is to be a removed one, or one that is not.</param>
    /// <param name="cancellation">Stops between tags.</param>
    /// <exception cref="RekkordException">There is none (<c>SnapshotNotFound</c>), or several begin so (<c>SnapshotAmbiguous</c>), or it is no ID (<c>SnapshotIdInvalid</c>).</exception>
    public IReadOnlyList<Snapshot> FindById(string id, bool removed, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(id);
        var name = ParseId(id);
        var found = Find(name.IsIdOf, removed, cancellation);
        return found.DistinctBy(snapshot => snapshot.Id).Count() switch
        {
            1 => found,
            0 => throw new RekkordException(
                "SnapshotNotFound",
                RekkordErrorKind.NotFound,
                $"No {(removed ? "removed " : "")}snapshot has the ID '{name.Text}' in the repository '{_repository.Location}'. Get-RekkordSnapshot{(removed ? " -Removed" : "")} lists what there is.",
                name.Text),
            var count => throw new RekkordException(
                "SnapshotAmbiguous", RekkordErrorKind.InvalidArgument, $"{count} snapshots have an ID that begins with '{name.Text}'. Give more of it.", name.Text),
        };
    }

    /// <summary>Removes snapshots. One that cannot be read, or of which its tag says something else, stays, and is told.</summary>
    /// <param name="snapshots">What was found.</param>
    /// <param name="force">Whether a channel may be left without a whole snapshot.</param>
    /// <param name="cancellation">Ends the call. The record may exist then.</param>
    /// <returns>Those that are removed now.</returns>
    /// <exception cref="RekkordException">A channel would be left without a whole snapshot (<c>ChannelEmptied</c>), or the store failed.</exception>
    public IReadOnlyList<Snapshot> Remove(IReadOnlyList<Snapshot> snapshots, bool force, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(snapshots);
        Snapshot[] verified = [.. snapshots.Where(snapshot => IsWhatItsTagSays(snapshot, cancellation))];
        if (!force)
            ThrowIfEmptied(verified, cancellation);
        var time = DateTimeOffset.UtcNow;
        var removed = new List<Snapshot>();
        foreach (var some in verified.DistinctBy(snapshot => snapshot.ObjectName).Chunk(MostInARecord))
        {
            var name = _store.Records.WriteRemoval(new RemovalRecord(time, [.. some.Select(HashOf)], []), cancellation);
            removed.AddRange(some.Select(snapshot => snapshot with { Removal = new SnapshotRemoval(name, time, SignerId) }));
        }

        Finish(cancellation);
        return removed;
    }

    /// <summary>Brings removed snapshots back. One whose object is gone, or that a prune deletes, stays removed, and is told.</summary>
    /// <param name="snapshots">What was found.</param>
    /// <param name="cancellation">Ends the call. The record may exist then.</param>
    /// <returns>Those that are back now.</returns>
    /// <exception cref="RekkordException">The store failed.</exception>
    public IReadOnlyList<Snapshot> BringBack(IReadOnlyList<Snapshot> snapshots, CancellationToken cancellation)
    {
        var removals = Load(cancellation).Removals;
        var condemned = LoadCondemned(null, cancellation);
        Snapshot[] back = [.. snapshots.Where(IsThere).Where(snapshot => IsKept(snapshot, removals, condemned)).DistinctBy(snapshot => snapshot.ObjectName)];
        foreach (var some in back.Chunk(MostInARecord))
        {
            var undone = some.SelectMany(snapshot => removals.FindAll(snapshot.ObjectName)).Select(removal => removal.RecordName).Distinct();
            _store.Records.WriteRemoval(new RemovalRecord(DateTimeOffset.UtcNow, [.. some.Select(HashOf)], [.. undone.Select(name => new Oid(ObjectName.TryGetHash(name)))]), cancellation);
        }

        // A prune may have said meanwhile what it deletes. It looks for what was brought back after that, and this looks after the bringing back: one of the two sees the other.
        var since = LoadCondemned(condemned, cancellation);
        Snapshot[] lost = [.. back.Where(snapshot => !IsKept(snapshot, removals, since))];
        foreach (var some in lost.Chunk(MostInARecord))
            _store.Records.WriteRemoval(new RemovalRecord(DateTimeOffset.UtcNow, [.. some.Select(HashOf)], []), cancellation);
        Finish(cancellation);
        return [.. back.Except(lost).Select(snapshot => snapshot with { Removal = null })];
    }

    private CondemnedList LoadCondemned(CondemnedList? known, CancellationToken cancellation)
    {
        var condemned = CondemnedList.Load(_repository, cancellation, known);
        if (condemned.Unread is [var unread, ..])
            throw new RekkordException("PruneRecordUnreadable", unread.Kind, $"It is not known what Invoke-RekkordPrune deletes now: {unread.Message} Run Invoke-RekkordScan -Repair, then try again.", unread.Target, unread);
        return condemned;
    }

    private bool IsKept(Snapshot snapshot, RemovalList removals, CondemnedList condemned)
    {
        if (!CondemnedList.Names(snapshot.ObjectName, removals, condemned.Sweeps))
            return true;
        _failed(new RekkordException(
            "SnapshotSwept", RekkordErrorKind.InvalidOperation, $"The snapshot {snapshot.Id} cannot be brought back: Invoke-RekkordPrune has begun to delete what only it needs.", snapshot.Id.ToString()));
        return false;
    }

    /// <summary>The ID of the key in use, as snapshots show it.</summary>
    private string SignerId => _repository.Role == Cryptography.KeyRole.Master ? "" : Convert.ToHexStringLower(_repository.Keys.KeyId);

    private (IReadOnlyList<Snapshot> Snapshots, IReadOnlyList<RekkordException> Errors, RemovalList Removals) Load(CancellationToken cancellation)
    {
        if (_found is { } known)
            return known;
        _repository.RequireRemoving(cancellation);
        var found = _store.ListAll(cancellation);
        foreach (var error in found.Errors)
            _failed(error);
        _found = found;
        return found;
    }

    private bool IsWhatItsTagSays(Snapshot snapshot, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            var (record, _) = _store.Records.Read(snapshot.ObjectName, cancellation);
            return record.Describes(snapshot) ? true : throw new DamagedObjectException(snapshot.TagName, $"it contradicts its snapshot {record.Id}.");
        }
        catch (RekkordException error)
        {
            _failed(error);
            return false;
        }
    }

    private bool IsThere(Snapshot snapshot)
    {
        if (snapshot.StoredTime is not null)
            return true;
        _failed(new RekkordException("SnapshotNotFound", RekkordErrorKind.NotFound, $"The snapshot {snapshot.Id} cannot be brought back: its object '{snapshot.ObjectName}' does not exist any more.", snapshot.Id.ToString()));
        return false;
    }

    /// <summary>A channel keeps at least one snapshot; and a whole one, if whole ones are removed.</summary>
    private void ThrowIfEmptied(Snapshot[] removed, CancellationToken cancellation)
    {
        var gone = removed.Select(snapshot => snapshot.ObjectName).ToHashSet(StringComparer.Ordinal);
        var left = Load(cancellation).Snapshots.Where(snapshot => snapshot.Removal is null && snapshot.SignerStatus == SignerStatus.Trusted && !gone.Contains(snapshot.ObjectName)).ToLookup(snapshot => snapshot.Summary.Channel);
        foreach (var channel in removed.Where(snapshot => snapshot.SignerStatus == SignerStatus.Trusted).GroupBy(snapshot => snapshot.Summary.Channel))
        {
            var takesWhole = channel.Any(snapshot => snapshot.Summary.ErrorCount == 0);
            if (!left[channel.Key].Any(snapshot => !takesWhole || snapshot.Summary.ErrorCount == 0))
            {
                throw new RekkordException(
                    "ChannelEmptied",
                    RekkordErrorKind.InvalidOperation,
                    $"Nothing was removed: channel '{channel.Key}' would have no {(takesWhole ? "whole " : "")}snapshot left. Give -Force if that is meant.",
                    channel.Key);
            }
        }
    }

    private void Finish(CancellationToken cancellation)
    {
        _found = null;
        _repository.ThrowIfRevoked("what was removed or brought back with it may not count", cancellation);
        _repository.RequireInPlace(cancellation);
    }

    private static Oid HashOf(Snapshot snapshot) => new(ObjectName.TryGetHash(snapshot.ObjectName));
}
