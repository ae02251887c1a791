using Rekkord.Engine.Errors;
using Rekkord.Engine.Index;
using Rekkord.Engine.Protecting;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Workers;

namespace Rekkord.Engine.Copying;

/// <summary>
/// Copies snapshots to another repository. Content stays cut as it is. It is opened with the keys of the one, verified, and stored under the
/// keys of the other. A copy is written as a save writes its snapshot, and one after the other: whenever it is stopped or killed, those that
/// are there are whole, and the next attempt uses what was stored.
/// </summary>
public sealed class CopyOperation
{
    private readonly RepositoryAccess _source;
    private readonly RepositoryAccess _destination;
    private readonly CopyRequest _request;
    private readonly ISaveObserver _observer;
    private TreeCopy? _tree;
    private Snapshot? _current;
    private long _doneFiles;
    private long _doneSize;
    private long _totalSize;

    /// <summary>Prepares it.</summary>
    /// <param name="source">Where from, opened with a key that can read.</param>
    /// <param name="destination">Where to, opened with a key that can write.</param>
    /// <param name="request">What to copy.</param>
    /// <param name="observer">Is told what cannot be copied, and what is worth knowing.</param>
    /// <exception cref="RekkordException">A key cannot do that (<c>KeyRoleInsufficient</c>), or both are one repository (<c>CopyToItself</c>).</exception>
    public CopyOperation(RepositoryAccess source, RepositoryAccess destination, CopyRequest request, ISaveObserver observer)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        source.RequireReading();
        if (source.Id == destination.Id)
        {
            throw new RekkordException(
                "CopyToItself", RekkordErrorKind.InvalidArgument, $"'{source.Location}' and '{destination.Location}' are the same repository, or one is a copy of the other's files. Give another one as the destination.", destination.Location);
        }

        _source = source;
        _destination = destination;
        _request = request;
        _observer = observer;
    }

    /// <summary>How far it is; may be asked at any time from any thread.</summary>
    public CopyProgress Progress => new(
        _current?.Summary.Channel ?? "", _doneFiles + (_tree?.Files ?? 0), Math.Min(_totalSize, _doneSize + (_tree?.Size ?? 0)), _totalSize, _tree?.CurrentPath ?? "");

    /// <summary>Finds the snapshots, and which of them the destination has already. What cannot be copied is told, and is not in the plan. Changes nothing.</summary>
    /// <exception cref="RekkordException">
    /// The destination's key was revoked (<c>KeyRevoked</c>), or cannot list, so that it is not known what is there (<c>CopiesUnknown</c>), or a store failed.
    /// </exception>
    public IReadOnlyList<PlannedCopy> Plan(CancellationToken cancellation)
    {
        _destination.RequireWriting(cancellation);
        var copies = _request.Force ? null : new ExistingCopies(_destination, _observer.Warn, cancellation);
        Snapshot[] chosen = [.. FindChosen(cancellation).DistinctBy(snapshot => snapshot.Id).Where(MayBeCopied).OrderBy(snapshot => snapshot.Summary.Time)];
        return copies is null ? [.. chosen.Select(snapshot => new PlannedCopy(snapshot, null))] : Compare(chosen, copies, cancellation);
    }

    /// <summary>Looks for the copies of snapshots. Each that there seems to be is read, on several threads.</summary>
    private PlannedCopy[] Compare(Snapshot[] chosen, ExistingCopies copies, CancellationToken cancellation)
    {
        var plan = new PlannedCopy[chosen.Length];
        var next = -1;
        using var threads = new WorkerThreads("compare", cancellation);
        threads.Run(Enumerable.Repeat(CompareSome, Math.Max(1, Math.Min(chosen.Length, Math.Max(Environment.ProcessorCount, _destination.Store.Capabilities.Connections)))));
        return plan;

        void CompareSome()
        {
            for (var i = Interlocked.Increment(ref next); i < chosen.Length; i = Interlocked.Increment(ref next))
            {
                threads.Cancellation.ThrowIfCancellationRequested();
                plan[i] = new PlannedCopy(chosen[i], copies.Find(OriginOf(chosen[i]), threads.Cancellation));
            }
        }
    }

    /// <summary>Copies what is in a plan, one after the other. One that cannot be read is told, and the others are copied all the same.</summary>
    /// <param name="plan">What of the plan is to be copied.</param>
    /// <param name="copied">Is told of each copy when others can see it.</param>
    /// <param name="cancellation">Ends it. What was copied before stays.</param>
    /// <exception cref="RekkordException">
    /// The destination cannot be written to, a prune has overtaken it (<c>SaveOvertaken</c>), the source is gone (<c>RepositoryReplaced</c>), or a store failed.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Run(IReadOnlyList<PlannedCopy> plan, Action<CopyResult> copied, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _totalSize = plan.Sum(planned => planned.Snapshot.Summary.Size);
        new RetentionExtension(_destination, _request.CacheDirectory).Run(all: false, cancellation);
        using var threads = new WorkerThreads("copy", cancellation);
        using var transaction = new SaveTransaction(
            _destination, new SaveTransactionOptions(_request.CompressionLevel, _request.CacheDirectory, TimeProvider.System), _observer.Warn, threads.Cancellation, cancellation);
        using var blobs = BlobReader.Open(_source, metadataOnly: false, _observer.Warn, _observer.Warn, threads.Cancellation);
        using var chunks = new ChunkCopy(blobs, transaction.Sink, threads.Cancellation);
        threads.Run(() => CopyAll(plan, transaction, blobs, chunks, copied, threads.Cancellation), Enumerable.Repeat(chunks.Work, WorkerThreads.CountFor(_request.Threads)));
        transaction.TidyUp(cancellation);
    }

    private void CopyAll(
        IReadOnlyList<PlannedCopy> plan, SaveTransaction transaction, BlobReader blobs, ChunkCopy chunks, Action<CopyResult> copied, CancellationToken cancellation)
    {
        try
        {
            var tree = _tree = new TreeCopy(blobs, transaction.Sink, chunks, cancellation);
            var store = new SnapshotStore(_source);
            foreach (var planned in plan)
            {
                _current = planned.Snapshot;
                var done = Try(planned.Snapshot, () => Copy(planned.Snapshot, store, tree, transaction, chunks, cancellation), cancellation);
                _doneFiles += tree.Files;
                _doneSize += planned.Snapshot.Summary.Size;
                tree.ResetCounts();
                if (done is not null)
                    copied(done);
            }
        }
        finally
        {
            chunks.Complete();
        }
    }

    private CopyResult? Copy(Snapshot snapshot, SnapshotStore store, TreeCopy tree, SaveTransaction transaction, ChunkCopy chunks, CancellationToken cancellation)
    {
        // Its tag may be of another key, which made it again when it was lost.
        var (record, roots) = UnreadableSource.Guard("its record", () => store.Open(snapshot, cancellation));
        if (record.SignerStatus != SignerStatus.Trusted)
        {
            _observer.EntryFailed(SignedByRevoked(record));
            return null;
        }

        var (added, stored) = (transaction.Sink.AddedSize, transaction.Sink.StoredSize);
        var copies = roots.Select(tree.Copy).ToArray();
        chunks.Flush();
        var copy = transaction.Commit(
            () => snapshot.Summary with { AddedSize = transaction.Sink.AddedSize - added, StoredSize = transaction.Sink.StoredSize - stored, Origin = OriginOf(record) },
            copies,
            cancellation);
        return new CopyResult(snapshot, copy);
    }

    /// <summary>Tells of a snapshot whose content is lost. What it had stored until then is in nobody's way.</summary>
    private CopyResult? Try(Snapshot snapshot, Func<CopyResult?> copy, CancellationToken cancellation)
    {
        try
        {
            return copy();
        }
        catch (UnreadableSource error)
        {
            // Where the source is gone, all of it seems to be lost.
            _source.RequireInPlace(cancellation);
            _observer.EntryFailed(new RekkordException(
                error.ErrorId,
                error.Kind,
                $"The snapshot {snapshot.Id} of channel '{snapshot.Summary.Channel}' was not copied, because {error.Message} Run Invoke-RekkordScan -Full -Repair on '{_source.Location}'. What can still be read of it can be restored.",
                snapshot.Id.ToString(),
                error));
            return null;
        }
    }

    /// <summary>
    /// What a copy of a snapshot is a copy of. What a snapshot of the source claims counts only where it names another repository: whoever saves
    /// in the source could pass his own for another one of it.
    /// </summary>
    private SnapshotOrigin OriginOf(Snapshot snapshot) =>
        snapshot.Summary.Origin is { } origin && origin.RepositoryId != _source.Id ? origin.CopiedBy(snapshot.KeyId) : new SnapshotOrigin(_source.Id, snapshot.Id, snapshot.KeyId);

    /// <summary>Finds what the user has named. The list is read once for all whole IDs, which is what comes from a pipeline.</summary>
    private IEnumerable<Snapshot> FindChosen(CancellationToken cancellation)
    {
        var store = new SnapshotStore(_source);
        var byId = new Lazy<ILookup<string, Snapshot>>(() => store.ListAll(cancellation).Snapshots.ToLookup(snapshot => snapshot.Id.ToString()));
        foreach (var reference in _request.Snapshots)
        {
            Snapshot? found = null;
            try
            {
                found = SnapshotName.Parse(reference) is { IsWholeId: true } name ? byId.Value[name.Text.ToLowerInvariant()].MinBy(snapshot => (snapshot.SignerStatus, snapshot.Removal is not null)) : null;
                if (found is null)
                    found = store.Find(reference, cancellation, _observer.Warn);
                else
                    SnapshotStore.WarnOfState(found, _observer.Warn);
            }
            catch (RekkordException error) when (error.Kind is RekkordErrorKind.InvalidArgument or RekkordErrorKind.NotFound)
            {
                _observer.EntryFailed(error);
            }

            if (found is not null)
                yield return found;
        }
    }

    /// <summary>
    /// A copy has another signature. So what a revoked key has signed would count again. And its store's time says nothing of when it was
    /// made. So nothing would tell the newest of a channel from one that claims a time to come.
    /// </summary>
    private bool MayBeCopied(Snapshot snapshot)
    {
        try
        {
            if (snapshot.SignerStatus != SignerStatus.Trusted)
                throw SignedByRevoked(snapshot);
            if (snapshot.IsAhead(DateTimeOffset.UtcNow))
            {
                throw new RekkordException(
                    "SnapshotTimeAhead",
                    RekkordErrorKind.InvalidData,
                    $"The snapshot {snapshot.Id} was not copied: it claims to be of {snapshot.Summary.Time:u}, which is still to come. A copy would make it unclear which snapshot of channel '{snapshot.Summary.Channel}' is the newest. The clock of '{snapshot.Summary.HostName}' was wrong, this machine's is, or somebody wrote that on purpose. Remove the snapshot, or copy it when that time has come.",
                    snapshot.Id.ToString());
            }

            SaveOperation.ValidateChannel(snapshot.Summary.Channel);
            if (snapshot.HasImpossibleTime(DateTimeOffset.UtcNow))
                _observer.Warn($"The snapshot {snapshot.Id} claims to be of {snapshot.Summary.Time:u}, but was stored before that, at {snapshot.StoredTime:u}. The clock of '{snapshot.Summary.HostName}' was wrong, or somebody wrote that on purpose. Nothing at the destination will show that of its copy.");
            return true;
        }
        catch (RekkordException error)
        {
            _observer.EntryFailed(error);
            return false;
        }
    }

    private static RekkordException SignedByRevoked(Snapshot snapshot) => new(
        "SignerRevoked",
        RekkordErrorKind.Security,
        $"The snapshot {snapshot.Id} was not copied: the key {snapshot.KeyId} that signed it was revoked, so it may be forged. A copy would have a signature that counts.",
        snapshot.Id.ToString());
}
