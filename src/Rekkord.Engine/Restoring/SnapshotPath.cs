using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Restoring;

/// <summary>Paths within a snapshot.</summary>
internal static class SnapshotPath
{
    /// <summary>The names in a path, without the separators; a drive's colon is dropped, since no name can have it.</summary>
    public static IReadOnlyList<byte[]> Split(ReadOnlySpan<byte> path)
    {
        var names = new List<byte[]>();
        foreach (var range in path.Split((byte)'/'))
        {
            var name = path[range];
            if (name.Length == 2 && name[1] == ':')
                name = name[..1];
            if (!name.IsEmpty)
                names.Add(name.ToArray());
        }

        return names;
    }

    /// <summary>Finds what was saved under a path.</summary>
    /// <exception cref="RekkordException">The snapshot has no such path (<c>PathNotInSnapshot</c>).</exception>
    public static TreeEntry Find(RestoreContext context, Snapshot snapshot, IReadOnlyList<SnapshotRoot> roots, string path)
    {
        var wanted = Split(FileName.FromText(path.Replace('\\', OperatingSystem.IsWindows() ? '/' : '\\')));
        foreach (var root in roots)
        {
            var names = Split(root.Path);
            if (names.Count <= wanted.Count && names.Zip(wanted).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second)))
            {
                if (Descend(context, root.Entry with { Name = names.Count > 0 ? names[^1] : root.Entry.Name }, wanted.Skip(names.Count)) is { } entry)
                    return entry;
            }
        }

        throw new RekkordException(
            "PathNotInSnapshot",
            RekkordErrorKind.NotFound,
            $"The snapshot {snapshot.Id} has no '{path}'. It holds: {string.Join(", ", roots.Select(root => FileName.ToDisplay(root.Path)))}.",
            path);
    }

    private static TreeEntry? Descend(RestoreContext context, TreeEntry entry, IEnumerable<byte[]> names)
    {
        var current = entry;
        foreach (var name in names)
        {
            current = context.ReadDirectory(current).FirstOrDefault(found => found.Name.AsSpan().SequenceEqual(name));
            if (current is null)
                return null;
        }

        return current;
    }
}
