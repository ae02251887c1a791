using Rekkord.Engine.Errors;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Browsing;

/// <summary>
/// Opens snapshots to look into them. Of the repository's index only what leads to directories is kept, and kept for all snapshots
/// that are opened; what leads to files' content is loaded when some of it is to be read. For one thread at a time.
/// </summary>
public sealed class SnapshotBrowser : IDisposable
{
    private readonly RepositoryAccess _repository;
    private readonly SnapshotStore _snapshots;
    private readonly HashSet<Oid> _covered = [];
    private readonly List<BlobReader> _readers = [];
    private BlobReader? _blobs;
    private BlobReader? _data;

    /// <summary>Works on an open repository, which it does not close.</summary>
    /// <exception cref="RekkordException">The key's role cannot read (<c>KeyRoleInsufficient</c>).</exception>
    public SnapshotBrowser(RepositoryAccess repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        repository.RequireReading();
        _repository = repository;
        _snapshots = new SnapshotStore(repository);
    }

    /// <summary>Opens a snapshot.</summary>
    /// <param name="reference">An ID, the beginning of one, or a channel, with <c>id:</c> or <c>channel:</c> before it to say which.</param>
    /// <param name="warn">Is told of what does not keep the snapshot from being opened, such as an index that is damaged.</param>
    /// <param name="cancellation">Stops between the objects that are read.</param>
    /// <returns>The content; it can be read until the browser is disposed.</returns>
    /// <exception cref="RekkordException">
    /// There is no such snapshot (<c>SnapshotNotFound</c>, <c>SnapshotAmbiguous</c>, <c>SnapshotIdInvalid</c>), it is damaged (<c>ObjectDamaged</c>), a revoked
    /// key signed what a channel leads to (<c>SignerRevoked</c>), or the repository failed.
    /// </exception>
    public SnapshotContent Open(string reference, Action<string> warn, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(warn);
        var (snapshot, roots) = _snapshots.Open(reference, warn, cancellation);
        if (!_covered.Contains(snapshot.Id))
            LoadIndex(snapshot, warn, cancellation);
        return new SnapshotContent(snapshot, roots, _blobs!, OpenData);
    }

    /// <summary>
    /// Looks for names in all snapshots. Each version of a file is given once, with the first and the last snapshot that has it. A directory
    /// that is the same in several snapshots is read once, and memory does not grow with what is in them.
    /// </summary>
    /// <param name="pattern">What to look for.</param>
    /// <param name="isWanted">Which snapshots to look into.</param>
    /// <param name="failed">Told of snapshots and directories that cannot be read, which cost no others.</param>
    /// <param name="warn">Is told of what is left out.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <returns>By path, and of one path the oldest version first.</returns>
    public IEnumerable<ItemVersion> Search(
        PathPattern pattern, Func<Snapshot, bool> isWanted, Action<RekkordException> failed, Action<string> warn, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(failed);
        ArgumentNullException.ThrowIfNull(warn);
        var wanted = _snapshots.List(failed, cancellation, warn).Where(isWanted).ToArray();

        // After the listing, so that it leads to all that was listed.
        var blobs = Load(metadataOnly: true, warn, cancellation);
        var opened = OpenTrusted(wanted, failed, warn, cancellation);
        return ReadAhead.Run(stop => new SnapshotSearch(blobs, pattern, stop).Run(opened), failed, cancellation);
    }

    /// <summary>The roots of snapshots whose signatures count.</summary>
    private List<SearchedSnapshot> OpenTrusted(Snapshot[] wanted, Action<RekkordException> failed, Action<string> warn, CancellationToken cancellation)
    {
        var opened = new List<SearchedSnapshot>(wanted.Length);
        var trusted = wanted.Where(snapshot => snapshot.SignerStatus == SignerStatus.Trusted).ToArray();
        var revoked = wanted.Length - trusted.Length;
        foreach (var (snapshot, read) in ObjectReadAhead.Each(_repository, trusted, snapshot => _snapshots.Open(snapshot, cancellation), cancellation))
        {
            try
            {
                var (record, roots) = read();
                if (record.SignerStatus == SignerStatus.Trusted)
                    opened.Add(new SearchedSnapshot(snapshot, roots));
                else
                    revoked++;
            }
            catch (RekkordException error)
            {
                failed(error);
            }
        }

        if (revoked > 0)
            warn($"{revoked} snapshot(s) are signed by a key that was revoked, and were not looked into.");
        return opened;
    }

    /// <summary>Gives back the memory; contents that were opened can be read no more.</summary>
    public void Dispose() => _readers.ForEach(reader => reader.Dispose());

    /// <summary>
    /// Loads the index. A snapshot is written after the index that leads to its content, so what is loaded covers the one that was found
    /// and every snapshot that is listed before.
    /// </summary>
    private void LoadIndex(Snapshot found, Action<string> warn, CancellationToken cancellation)
    {
        var listed = _snapshots.List(_ => { }, cancellation).Select(snapshot => snapshot.Id).ToArray();
        _blobs = Load(metadataOnly: true, warn, cancellation);
        _data = null;
        _covered.UnionWith(listed);
        _covered.Add(found.Id);
    }

    /// <summary>Loads the whole index, once for what is loaded of it else. What is wrong with it was told then.</summary>
    private BlobReader OpenData(CancellationToken cancellation) => _data ??= Load(metadataOnly: false, _ => { }, cancellation);

    private BlobReader Load(bool metadataOnly, Action<string> warn, CancellationToken cancellation)
    {
        // What is listed or compared is read on a thread of its own, which tells nobody.
        var reader = BlobReader.Open(_repository, metadataOnly, warn, warnLater: null, cancellation);
        _readers.Add(reader);
        return reader;
    }
}
