using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Browsing;

/// <summary>One version of what was saved under a path. A directory has one, whatever is in it.</summary>
/// <param name="Item">It, as the last snapshot has it.</param>
/// <param name="First">The first snapshot that has it.</param>
/// <param name="Last">The last one.</param>
/// <param name="Snapshots">How many have it.</param>
public sealed record ItemVersion(SnapshotItem Item, Snapshot First, Snapshot Last, int Snapshots);

/// <summary>A snapshot to look into.</summary>
internal sealed record SearchedSnapshot(Snapshot Snapshot, IReadOnlyList<SnapshotRoot> Roots);

/// <summary>
/// Walks the directories of many snapshots at once, name by name, as one merges sorted lists. What is the same directory in several of them
/// is walked once. In memory are the directories on the way, with a page of each of their versions.
/// </summary>
internal sealed class SnapshotSearch(BlobReader blobs, PathPattern pattern, CancellationToken stop)
{
    private static readonly Comparer<byte[]> ByteOrder = Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right));

    /// <summary>An entry, and which snapshots have it: the numbers of the first and the last one, and how many.</summary>
    private sealed record Held(TreeEntry Entry, int First, int Last, int Count)
    {
        public Held Join(Held other) => new(other.Last > Last ? other.Entry : Entry, Math.Min(First, other.First), Math.Max(Last, other.Last), Count + other.Count);
    }

    /// <summary>Finds what matches.</summary>
    /// <param name="snapshots">The snapshots, oldest first.</param>
    public IEnumerable<Outcome<ItemVersion>> Run(IReadOnlyList<SearchedSnapshot> snapshots)
    {
        var roots = new Dictionary<string, List<Held>>(StringComparer.Ordinal);
        for (var i = 0; i < snapshots.Count; i++)
        {
            foreach (var root in snapshots[i].Roots)
            {
                var path = FileName.ToDisplay(root.Path);
                if (!roots.TryGetValue(path, out var held))
                    roots.Add(path, held = []);
                held.Add(new Held(root.Entry, i, i, 1));
            }
        }

        return roots.Keys.Order(StringComparer.Ordinal).SelectMany(root => Walk(root, roots[root])).Select(outcome => outcome.Value is var (path, held)
            ? new ItemVersion(SnapshotItem.At(path, held.Entry), snapshots[held.First].Snapshot, snapshots[held.Last].Snapshot, held.Count)
            : (Outcome<ItemVersion>)outcome.Error!);
    }

    private IEnumerable<Outcome<Found>> Walk(string rootPath, List<Held> root)
    {
        var open = new Stack<Level>();
        IEnumerable<Outcome<List<Held>>> start = [root];
        open.Push(new Level("", start.GetEnumerator()));
        while (open.TryPeek(out var current))
        {
            if (!current.Names.MoveNext())
            {
                open.Pop();
                continue;
            }

            if (current.Names.Current.Value is not { } held)
            {
                yield return current.Names.Current.Error!;
                continue;
            }

            var name = FileName.ToDisplay(held[0].Entry.Name);
            var path = open.Count == 1 ? rootPath : SnapshotPath.Join(current.Path, name);
            if (pattern.Matches(path, open.Count == 1 ? path[(path.LastIndexOf('/') + 1)..] : name))
            {
                foreach (var version in Group(held, AreOneVersion).OrderBy(version => version.First))
                    yield return new Found(path, version);
            }

            var directories = Group(held.Where(each => each.Entry.Kind == FileKind.Directory), HaveSameEntries);
            if (directories.Count == 0 || !pattern.CanMatchWithin(path))
                continue;
            if (open.Count <= FormatLimits.TreeDepth)
                open.Push(new Level(path, Children(directories, path).GetEnumerator()));
            else
                yield return ItemListing.TooDeep(path);
        }
    }

    /// <summary>What several versions of a directory have, name by name in byte order.</summary>
    private IEnumerable<Outcome<List<Held>>> Children(List<Held> directories, string path)
    {
        var cursors = new PriorityQueue<Cursor, byte[]>(ByteOrder);
        List<RekkordException> errors = [];
        foreach (var directory in directories)
            Advance(new Cursor(directory, ItemListing.Children(blobs, directory.Entry, path, stop).GetEnumerator()));
        while (cursors.TryPeek(out _, out var name))
        {
            List<Held> held = [];
            while (cursors.TryPeek(out var cursor, out var next) && next.AsSpan().SequenceEqual(name))
            {
                cursors.Dequeue();
                held.Add(cursor.Directory with { Entry = cursor.Entries.Current.Value! });
                Advance(cursor);
            }

            yield return held;
            foreach (var error in errors)
                yield return error;
            errors.Clear();
        }

        foreach (var error in errors)
            yield return error;

        void Advance(Cursor cursor)
        {
            while (cursor.Entries.MoveNext())
            {
                if (cursor.Entries.Current.Value is { } entry)
                {
                    cursors.Enqueue(cursor, entry.Name);
                    return;
                }

                errors.Add(cursor.Entries.Current.Error!);
            }
        }
    }

    private static List<Held> Group(IEnumerable<Held> held, Func<TreeEntry, TreeEntry, bool> areSame)
    {
        List<Held> groups = [];
        foreach (var each in held)
        {
            var at = groups.FindIndex(group => areSame(group.Entry, each.Entry));
            if (at < 0)
                groups.Add(each);
            else
                groups[at] = groups[at].Join(each);
        }

        return groups;
    }

    private static bool HaveSameEntries(TreeEntry left, TreeEntry right) => left.Chunks.Span.SequenceEqual(right.Chunks.Span);

    private static bool AreOneVersion(TreeEntry left, TreeEntry right) =>
        left.Kind == right.Kind
        && (left.Kind == FileKind.Directory
            || (left.Size == right.Size
                && left.Metadata.ModifiedTime == right.Metadata.ModifiedTime
                && left.Flags == right.Flags
                && left.SpecialDevice == right.SpecialDevice
                && left.LinkTarget.AsSpan().SequenceEqual(right.LinkTarget)
                && ContentComparison.AreCutEqually(left, right)));

    private sealed record Found(string Path, Held Held);

    /// <summary>A directory that is being walked, and the names in it that are still to come.</summary>
    private sealed record Level(string Path, IEnumerator<Outcome<List<Held>>> Names);

    /// <summary>One version of that directory, and its entries that are still to come.</summary>
    private sealed record Cursor(Held Directory, IEnumerator<Outcome<TreeEntry>> Entries);
}
