using Rekkord.Engine.Caching;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Saving;

/// <summary>
/// What snapshots are made in. It begins with what the repository has, takes what is new, and ends with a snapshot when all that this refers to
/// is durable: packs, then the indexes that name them, then the snapshot, then its tag. Several snapshots may be made one after the other.
/// </summary>
internal sealed class SaveTransaction : IDisposable
{
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);

    private readonly RepositoryAccess _repository;
    private readonly Action<string> _warn;
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;
    private readonly ReliedPacks _relied;
    private readonly ConfirmedPacks _confirmed;
    private readonly IndexLoader _loader;
    private readonly IndexWriter _indexes;

    /// <summary>Begins, by reading what the repository has.</summary>
    /// <param name="repository">The repository, opened with a key that can write.</param>
    /// <param name="options">How it stores.</param>
    /// <param name="warn">Is told of what costs the snapshot nothing.</param>
    /// <param name="writing">Ends what the write session has under way.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="RekkordException">A prune deletes what was read (<c>SaveOvertaken</c>), or the store failed.</exception>
    public SaveTransaction(RepositoryAccess repository, SaveTransactionOptions options, Action<string> warn, CancellationToken writing, CancellationToken cancellation)
    {
        _repository = repository;
        _warn = warn;
        _relied = new ReliedPacks(repository, options.Clock, warn, cancellation);
        var known = new OidSet();
        _confirmed = ConfirmedPacks.Load(repository.Id, options.CacheDirectory);
        _loader = IndexLoader.ForSaving(repository, error => warn(error.Message), _confirmed.Contains, _confirmed.Seed);
        _loader.Load(pack => AddBlobs(known, pack), cancellation);
        _relied.Found(_loader.Present, _loader.Vanished);
        if (_loader.Vanished.Count > 0 && _relied.FindDoubt(null, cancellation) is { } gone)
            throw Overtaken(gone);
        _indexes = new IndexWriter(repository, pack => _loader.Confirmed.Add(PackTables.DigestOf(pack, _confirmed.Seed)), pack => _relied.Add(pack.Name));
        Sink = new WriteSession(repository, known, _indexes, _loader.Unindexed.FindAll(pack => _relied.Allows(pack.Name)), options.CompressionLevel, writing);
        Snapshots = new SnapshotStore(repository);
    }

    /// <summary>Takes the content.</summary>
    public WriteSession Sink { get; }

    /// <summary>The snapshots of the repository.</summary>
    public SnapshotStore Snapshots { get; }

    /// <summary>Makes a snapshot of what was stored so far.</summary>
    /// <param name="summarize">What is to be told of it, asked when all content is durable.</param>
    /// <param name="roots">What was saved.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="RekkordException">A prune has overtaken it (<c>SaveOvertaken</c>), the key was revoked (<c>KeyRevoked</c>), or the store failed.</exception>
    public Snapshot Commit(Func<SnapshotSummary> summarize, IReadOnlyList<(byte[] Path, byte[] Entry)> roots, CancellationToken cancellation)
    {
        if (_relied.HasRunLong && _relied.FindDoubt(null, cancellation) is { } doubt)
            throw Overtaken(doubt);
        Sink.Finish();

        // What is on another machine is not unmounted: the look at the end is enough.
        if (!_repository.Store.Capabilities.IsDistant)
            _repository.RequireInPlace(cancellation);
        var snapshot = Write(summarize(), roots, cancellation);
        _repository.RequireInPlace(cancellation);
        return snapshot;
    }

    /// <summary>Does, after the last snapshot, what makes later saves and listings faster. Whatever goes wrong with it costs no snapshot anything.</summary>
    public void TidyUp(CancellationToken cancellation)
    {
        _confirmed.Save(_loader.Confirmed);
        Try("The small indexes could not be merged", new IndexConsolidation(_repository, _loader.Sound.Concat(_indexes.Written)).Run, cancellation);
        Try("The catalogue of snapshots could not be renewed", new CatalogueRenewal(_repository, Snapshots).Run, cancellation);
        Try("The leftovers of interrupted saves could not be removed from the repository", stop => _repository.Store.RemoveLeftovers(_start - LeftoverAge, stop), cancellation);
    }

    public void Dispose() => Sink.Dispose();

    /// <summary>What is only in packs that are condemned is stored again.</summary>
    private void AddBlobs(OidSet known, StoredPack pack)
    {
        if (!_relied.Allows(pack.Name))
            return;
        foreach (var blob in TableOfContentsReader.BlobsOf(pack))
            known.Add(blob.Oid);
    }

    /// <summary>
    /// Writes the snapshot and its tag. Whether the key was revoked meanwhile is looked at before and after: what a revoked key signed
    /// counts for nothing, so such a save has failed.
    /// </summary>
    private Snapshot Write(SnapshotSummary summary, IReadOnlyList<(byte[] Path, byte[] Entry)> roots, CancellationToken cancellation)
    {
        _repository.ThrowIfRevoked("no snapshot was made", cancellation);
        var written = Snapshots.Write(summary, roots, cancellation, name => Confirm(name, cancellation));
        _repository.ThrowIfRevoked($"the snapshot {written.Id} that was just made may not count, so save again", cancellation);

        // A copy was made long ago, by whatever clock.
        if (summary.Origin is null)
            Snapshots.WarnOfClocks(written, _warn, cancellation);
        return written;
    }

    /// <summary>
    /// Withdraws a snapshot, which no list shows yet, if a prune may not have seen it in time. Either this looks after the prune has said what it deletes, or the
    /// prune looks for snapshots after this one was written.
    /// </summary>
    private void Confirm(string snapshot, CancellationToken cancellation)
    {
        if (_relied.FindDoubt(snapshot, cancellation) is not { } doubt)
            return;

        // They may name packs that are gone. Those that are there speak for themselves.
        ReplacedObjects.Delete(_repository, _indexes.Written.Select(index => index.Name), cancellation);
        try
        {
            _repository.Store.Delete(snapshot, cancellation);
        }
        catch (StorageException error)
        {
            throw Overtaken($"{doubt} The object '{snapshot}' of the failed snapshot cannot be deleted: {error.Message} Remove-RekkordSnapshot removes it.");
        }

        throw Overtaken(doubt);
    }

    private static RekkordException Overtaken(string doubt) => new(
        "SaveOvertaken",
        RekkordErrorKind.InvalidOperation,
        $"The snapshot was not made, because Invoke-RekkordPrune may have deleted what it relies on: {doubt} Run the command again. What it has stored is used, so that takes less time.");

    /// <summary>The snapshot is durable by now: nothing that goes wrong any more may make it look as if the save had failed.</summary>
    private void Try(string failure, Action<CancellationToken> action, CancellationToken cancellation)
    {
        try
        {
            action(cancellation);
        }
        catch (RekkordException error)
        {
            _warn($"{failure}: {error.Message}");
        }
        catch (OperationCanceledException)
        {
            // The next save does it.
        }
    }
}

/// <summary>How a save stores.</summary>
/// <param name="CompressionLevel">Zstandard's level.</param>
/// <param name="CacheDirectory">Where local files lie; null for the user's cache directory.</param>
/// <param name="Clock">This machine's clock.</param>
internal sealed record SaveTransactionOptions(int CompressionLevel, string? CacheDirectory, TimeProvider Clock);
