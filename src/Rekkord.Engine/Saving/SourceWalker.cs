using System.IO.Hashing;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Saving;

/// <summary>
/// Walks the saved paths, each directory in byte order of its names: what has not changed is completed from the cache, small
/// files go to the workers in batches, large ones are read here and cut into chunks for the workers, the rest is encoded here.
/// </summary>
internal sealed class SourceWalker
{
    private readonly SaveContext _context;
    private readonly LargeFileReader _largeFiles;
    private readonly List<(ulong Device, ulong Inode)> _ancestors = [];
    private FileBatch _batch = new();

    public SourceWalker(SaveContext context)
    {
        _context = context;
        _largeFiles = new LargeFileReader(context, () => context.Slabs.Rent(context.Cancellation), Pass);
    }

    /// <summary>The directory being walked, for progress.</summary>
    public string CurrentPath { get; private set; } = "";

    /// <summary>Walks everything and leaves the last batch with the workers.</summary>
    public void Walk(IReadOnlyList<SourceRoot> roots, RootSet receiver)
    {
        for (var i = 0; i < roots.Count; i++)
        {
            var root = roots[i];
            var cached = _context.Cache.OpenDirectory(default);
            var place = new Place(root.Parent, root.Name, root.EntryName, receiver, i, XxHash128.HashToUInt128(root.Path), cached, Follow: true, Owner: null);
            VisitSafely(place);
        }

        Dispatch();
    }

    private void WalkDirectory(DirectoryNode node)
    {
        CurrentPath = node.Directory.DisplayPath;
        _context.Counters.AddDirectory();
        byte[][] names;
        try
        {
            names = ListNames(node);
        }
        catch (RekkordException error)
        {
            _context.Report(error);
            node.BeginUnreadable();
            node.RemoveHandleUser();
            return;
        }

        _ancestors.Add((node.Status.Device, node.Status.Inode));
        var cached = _context.Cache.OpenDirectory(node.PathHash);
        node.Begin(names.Length);
        for (var i = 0; i < names.Length; i++)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            VisitSafely(new Place(
                node.Directory, names[i], names[i], node, i, node.PathHash, cached, _context.Request.FollowLinks, node));
        }

        _ancestors.RemoveAt(_ancestors.Count - 1);
        node.RemoveHandleUser();
    }

    private byte[][] ListNames(DirectoryNode node)
    {
        if (_ancestors.Count < FormatLimits.TreeDepth)
            return node.Directory.ReadNames();
        throw new RekkordException(
            "SourceTooDeep",
            RekkordErrorKind.ReadError,
            $"'{node.Directory.DisplayPath}' is nested deeper than {FormatLimits.TreeDepth} directories; what is in it is not saved.",
            node.Directory.DisplayPath);
    }

    private void VisitSafely(Place place)
    {
        try
        {
            Visit(place);
        }
        catch (FileSystemException error) when (error.Kind == RekkordErrorKind.NotFound)
        {
            _context.Warn($"'{place.DisplayPath}' was gone when its turn came, and is not in the snapshot.");
            place.Complete(EncodedEntry.LeftOut);
        }
        catch (FileSystemException error)
        {
            _context.Report(error);
            place.Complete(EncodedEntry.LeftOut);
        }
    }

    private void Visit(Place place)
    {
        if (IsExcluded(place))
        {
            place.Complete(EncodedEntry.LeftOut);
            return;
        }

        var status = GetStatus(place, out var follow);
        if (status.Kind == FileKind.Directory)
            VisitDirectory(place, status, follow);
        else if (!TryComplete(place, status, out var known))
            VisitOther(place, status, follow, known?.References ?? default);
    }

    /// <summary>The status of what an entry leads to; a link that leads nowhere, or in a circle, is saved as the link it is.</summary>
    private FileStatus GetStatus(Place place, out bool followed)
    {
        followed = false;
        var status = place.Source.GetStatus(place.Name);
        if (status.Kind != FileKind.SymbolicLink || !place.Follow)
            return status;
        try
        {
            var target = place.Source.GetStatus(place.Name, followLink: true);
            if (target.Kind == FileKind.Directory && _ancestors.Contains((target.Device, target.Inode)))
            {
                _context.Warn($"'{place.DisplayPath}' leads back to a directory it is in; it is saved as a link.");
                return status;
            }

            followed = true;
            return target;
        }
        catch (FileSystemException error) when (error.ErrorId is "FileNotFound" or "TooManyLinks" or "NotADirectory")
        {
            return status;
        }
    }

    private void VisitDirectory(Place place, in FileStatus status, bool follow)
    {
        var directory = OpenDirectory(place, follow);
        if (directory is null)
        {
            CompleteUnreadable(place, status);
            return;
        }

        var attributes = Tolerate(directory.GetExtendedAttributes, []);
        var security = Tolerate(() => directory.GetSecurityDescriptor(null), null);
        WalkDirectory(new DirectoryNode(
            _context,
            place.Receiver,
            place.Slot,
            place.EntryName,
            DirectoryNode.HashPath(place.ParentHash, place.EntryName),
            directory,
            status,
            _context.Describe(status, attributes, security)));
    }

    private SourceDirectory? OpenDirectory(Place place, bool follow)
    {
        try
        {
            return place.Source.OpenDirectory(place.Name, follow);
        }
        catch (FileSystemException error) when (error.Kind != RekkordErrorKind.NotFound)
        {
            _context.Report(error);
            return null;
        }
    }

    private void VisitOther(Place place, in FileStatus status, bool follow, ReadOnlyMemory<byte> earlierChunks)
    {
        if (status.Kind == FileKind.File)
        {
            place.Owner?.AddHandleUser();
            var item = new FileItem(place.Source, place.Name, place.EntryName, place.Receiver, place.Slot, follow, place.Owner, earlierChunks);
            if (status.Size <= SaveContext.SmallFileSize)
                AddToBatch(item, status.Size);
            else
                SaveLargeFile(item);
            return;
        }

        var bytes = SaveContext.Encoder.Encode(new TreeEntry
        {
            Name = place.EntryName,
            Metadata = _context.Describe(
                status,
                Tolerate(() => place.Source.GetExtendedAttributes(place.Name), []),
                Tolerate(() => place.Source.GetSecurityDescriptor(place.Name), null)),
            LinkTarget = status.Kind == FileKind.SymbolicLink ? place.Source.ReadLink(place.Name) : null,
            HardLink = status.LinkCount > 1 ? (status.Device, status.Inode) : null,
            SpecialDevice = status.Kind is FileKind.CharacterDevice or FileKind.BlockDevice ? status.SpecialDevice : 0,
        });
        _context.Counters.AddFile(0, unchanged: false);
        CachedEntry? cached = SaveContext.IsSettled(status) ? new CachedEntry(StatusHash.Compute(status), bytes, 0, 0, []) : null;
        place.Complete(new EncodedEntry(place.EntryName, bytes, cached));
    }

    /// <summary>Completes an entry that is as the last save left it, if all of its content is in the repository still.</summary>
    /// <param name="place">The entry.</param>
    /// <param name="status">Its status now.</param>
    /// <param name="known">What the last save knew of it, though it may have changed.</param>
    private bool TryComplete(Place place, in FileStatus status, out CachedEntry? known)
    {
        known = _context.Request.IgnoreCache ? null : place.Cached.Find(place.EntryName);
        if (known is not { } cached || cached.StatusHash != StatusHash.Compute(status) || cached.Decode(place.EntryName, status.Kind) is not { } entry)
            return false;
        for (var references = cached.References.Span; !references.IsEmpty; references = references[ChunkReference.EncodedLength..])
        {
            if (!_context.Sink.Contains(new Oid(references)))
                return false;
        }

        for (var lists = entry.ChunkLists.Span; !lists.IsEmpty; lists = lists[Oid.Length..])
        {
            if (!_context.Sink.Contains(new Oid(lists)))
                return false;
        }

        _context.Counters.AddFile(status.Kind == FileKind.File ? status.Size : 0, unchanged: true);
        place.Complete(new EncodedEntry(place.EntryName, cached.Entry, cached));
        return true;
    }

    private void CompleteUnreadable(Place place, in FileStatus status)
    {
        var bytes = SaveContext.Encoder.Encode(new TreeEntry
        {
            Name = place.EntryName,
            Metadata = _context.Describe(status, [], null),
            Flags = EntryFlags.Unreadable,
        });
        place.Complete(new EncodedEntry(place.EntryName, bytes, null));
    }

    private void SaveLargeFile(FileItem item)
    {
        try
        {
            using var file = item.Source.OpenFile(item.Name, item.Follow);
            _largeFiles.Save(item, file);
        }
        catch (FileSystemException error)
        {
            UnreadableFile.Complete(_context, item, error);
        }
        finally
        {
            item.Owner?.RemoveHandleUser();
        }
    }

    private void AddToBatch(FileItem item, long size)
    {
        _batch.Add(item, size);
        if (_batch.IsFull)
            Dispatch();
    }

    private void Dispatch()
    {
        if (_batch.IsEmpty)
            return;
        Pass(_batch);
        _batch = new FileBatch();
    }

    private void Pass(IWork work) => _context.Queue.Add(work, _context.Cancellation);

    private bool IsExcluded(Place place)
    {
        if (_context.Excluded.Count == 0)
            return false;
        var path = place.DisplayPath;
        var name = FileName.ToDisplay(place.Name);
        foreach (var pattern in _context.Excluded)
        {
            if (pattern.Matches(path, name))
                return true;
        }

        return false;
    }

    /// <summary>Asks for something that a restore can do without, but not silently: what is refused is reported.</summary>
    private T Tolerate<T>(Func<T> ask, T otherwise)
    {
        try
        {
            return ask();
        }
        catch (FileSystemException error)
        {
            _context.Report(error);
            return otherwise;
        }
    }

    /// <summary>An entry to visit, and where the result goes.</summary>
    private readonly record struct Place(
        SourceDirectory Source,
        byte[] Name,
        byte[] EntryName,
        IEntryReceiver Receiver,
        int Slot,
        UInt128 ParentHash,
        CachedDirectory Cached,
        bool Follow,
        DirectoryNode? Owner)
    {
        public string DisplayPath => Source.DisplayPathOf(Name);

        public void Complete(in EncodedEntry entry) => Receiver.Complete(Slot, entry);
    }
}
