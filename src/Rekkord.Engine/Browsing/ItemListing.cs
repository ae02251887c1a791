using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Browsing;

/// <summary>What to list of a snapshot.</summary>
public sealed record ListRequest
{
    /// <summary>
    /// A path as it was saved: of a directory what is in it is listed, anything else itself. With <c>*</c> or <c>?</c>, which stand for
    /// characters of one name, what matches is listed itself. Null for the saved paths.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>Whether the path is the name of one thing, whatever characters are in it.</summary>
    public bool IsLiteral { get; init; }

    /// <summary>How many levels below the first to list as well; 0 for none.</summary>
    public int Depth { get; init; }
}

/// <summary>One listing of a snapshot: finds where it starts, and walks from there.</summary>
internal sealed class ItemListing
{
    private readonly SnapshotContent _content;
    private readonly CancellationToken _stop;

    public ItemListing(SnapshotContent content, CancellationToken stop)
    {
        _content = content;
        _stop = stop;
    }

    /// <summary>Lists what is asked for.</summary>
    /// <exception cref="RekkordException">The snapshot does not have the path, or a directory on the way to it is damaged.</exception>
    public IEnumerable<Outcome<SnapshotItem>> Find(ListRequest request)
    {
        if (request.Path is not { } path)
            return _content.Roots.SelectMany(root => WithContent(FileName.ToDisplay(root.Path), root.Entry, request.Depth));
        return request.IsLiteral || !Wildcard.IsIn(path) || SnapshotPath.TryFind(_content.Blobs, _content.Roots, path, out _) is not null
            ? FindLiteral(path, request.Depth)
            : Wildcard.Unquote(path) is { } literal
            ? FindLiteral(literal, request.Depth)
            : Match(path, request.Depth);
    }

    private IEnumerable<Outcome<SnapshotItem>> FindLiteral(string path, int depth)
    {
        if (SnapshotPath.TryFind(_content.Blobs, _content.Roots, path, out var nearest) is { } entry)
        {
            var display = SnapshotPath.Normalize(path);
            return entry.Kind == FileKind.Directory ? Walk(display, entry, depth) : [SnapshotItem.At(display, entry)];
        }

        // A directory that was not saved itself holds the saved paths below it.
        var below = _content.RootsBelow(SnapshotPath.Split(path)).ToArray();
        return nearest is null && below.Length > 0
            ? below.SelectMany(root => WithContent(FileName.ToDisplay(root.Path), root.Entry, depth))
            : throw SnapshotPath.NotFound(_content.Snapshot, _content.Roots, path, nearest);
    }

    /// <summary>What matches a path with wildcards, name by name.</summary>
    private IEnumerable<Outcome<SnapshotItem>> Match(string path, int depth)
    {
        var wanted = SnapshotPath.Split(path)
            .Select(name => Wildcard.Matcher(FileName.ToDisplay(name), PathPattern.IgnoresCase)).ToArray();
        foreach (var root in _content.Roots)
        {
            var names = SnapshotPath.Split(root.Path);
            if (!names.Zip(wanted).All(pair => pair.Second(FileName.ToDisplay(pair.First))))
                continue;
            foreach (var outcome in Match(FileName.ToDisplay(root.Path), root.Entry, wanted.AsMemory(Math.Min(names.Count, wanted.Length)), depth))
                yield return outcome;
        }
    }

    private IEnumerable<Outcome<SnapshotItem>> Match(string path, TreeEntry entry, ReadOnlyMemory<Func<string, bool>> rest, int depth)
    {
        if (rest.IsEmpty)
            return WithContent(path, entry, depth);
        if (entry.Kind != FileKind.Directory)
            return [];
        var (next, below) = (rest.Span[0], rest[1..]);
        return Children(entry, path).SelectMany(child => child switch
        {
            { Error: { } error } => [error],
            { Value: { } found } when next(FileName.ToDisplay(found.Name)) => Match(SnapshotPath.Join(path, FileName.ToDisplay(found.Name)), found, below, depth),
            _ => [],
        });
    }

    /// <summary>An entry, and what is in it if that is asked for.</summary>
    private IEnumerable<Outcome<SnapshotItem>> WithContent(string path, TreeEntry entry, int depth)
    {
        IEnumerable<Outcome<SnapshotItem>> self = [SnapshotItem.At(path, entry)];
        return depth > 0 && entry.Kind == FileKind.Directory ? self.Concat(Walk(path, entry, depth - 1)) : self;
    }

    /// <summary>What is in a directory, and some levels below it; the directories that are being walked are kept, not the call stack.</summary>
    private IEnumerable<Outcome<SnapshotItem>> Walk(string path, TreeEntry directory, int depth)
    {
        var open = new Stack<(string Path, IEnumerator<Outcome<TreeEntry>> Entries)>();
        open.Push((path, Children(directory, path).GetEnumerator()));
        while (open.TryPeek(out var current))
        {
            if (!current.Entries.MoveNext())
            {
                open.Pop();
                continue;
            }

            if (current.Entries.Current.Value is not { } entry)
            {
                yield return current.Entries.Current.Error!;
                continue;
            }

            var item = SnapshotItem.Below(current.Path, entry);
            yield return item;
            if (entry.Kind != FileKind.Directory || open.Count > depth)
                continue;
            if (open.Count < FormatLimits.TreeDepth)
                open.Push((item.Path, Children(entry, item.Path).GetEnumerator()));
            else
                yield return TooDeep(item.Path);
        }
    }

    private IEnumerable<Outcome<TreeEntry>> Children(TreeEntry directory, string path) => Children(_content.Blobs, directory, path, _stop);

    /// <summary>The entries of a directory; a page that cannot be read costs no other page.</summary>
    internal static IEnumerable<Outcome<TreeEntry>> Children(BlobReader blobs, TreeEntry directory, string path, CancellationToken stop)
    {
        foreach (var reference in directory.ChunkReferences)
        {
            stop.ThrowIfCancellationRequested();
            IReadOnlyList<TreeEntry> page = [];
            RekkordException? failure = null;
            try
            {
                page = TreeReader.ReadPage(blobs, reference);
            }
            catch (RekkordException error)
            {
                failure = PartlyListed(path, error);
            }

            if (failure is not null)
                yield return failure;
            foreach (var entry in page)
                yield return entry;
        }
    }

    internal static RekkordException PartlyListed(string path, RekkordException error) =>
        new(error.ErrorId, error.Kind, $"The directory '{path}' is only partly listed: {error.Message}", path, error);

    internal static RekkordException TooDeep(string path) => new(
        "TreeTooDeep", RekkordErrorKind.InvalidData, $"'{path}' is nested deeper than any directory that is saved; what is in it is left out.", path);
}
