using Rekkord.Engine.Errors;
using Rekkord.Engine.Index;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Browsing;

/// <summary>A snapshot that was opened to look into it.</summary>
public sealed class SnapshotContent
{
    private readonly Func<CancellationToken, BlobReader> _openData;

    internal SnapshotContent(Snapshot snapshot, IReadOnlyList<SnapshotRoot> roots, BlobReader blobs, Func<CancellationToken, BlobReader> openData)
    {
        _openData = openData;
        Snapshot = snapshot;
        Roots = roots;
        Blobs = blobs;
    }

    /// <summary>The snapshot.</summary>
    public Snapshot Snapshot { get; }

    internal IReadOnlyList<SnapshotRoot> Roots { get; }

    /// <summary>Reads directories and chunk lists.</summary>
    internal BlobReader Blobs { get; }

    /// <summary>
    /// Lists entries, each directory before what is in it, names in byte order. They are read while they are taken, some pages ahead,
    /// so memory does not grow with the snapshot; to take no more releases everything.
    /// </summary>
    /// <param name="request">What to list.</param>
    /// <param name="failed">
    /// Told, between entries, of what cannot be listed: a path that the snapshot does not have (<c>PathNotInSnapshot</c>), or a page of a
    /// directory that is missing or damaged (<c>ObjectDamaged</c>), which costs no other page.
    /// </param>
    /// <param name="cancellation">Ends the listing.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IEnumerable<SnapshotItem> List(ListRequest request, Action<RekkordException> failed, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(failed);
        return ReadAhead.Run(stop => new ItemListing(this, stop).Find(request), failed, cancellation);
    }

    /// <summary>Opens what reads files' content too. The first call takes a while: it loads the rest of the index.</summary>
    internal BlobReader OpenData(CancellationToken cancellation) => _openData(cancellation);

    /// <summary>The saved paths that lie below a path, with their names.</summary>
    internal IEnumerable<SnapshotRoot> RootsBelow(IReadOnlyList<byte[]> path) => Roots
        .Where(root => SnapshotPath.Split(root.Path) is var names && names.Count > path.Count && SnapshotPath.StartsWith(names, path));
}
