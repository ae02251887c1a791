using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Browsing;

/// <summary>
/// A file or directory of a snapshot that is looked at by itself: found by its name below another, and listed one level at a time. A
/// directory that was not saved itself, on the way to what was, is one too.
/// </summary>
public sealed class SnapshotNode
{
    // How many names lead to a directory that was not saved itself; null for what was saved.
    private readonly IReadOnlyList<byte[]>? _way;

    private readonly SnapshotContent _content;
    private readonly RecentPages _pages;
    private readonly TreeEntry _entry;

    private SnapshotNode(SnapshotContent content, RecentPages pages, TreeEntry entry, SnapshotItem item, IReadOnlyList<byte[]>? way)
    {
        (_content, _pages, _entry, _way) = (content, pages, entry, way);
        Item = item;
    }

    /// <summary>What is known of it.</summary>
    public SnapshotItem Item { get; }

    /// <summary>Its name, in the system's bytes.</summary>
    public ReadOnlyMemory<byte> Name => _entry.Name;

    /// <summary>Whether things may be in it.</summary>
    public bool IsDirectory => _entry.Kind == FileKind.Directory;

    /// <summary>The ID of its snapshot.</summary>
    public Oid Snapshot => _content.Snapshot.Id;

    /// <summary>The directory that holds everything in a snapshot.</summary>
    internal static SnapshotNode Top(SnapshotContent content, RecentPages pages) => OnTheWay(content, pages, []);

    /// <summary>What it holds under a name.</summary>
    /// <returns>Null when there is nothing.</returns>
    /// <exception cref="RekkordException">A page of the directory is missing or damaged, or reading failed.</exception>
    public SnapshotNode? Find(byte[] name)
    {
        if (!IsDirectory)
            return null;
        if (_way is not null)
        {
            return RootsBelow(_way).Select(names => names[_way.Count]).FirstOrDefault(there => SnapshotPath.AreEqual(there, name, PathPattern.IgnoresCase)) is { } there
                ? OnTheWay(_content, _pages, [.. _way, there])
                : null;
        }

        var read = _pages.Read(_content.Blobs);
        var child = SnapshotPath.Search(_entry, name, read) ?? (PathPattern.IgnoresCase ? SnapshotPath.SearchIgnoringCase(_entry, name, read) : null);
        return child is not null ? Below(child) : null;
    }

    /// <summary>What it holds, in the order of the names. A page that cannot be read costs no other page.</summary>
    internal IEnumerable<Outcome<SnapshotNode>> List()
    {
        if (!IsDirectory)
            return [];
        return _way is null ? ListPages() : RootsBelow(_way)
            .Select(names => names[_way.Count])
            .DistinctBy(Convert.ToHexString)
            .OrderBy(Convert.ToHexString, StringComparer.Ordinal)
            .Select(name => new Outcome<SnapshotNode>(OnTheWay(_content, _pages, [.. _way, name]), null));
    }

    /// <summary>The content of a file.</summary>
    internal Stream OpenContent(CancellationToken cancellation) => new SnapshotFileStream(_entry, _content.OpenData(cancellation));

    private IEnumerable<Outcome<SnapshotNode>> ListPages()
    {
        foreach (var reference in _entry.ChunkReferences)
        {
            IReadOnlyList<TreeEntry> page = [];
            RekkordException? failure = null;
            try
            {
                page = _pages.Read(_content.Blobs)(reference);
            }
            catch (RekkordException error)
            {
                failure = ItemListing.PartlyListed(Item.Path, error);
            }

            if (failure is not null)
                yield return failure;
            foreach (var entry in page)
                yield return new Outcome<SnapshotNode>(Below(entry), null);
        }
    }

    private SnapshotNode Below(TreeEntry entry) => new(_content, _pages, entry, SnapshotItem.Below(Item.Path, entry), way: null);

    private IEnumerable<IReadOnlyList<byte[]>> RootsBelow(IReadOnlyList<byte[]> way) => _content.RootsBelow(way).Select(root => SnapshotPath.Split(root.Path));

    /// <summary>What some names lead to, which are those of a saved path, or the first names of one.</summary>
    private static SnapshotNode OnTheWay(SnapshotContent content, RecentPages pages, IReadOnlyList<byte[]> names)
    {
        var name = names.Count > 0 ? names[^1] : [];
        if (content.Roots.FirstOrDefault(root => SnapshotPath.Split(root.Path) is var path && path.Count == names.Count && SnapshotPath.StartsWith(path, names)) is { } root)
            return new SnapshotNode(content, pages, root.Entry with { Name = name }, SnapshotItem.At(FileName.ToDisplay(root.Path), root.Entry), way: null);
        var isOfWindows = content.RootsBelow(names).Any(below => below.Path is not [(byte)'/', ..]);
        var path = (isOfWindows ? "" : "/") + string.Join('/', names.Select(part => FileName.ToDisplay(part)));
        var saved = FileTime.FromDateTimeOffset(content.Snapshot.Summary.Time);
        var entry = new TreeEntry { Name = name, Metadata = new FileMetadata { Kind = FileKind.Directory, ModifiedTime = saved } };
        return new SnapshotNode(content, pages, entry, SnapshotItem.At(path, entry), names);
    }
}

/// <summary>The pages of directories that were used last, decoded: who looks around comes back to them.</summary>
internal sealed class RecentPages
{
    private const int Kept = 64;

    private readonly Dictionary<Oid, IReadOnlyList<TreeEntry>> _pages = [];
    private readonly Queue<Oid> _order = new();

    /// <summary>What reads a page, or has it already.</summary>
    public Func<ChunkReference, IReadOnlyList<TreeEntry>> Read(Index.BlobReader blobs) => reference =>
    {
        if (_pages.TryGetValue(reference.Oid, out var known))
            return known;
        var page = TreeReader.ReadPage(blobs, reference);
        if (_order.Count == Kept)
            _pages.Remove(_order.Dequeue());
        _order.Enqueue(reference.Oid);
        return _pages[reference.Oid] = page;
    };
}
