using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Browsing;

/// <summary>
/// Compares two snapshots of one repository. Pages that both have are not read: what two snapshots share costs nothing, so the effort
/// is that of the directories on the way to what differs. Content is read only of files of the same size that are stored in different
/// ways, and there up to the first byte that differs.
/// </summary>
public sealed class SnapshotComparison
{
    private readonly SnapshotContent _old;
    private readonly SnapshotContent _new;
    private readonly CancellationToken _stop;

    private SnapshotComparison(SnapshotContent old, SnapshotContent current, CancellationToken stop)
    {
        _old = old;
        _new = current;
        _stop = stop;
    }

    /// <summary>
    /// Finds the entries that differ, each directory before what is in it, names in byte order. They are found while they are taken,
    /// so memory does not grow with the snapshots; to take no more releases everything.
    /// </summary>
    /// <param name="reference">The snapshot to compare with.</param>
    /// <param name="difference">The snapshot that is compared.</param>
    /// <param name="referencePath">A path in the first; null for all saved paths, for both then.</param>
    /// <param name="differencePath">The path in the second.</param>
    /// <param name="failed">
    /// Told, between entries, of what cannot be compared: a path that neither has (<c>PathNotInSnapshot</c>), a directory of which a page
    /// is missing or damaged (<c>ObjectDamaged</c>) or that could not be read when it was saved (<c>ContentNotSaved</c>), or a file whose
    /// content would have to be read to compare it, and cannot be (<c>ObjectDamaged</c>); it is then taken for changed.
    /// </param>
    /// <param name="cancellation">Ends the comparison.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IEnumerable<SnapshotDifference> Compare(
        SnapshotContent reference,
        SnapshotContent difference,
        string? referencePath,
        string? differencePath,
        Action<RekkordException> failed,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(difference);
        ArgumentNullException.ThrowIfNull(failed);
        return ReadAhead.Run(
            stop =>
            {
                var comparison = new SnapshotComparison(reference, difference, stop);
                return comparison.Walk(comparison.Start(referencePath, differencePath));
            },
            failed,
            cancellation);
    }

    private IEnumerable<EntryPair> Start(string? oldPath, string? newPath)
    {
        if (oldPath is null || newPath is null)
            return PairRoots(_old.Roots, _new.Roots);
        var old = SnapshotPath.TryFind(_old.Blobs, _old.Roots, oldPath, out _);
        var current = SnapshotPath.TryFind(_new.Blobs, _new.Roots, newPath, out var nearest);
        if (old is not null || current is not null)
            return [new EntryPair(SnapshotPath.Normalize(newPath), old, current)];

        // A directory that was not saved itself holds the saved paths below it.
        SnapshotRoot[] oldBelow = [.. _old.RootsBelow(SnapshotPath.Split(oldPath))];
        SnapshotRoot[] newBelow = [.. _new.RootsBelow(SnapshotPath.Split(newPath))];
        return oldBelow.Length + newBelow.Length > 0
            ? PairRoots(oldBelow, newBelow)
            : throw SnapshotPath.NotFound(_new.Snapshot, _new.Roots, newPath, nearest);
    }

    private static IEnumerable<EntryPair> PairRoots(IReadOnlyList<SnapshotRoot> old, IReadOnlyList<SnapshotRoot> current)
    {
        var (left, right) = (ByPath(old), ByPath(current));
        var paths = left.Keys.Union(right.Keys).Order(StringComparer.Ordinal);
        return paths.Select(path => new EntryPair(
            FileName.ToDisplay(Convert.FromHexString(path)), left.GetValueOrDefault(path), right.GetValueOrDefault(path)));

        // Paths that are shown alike may differ in their bytes.
        static Dictionary<string, TreeEntry> ByPath(IReadOnlyList<SnapshotRoot> roots) => roots
            .DistinctBy(root => Convert.ToHexString(root.Path))
            .ToDictionary(root => Convert.ToHexString(root.Path), root => root.Entry);
    }

    /// <summary>Compares pairs and what is in them; the directories that are being compared are kept, not the call stack.</summary>
    private IEnumerable<Outcome<SnapshotDifference>> Walk(IEnumerable<EntryPair> start)
    {
        var open = new Stack<(string Path, IEnumerator<EntryPair> Pairs)>();
        open.Push(("", start.GetEnumerator()));
        while (open.TryPeek(out var current))
        {
            _stop.ThrowIfCancellationRequested();
            if (!TryMoveNext(current.Pairs, current.Path, out var failure))
            {
                open.Pop().Pairs.Dispose();
                if (failure is not null)
                    yield return failure;
                continue;
            }

            var pair = current.Pairs.Current;
            var (difference, unread) = Describe(pair, current.Path);
            if (unread is not null)
                yield return unread;
            if (difference is not null)
                yield return difference;
            var directories = pair.Directories;
            if (directories is (null, null))
                continue;
            var path = pair.PathBelow(current.Path);
            if (Refuse(directories, path, open.Count) is { } refusal)
                yield return refusal;
            else
                open.Push((path, Merge(directories.Old, directories.New).GetEnumerator()));
        }
    }

    private (SnapshotDifference? Difference, RekkordException? Unread) Describe(EntryPair pair, string directory)
    {
        RekkordException? unread = null;
        if (EntryComparison.Compare(pair.Old, pair.New, HaveEqualBytes) is not { } found)
            return (null, unread);
        var path = pair.PathBelow(directory);
        return (new SnapshotDifference(path, found.Kind, Item(pair.Old), Item(pair.New), found.Properties), unread);

        bool HaveEqualBytes(TreeEntry old, TreeEntry current)
        {
            try
            {
                return ContentComparison.AreEqual(old, _old.OpenData(_stop), current, _new.OpenData(_stop), _stop);
            }
            catch (RekkordException error)
            {
                var file = pair.PathBelow(directory);
                unread = new RekkordException(
                    error.ErrorId, error.Kind, $"The content of '{file}' is not compared, and counts as changed: {error.Message}", file, error);
                return false;
            }
        }

        SnapshotItem? Item(TreeEntry? entry) => entry is null ? null : SnapshotItem.At(path, entry);
    }

    /// <summary>Why two directories are not compared; null when they are.</summary>
    private RekkordException? Refuse((TreeEntry? Old, TreeEntry? New) directories, string path, int depth)
    {
        if (depth > FormatLimits.TreeDepth)
            return ItemListing.TooDeep(path);
        var unread = directories.Old is { } old && old.Flags.HasFlag(EntryFlags.Unreadable) ? _old
            : directories.New is { } current && current.Flags.HasFlag(EntryFlags.Unreadable) ? _new
            : null;
        return unread is null ? null : new RekkordException(
            "ContentNotSaved",
            RekkordErrorKind.ReadError,
            $"'{path}' could not be read when the snapshot {unread.Snapshot.Id} was made. What is in it is not compared. Compare with another snapshot.",
            path);
    }

    /// <summary>The entries of two directories side by side, without those of the pages that both have.</summary>
    private IEnumerable<EntryPair> Merge(TreeEntry? old, TreeEntry? current)
    {
        var shared = old is null || current is null ? [] : old.ChunkReferences.Intersect(current.ChunkReferences).ToHashSet();
        using var left = Entries(_old, old, shared).GetEnumerator();
        using var right = Entries(_new, current, shared).GetEnumerator();
        var (hasLeft, hasRight) = (left.MoveNext(), right.MoveNext());
        while (hasLeft || hasRight)
        {
            var order = !hasLeft ? 1 : !hasRight ? -1 : left.Current.Name.AsSpan().SequenceCompareTo(right.Current.Name);
            yield return new EntryPair(null, order <= 0 ? left.Current : null, order >= 0 ? right.Current : null);
            if (order <= 0)
                hasLeft = left.MoveNext();
            if (order >= 0)
                hasRight = right.MoveNext();
        }
    }

    private IEnumerable<TreeEntry> Entries(SnapshotContent content, TreeEntry? directory, HashSet<ChunkReference> except)
    {
        if (directory is null)
            yield break;
        foreach (var page in directory.ChunkReferences)
        {
            if (except.Contains(page))
                continue;
            _stop.ThrowIfCancellationRequested();
            foreach (var entry in TreeReader.ReadPage(content.Blobs, page))
                yield return entry;
        }
    }

    /// <summary>Goes on in a directory; where a page cannot be read, nothing can be said of the rest of it.</summary>
    private static bool TryMoveNext(IEnumerator<EntryPair> pairs, string path, out RekkordException? failure)
    {
        failure = null;
        try
        {
            return pairs.MoveNext();
        }
        catch (RekkordException error)
        {
            failure = new RekkordException(error.ErrorId, error.Kind, $"The directory '{path}' is only partly compared: {error.Message}", path, error);
            return false;
        }
    }
}
