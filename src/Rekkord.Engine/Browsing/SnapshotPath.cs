using System.Globalization;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Browsing;

/// <summary>Paths within a snapshot.</summary>
internal static class SnapshotPath
{
    /// <summary>The names in a path, without the separators.</summary>
    public static IReadOnlyList<byte[]> Split(ReadOnlySpan<byte> path)
    {
        var names = new List<byte[]>();
        foreach (var range in path.Split((byte)'/'))
        {
            if (!path[range].IsEmpty)
                names.Add(path[range].ToArray());
        }

        return names;
    }

    /// <summary>
    /// The names under which a saved path is restored. Windows's paths do not start with a separator; their drive's colon is dropped,
    /// which no name can have there. On Unix <c>c:</c> is a name like others.
    /// </summary>
    public static IReadOnlyList<byte[]> SplitForRestore(ReadOnlySpan<byte> path)
    {
        var names = Split(path);
        return names is [[_, (byte)':'], ..] && path[0] != '/' ? [names[0][..1], .. names.Skip(1)] : names;
    }

    /// <summary>The names in a path that a user gave.</summary>
    public static IReadOnlyList<byte[]> Split(string path) =>
        Split(FileName.FromText(Normalize(path)));

    /// <summary>A path that a user gave, with the separators that stored paths have and none at its end.</summary>
    public static string Normalize(string path)
    {
        var normal = OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path;
        return normal.TrimEnd('/') is { Length: > 0 } trimmed ? trimmed : "/";
    }

    /// <summary>Whether the first names of a path are those; on Windows, whatever their case.</summary>
    public static bool StartsWith(IReadOnlyList<byte[]> path, IReadOnlyList<byte[]> start) => StartsWith(path, start, PathPattern.IgnoresCase);

    private static bool StartsWith(IReadOnlyList<byte[]> path, IReadOnlyList<byte[]> start, bool ignoreCase) =>
        start.Count <= path.Count && start.Zip(path).All(pair => AreEqual(pair.First, pair.Second, ignoreCase));

    /// <summary>Whether two names are one.</summary>
    internal static bool AreEqual(ReadOnlySpan<byte> name, ReadOnlySpan<byte> other, bool ignoreCase) =>
        name.SequenceEqual(other)
        || (ignoreCase && string.Equals(FileName.ToDisplay(name), FileName.ToDisplay(other), StringComparison.OrdinalIgnoreCase));

    /// <summary>A path and a name below it, as displayed.</summary>
    public static string Join(string directory, string name) =>
        directory.Length == 0 ? name : directory[^1] == '/' ? directory + name : $"{directory}/{name}";

    /// <summary>Finds what was saved under a path.</summary>
    /// <exception cref="RekkordException">The snapshot has no such path (<c>PathNotInSnapshot</c>), or a directory on the way is damaged.</exception>
    public static TreeEntry Find(BlobReader blobs, Snapshot snapshot, IReadOnlyList<SnapshotRoot> roots, string path)
    {
        var found = TryFind(blobs, roots, path, out var nearest);
        return found ?? throw NotFound(snapshot, roots, path, nearest);
    }

    /// <summary>Finds what was saved under a path.</summary>
    /// <param name="blobs">The repository's blobs.</param>
    /// <param name="roots">The saved paths.</param>
    /// <param name="path">The path, as displayed or as it is.</param>
    /// <param name="nearest">When nothing was found: the nearest parent that was saved, as displayed; null when there is none.</param>
    /// <exception cref="RekkordException">A directory on the way is damaged.</exception>
    public static TreeEntry? TryFind(BlobReader blobs, IReadOnlyList<SnapshotRoot> roots, string path, out string? nearest) =>
        TryFind(blobs, roots, path, PathPattern.IgnoresCase, out nearest);

    /// <summary>Finds what was saved under a path, or if there is nothing and it is told so, the only thing whose path differs in case.</summary>
    internal static TreeEntry? TryFind(BlobReader blobs, IReadOnlyList<SnapshotRoot> roots, string path, bool ignoreCase, out string? nearest)
    {
        if (ignoreCase && TryFind(blobs, roots, path, ignoreCase: false, out nearest) is { } exact)
            return exact;
        var wanted = Split(path);
        nearest = null;
        foreach (var root in roots)
        {
            var names = Split(root.Path);
            if (!StartsWith(wanted, names, ignoreCase))
                continue;
            var current = root.Entry with { Name = names.Count > 0 ? names[^1] : root.Entry.Name };
            var reached = FileName.ToDisplay(root.Path);
            var depth = names.Count;
            while (depth < wanted.Count && FindChild(blobs, current, wanted[depth], ignoreCase) is { } child)
            {
                current = child;
                reached = Join(reached, FileName.ToDisplay(child.Name));
                depth++;
            }

            if (depth == wanted.Count)
                return current;
            if (nearest is null || reached.Length > nearest.Length)
                nearest = reached;
        }

        return null;
    }

    /// <summary>The error for a path that a snapshot does not have.</summary>
    public static RekkordException NotFound(Snapshot snapshot, IReadOnlyList<SnapshotRoot> roots, string path, string? nearest) => new(
        "PathNotInSnapshot",
        RekkordErrorKind.NotFound,
        $"The snapshot {snapshot.Id} has no '{path}'. " + (nearest is null
            ? $"It holds: {string.Join(", ", roots.Select(root => FileName.ToDisplay(root.Path)))}."
            : $"It has '{nearest}': Get-RekkordItem lists what is in there."),
        path);

    /// <summary>Finds an entry of a directory by its name: the bytes as they are, or those that a displayed name stands for.</summary>
    /// <returns>Null when it has none, or is not a directory.</returns>
    /// <exception cref="RekkordException">A page is missing or damaged.</exception>
    private static TreeEntry? FindChild(BlobReader blobs, TreeEntry directory, byte[] name, bool ignoreCase)
    {
        if (directory.Kind != FileKind.Directory)
            return null;
        return Search(directory, name, Read)
            ?? (FromDisplay(name) is { } other ? Search(directory, other, Read) : null)
            ?? (ignoreCase ? SearchIgnoringCase(directory, name, Read) : null);

        IReadOnlyList<TreeEntry> Read(ChunkReference page) => TreeReader.ReadPage(blobs, page);
    }

    /// <summary>Looks through all pages for the only entry whose name is another in nothing but its case.</summary>
    /// <exception cref="RekkordException">A page is missing or damaged.</exception>
    internal static TreeEntry? SearchIgnoringCase(TreeEntry directory, byte[] name, Func<ChunkReference, IReadOnlyList<TreeEntry>> read)
    {
        TreeEntry? found = null;
        foreach (var entry in directory.ChunkReferences.SelectMany(read))
        {
            if (!AreEqual(name, entry.Name, ignoreCase: true))
                continue;
            if (found is not null)
                return null;
            found = entry;
        }

        return found;
    }

    /// <summary>Binary search among the pages, which hold the entries in ascending order of their names.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="name">The name, byte by byte.</param>
    /// <param name="read">Reads a page.</param>
    /// <exception cref="RekkordException">A page is missing or damaged.</exception>
    internal static TreeEntry? Search(TreeEntry directory, ReadOnlySpan<byte> name, Func<ChunkReference, IReadOnlyList<TreeEntry>> read)
    {
        var (low, high) = (0, directory.Chunks.Length / ChunkReference.EncodedLength - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var page = read(ChunkReference.Decode(directory.Chunks.Span[(middle * ChunkReference.EncodedLength)..]));
            if (page.Count == 0 || name.SequenceCompareTo(page[^1].Name) > 0)
                low = middle + 1;
            else if (name.SequenceCompareTo(page[0].Name) < 0)
                high = middle - 1;
            else
                return Find(page, name);
        }

        return null;
    }

    private static TreeEntry? Find(IReadOnlyList<TreeEntry> page, ReadOnlySpan<byte> name)
    {
        foreach (var entry in page)
        {
            if (name.SequenceEqual(entry.Name))
                return entry;
        }

        return null;
    }

    /// <summary>The bytes that a name as <see cref="FileName.ToDisplay"/> shows it stands for; null when it shows nothing but itself.</summary>
    private static byte[]? FromDisplay(ReadOnlySpan<byte> name)
    {
        if (name.IndexOf("\\x"u8) < 0)
            return null;
        var bytes = new List<byte>(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i..].StartsWith("\\x"u8) && i + 4 <= name.Length
                && byte.TryParse(name.Slice(i + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                i += 3;
            }
            else
            {
                bytes.Add(name[i]);
            }
        }

        // What is shown as itself may look like that, too: it is another name.
        return FileName.ToDisplay([.. bytes]) == FileName.ToDisplay(name) ? [.. bytes] : null;
    }
}
