using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Saving;

/// <summary>
/// Walks the saved paths, each directory in byte order of its names, and has each entry visited. What was named in a directory and is
/// not listed there is visited too.
/// </summary>
internal sealed class SourceWalker
{
    private readonly SaveContext _context;
    private readonly LocalFileSystem _files;
    private readonly OwnFiles _own;
    private readonly OmittedEntries _omitted;
    private readonly EntryVisitor _visitor;
    private readonly List<DirectoryNode> _ancestors = [];
    private (byte[] Path, SharedDirectory Handle, string? Own)? _parent;

    public SourceWalker(SaveContext context, LocalFileSystem files, OwnFiles own)
    {
        _context = context;
        _files = files;
        _own = own;
        _omitted = new OmittedEntries(context, _ancestors);
        _visitor = new EntryVisitor(context, own, _omitted, _ancestors, WalkDirectory);
    }

    /// <summary>The directory being walked, for progress.</summary>
    public string CurrentPath { get; private set; } = "";

    /// <summary>Walks everything and leaves the last batch with the workers.</summary>
    public void Walk(RootSet roots)
    {
        try
        {
            VisitRoots(roots, path => !roots.Named.IsNested(path));

            // What the walk of another path should have come to and did not, because a directory on the way could not be opened, say.
            VisitRoots(roots, _ => true);
        }
        finally
        {
            CloseParent();
        }

        _visitor.Flush();
    }

    private void VisitRoots(RootSet roots, Predicate<NamedPath> isWanted)
    {
        for (var i = 0; i < roots.Named.All.Count; i++)
        {
            if (roots.Named.All[i] is { IsSettled: false } path && isWanted(path))
                VisitRoot(path, roots, i);
        }
    }

    private void VisitRoot(NamedPath path, RootSet roots, int slot)
    {
        _context.Cancellation.ThrowIfCancellationRequested();
        path.IsSettled = true;
        try
        {
            var (parentPath, parent, own) = OpenParent(path.Path);
            var place = new Place(
                parent, SourceRoot.NameOf(path.Path), SourceRoot.EntryNameOf(path.Path), roots, slot, Hash128.Compute(path.Path), _context.Cache.OpenDirectory(default), Follow: true, path);
            if (own is null)
                _visitor.Visit(place);
            else
                _visitor.LeaveOut(place, own);
        }
        catch (FileSystemException error) when (error.Kind == RekkordErrorKind.NotFound)
        {
            _context.ReportGone(FileName.ToDisplay(path.Path), isNamed: true);
        }
        catch (FileSystemException error)
        {
            _context.Report(error);
        }
    }

    /// <summary>Opens the directory that holds a named path, if the last one is not it: only one is open, however many paths there are.</summary>
    private (byte[] Path, SharedDirectory Handle, string? Own) OpenParent(byte[] path)
    {
        var wanted = SourceRoot.ParentOf(path);
        if (_parent is { } last && last.Path.AsSpan().SequenceEqual(wanted))
            return last;
        CloseParent();
        var opened = (wanted, new SharedDirectory(_files.OpenDirectory(wanted)), _own.FindAbove(_files, wanted));
        _parent = opened;
        return opened;
    }

    private void CloseParent()
    {
        _parent?.Handle.RemoveUser();
        _parent = null;
    }

    /// <summary>Walks a directory.</summary>
    /// <param name="node">The directory.</param>
    /// <param name="named">What in it was named, if anything was.</param>
    /// <param name="isPassage">Whether only what was named is saved of it.</param>
    private void WalkDirectory(DirectoryNode node, NamedPath? named, bool isPassage)
    {
        CurrentPath = node.Directory.DisplayPath;
        _context.CurrentFile = null;
        _context.Counters.AddDirectory();
        byte[][] names = [];
        try
        {
            if (!isPassage)
                names = _omitted.Enter(node, ListNames(node));
        }
        catch (RekkordException error)
        {
            _context.Report(error);
            node.MarkUnreadable();
        }

        if (named is { HasBelow: true })
            names = AddNamed(node.Directory, names, named);
        _ancestors.Add(node);
        var cached = _context.Cache.OpenDirectory(node.PathHash);
        node.Begin(names.Length);
        for (var i = 0; i < names.Length; i++)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            var below = named?.Find(names[i]);
            _visitor.Visit(new Place(
                node.Handle, names[i], names[i], node, i, node.PathHash, cached, below is not null || _context.Request.FollowLinks, below));
        }

        _ancestors.RemoveAt(_ancestors.Count - 1);
        _omitted.Leave(node);
        node.Handle.RemoveUser();
    }

    /// <summary>
    /// Adds the names of what was named in a directory and is not listed there: of one of which nothing else is saved, one that cannot be
    /// read, or one that has more than it shows (a directory of old states). A name that only differs in case may be that of an entry.
    /// </summary>
    private static byte[][] AddNamed(SourceDirectory directory, byte[][] names, NamedPath named)
    {
        var all = new List<byte[]>(names);
        foreach (var name in named.Below.ToArray())
        {
            if (Array.BinarySearch(names, name, NamedPath.ByteOrder) >= 0 || TryGetStatus(directory, name) is not { } status)
                continue;
            if (FindFolded(directory, names, name, status) is { } listed)
                named.AddAlias(name, listed);
            else
                all.Add(name);
        }

        return all.Count == names.Length ? names : NameOrder.SortDistinct(all);
    }

    /// <summary>The listed name of what a directory that folds case also finds under another.</summary>
    private static byte[]? FindFolded(SourceDirectory directory, byte[][] names, byte[] name, FileStatus status)
    {
        var text = FileName.ToDisplay(name);
        return names.FirstOrDefault(listed => string.Equals(FileName.ToDisplay(listed), text, StringComparison.OrdinalIgnoreCase)
            && TryGetStatus(directory, listed) is { } other && (other.Device, other.Inode) == (status.Device, status.Inode));
    }

    private static FileStatus? TryGetStatus(SourceDirectory directory, byte[] name)
    {
        try
        {
            return directory.GetStatus(name);
        }
        catch (FileSystemException)
        {
            // What was named is looked for by its path in the end, and reported if it is not there either.
            return null;
        }
    }

    private byte[][] ListNames(DirectoryNode node)
    {
        if (_ancestors.Count < FormatLimits.TreeDepth)
            return node.Directory.ReadNames();
        throw new RekkordException(
            "SourceTooDeep",
            RekkordErrorKind.ReadError,
            $"'{node.Directory.DisplayPath}' is nested deeper than {FormatLimits.TreeDepth} directories. What is in it is not saved.",
            node.Directory.DisplayPath);
    }
}
