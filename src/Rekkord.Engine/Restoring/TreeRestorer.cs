using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Restoring;

/// <summary>Walks a stored tree and makes what is in it: directories, links and special files here, regular files by the workers. To be finished.</summary>
internal sealed class TreeRestorer
{
    private readonly RestoreContext _context;
    private readonly RestoreDispatch _dispatch;
    private readonly HardLinks _links;

    public TreeRestorer(RestoreContext context, DestinationDirectory destination)
    {
        _context = context;
        Selection = new RestoreSelection(context.Request);
        _dispatch = new RestoreDispatch(context);
        _links = new HardLinks(context, destination, _dispatch);
    }

    /// <summary>What was asked for.</summary>
    public RestoreSelection Selection { get; }

    /// <summary>Restores an entry into a directory.</summary>
    /// <param name="parent">The directory.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="path">Its path in the snapshot, as displayed: what patterns are matched against.</param>
    /// <param name="included">Whether a directory above was asked for already.</param>
    public void Restore(RestoreNode parent, TreeEntry entry, string path, bool included)
    {
        _context.Cancellation.ThrowIfCancellationRequested();
        try
        {
            if (!entry.IsRestorable)
                throw Unsafe(path);
            var above = included;
            included = Selection.Includes(path, entry.Name, above);
            if (entry.Kind == FileKind.Directory && (included || Selection.MayIncludeBelow(path)))
                RestoreDirectory(parent, entry, path, included, Selection.IncludesContent(path, included, above));
            else if (included)
                RestoreFile(parent, entry, path);
        }
        catch (RekkordException error)
        {
            _context.Report(error);
        }
    }

    /// <summary>Reports what was asked for and is not there.</summary>
    public void ReportUnmet()
    {
        foreach (var error in Selection.Unmet)
            _context.Report(error);
    }

    /// <summary>Leaves the last files to the workers; also to be called when the walk was broken off.</summary>
    public void Finish() => _dispatch.Flush();

    /// <summary>Restores what a stored directory holds.</summary>
    public void RestoreContent(RestoreNode node, TreeEntry directory, string path, bool included)
    {
        if (node.Depth > FormatLimits.TreeDepth)
            throw new RekkordException("TreeTooDeep", RekkordErrorKind.InvalidData, $"'{path}' is nested deeper than any directory that is saved; what is in it is not restored.", path);
        if (directory.Flags.HasFlag(EntryFlags.Unreadable))
            _context.Report(NotSaved(path));
        foreach (var page in directory.ChunkReferences)
        {
            foreach (var entry in ReadPage(page, path))
                Restore(node, entry, $"{path}/{FileName.ToDisplay(entry.Name)}", included);
        }
    }

    /// <summary>Reads a page of a directory; one that cannot be read is reported, and costs no other page.</summary>
    private IReadOnlyList<TreeEntry> ReadPage(ChunkReference page, string path)
    {
        try
        {
            return TreeReader.ReadPage(_context.Blobs, page);
        }
        catch (RekkordException error)
        {
            _context.Report(new RekkordException(
                error.ErrorId, error.Kind, $"The directory '{path}' is only partly restored: {error.Message}", path, error));
            return [];
        }
    }

    private static RekkordException Unsafe(string path) => new(
        "UnsafeFileName",
        RekkordErrorKind.Security,
        $"The repository has an entry '{path}' whose name no file can have, or a link whose target no link can have. It is not restored. Such a repository is damaged, or somebody made it with bad intent.",
        path);

    private static RekkordException NotSaved(string path) => new(
        "ContentNotSaved",
        RekkordErrorKind.ReadError,
        $"'{path}' could not be read when the snapshot was made, so its content is missing. Look for it in an older snapshot.",
        path);

    private void RestoreDirectory(RestoreNode parent, TreeEntry entry, string path, bool included, bool withContent)
    {
        var node = new RestoreNode(parent, entry.Name, entry.Metadata);
        try
        {
            if (included)
                node.Open();
            if (withContent || Selection.MayIncludeBelow(path))
                RestoreContent(node, entry, path, withContent);
        }
        finally
        {
            node.RemoveUser();
        }
    }

    private void RestoreFile(RestoreNode parent, TreeEntry entry, string path)
    {
        if (entry.Flags.HasFlag(EntryFlags.Unreadable))
            throw NotSaved(path);
        if (!_context.Restrictions.Allows(entry, path))
            return;
        parent.Take(entry.Name);
        if (entry.Flags.HasFlag(EntryFlags.Changed))
            _context.Warn($"'{path}' changed while it was saved. What the last reading gave is restored.");
        if (entry.HardLink is not { } link)
        {
            RestoreAlone(parent, entry, path);
            return;
        }

        var number = new FileIdentity(link.Device, link.Inode);
        if (!_links.TryLink(parent, entry, number))
            _links.Add(parent, entry, number, RestoreAlone(parent, entry, path));
    }

    private Task<bool> RestoreAlone(RestoreNode parent, TreeEntry entry, string path) =>
        entry.Kind == FileKind.File ? _dispatch.Add(parent, entry) : RestoreSpecial(parent, entry, path);

    private Task<bool> RestoreSpecial(RestoreNode parent, TreeEntry entry, string path)
    {
        if (entry.Kind == FileKind.Socket)
        {
            _context.Warn($"'{path}' was a socket. The program that listens on it makes it again.");
            return Task.FromResult(false);
        }

        var directory = parent.Open();
        var temporary = TemporaryName.Create();
        parent.Make(temporary, entry.Name, () =>
        {
            if (entry.Kind == FileKind.SymbolicLink)
                directory.CreateSymbolicLink(temporary, entry.LinkTarget!);
            else
                directory.CreateSpecial(temporary, entry.Kind, entry.SpecialDevice);
            var restored = () => directory.DisplayPathOf(entry.Name);
            _context.Tell(restored, directory.ApplyMetadata(temporary, _context.Restrictions.Restrict(entry.Metadata, restored)));
        });
        _context.CountFile(0);
        return Task.FromResult(true);
    }
}
