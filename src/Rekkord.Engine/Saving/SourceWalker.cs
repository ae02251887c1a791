using Rekkord.Engine.Caching;
using Rekkord.Engine.Chunking;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Saving;

/// <summary>
/// Walks the saved paths, each directory in byte order of its names: what has not changed is completed from the cache, small
/// files go to the workers in batches, large ones are read here and cut into chunks for the workers, the rest is encoded here.
/// </summary>
internal sealed class SourceWalker
{
    private readonly SaveContext _context;
    private readonly LocalFileSystem _files;
    private readonly OwnFiles _own;
    private readonly MetadataReader _metadata;
    private readonly LargeFileReader _largeFiles;
    private readonly List<DirectoryNode> _ancestors = [];
    private (byte[] Path, SharedDirectory Handle, string? Own)? _parent;
    private FileBatch _batch = new();

    public SourceWalker(SaveContext context, LocalFileSystem files, OwnFiles own)
    {
        _context = context;
        _files = files;
        _own = own;
        _metadata = new MetadataReader(context);
        _largeFiles = new LargeFileReader(context, _metadata, () => context.Slabs.Rent(context.Cancellation), Pass);
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

        Dispatch();
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
                VisitSafely(place);
            else
                LeaveOut(place, own);
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
        _context.Counters.AddDirectory();
        byte[][] names = [];
        try
        {
            if (!isPassage)
                names = ListNames(node);
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
            VisitSafely(new Place(
                node.Handle, names[i], names[i], node, i, node.PathHash, cached, below is not null || _context.Request.FollowLinks, below));
        }

        _ancestors.RemoveAt(_ancestors.Count - 1);
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

    private void VisitSafely(Place place)
    {
        if (place.Named is { } named)
            named.IsSettled = true;
        try
        {
            Visit(place);
        }
        catch (FileSystemException error) when (error.Kind == RekkordErrorKind.NotFound)
        {
            _context.ReportGone(place.DisplayPath, place.IsNamed);
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
        var exclusion = FindExclusion(place);
        var isExcluded = exclusion is not null;
        if (isExcluded && place.IsNamedLiterally)
            _context.Report(Excluded(place, exclusion!));
        if (isExcluded && place.Named is not { HasBelow: true })
        {
            place.Complete(EncodedEntry.LeftOut);
            return;
        }

        var readFrom = _context.Trust.Now;
        var status = GetStatus(place, out var follow, out var isPassage);
        if (_own.Find(place.Source, place.Name, status, follow) is { } own)
            LeaveOut(place, own);
        else if (status.Kind == FileKind.Directory)
            VisitDirectory(place, status, follow, isExcluded || isPassage);
        else if (isExcluded)
            place.Complete(EncodedEntry.LeftOut);
        else if (!TryComplete(place, status, out var known))
            VisitOther(place, status, follow, known, readFrom);
    }

    private static RekkordException Excluded(Place place, PathPattern exclusion) => new(
        "SourceExcluded",
        RekkordErrorKind.InvalidArgument,
        $"'{place.DisplayPath}' is a path to save, but the exclusion '{exclusion.Text}' leaves it out. It is not in the snapshot. Remove one of the two.",
        place.DisplayPath);

    /// <summary>Leaves out what belongs to the save itself, and says so once; what was asked for by name is missed, and reported.</summary>
    private void LeaveOut(Place place, string own)
    {
        var message = $"'{place.DisplayPath}' is left out: it is {own}, or in it.";
        if (place.IsNamedLiterally)
            _context.Report(new RekkordException("SourceLeftOut", RekkordErrorKind.InvalidArgument, message + " Do not name it as a path to save.", place.DisplayPath));
        else if (_own.IsFirst(own))
            _context.Warn(message);
        place.Complete(EncodedEntry.LeftOut);
    }

    /// <summary>Whether the walk is in the directory that has a status.</summary>
    private bool IsAncestor(FileStatus status) =>
        _ancestors.Exists(ancestor => ancestor.Status.Device == status.Device && ancestor.Status.Inode == status.Inode);

    /// <summary>The status of what an entry leads to; a link that leads nowhere, or in a circle, is saved as the link it is.</summary>
    /// <param name="place">The entry.</param>
    /// <param name="followed">Whether it is what a link leads to.</param>
    /// <param name="isPassage">Whether it is a link that would be saved as one, were there nothing named behind it.</param>
    private FileStatus GetStatus(Place place, out bool followed, out bool isPassage)
    {
        followed = isPassage = false;
        var status = place.Source.GetStatus(place.Name);
        if (status.Kind != FileKind.SymbolicLink || !place.Follow)
            return status;
        try
        {
            var target = place.Source.GetStatus(place.Name, followLink: true);
            var isCircle = target.Kind == FileKind.Directory && IsAncestor(target);
            isPassage = place.Named is { HasBelow: true } named && (isCircle || !(named.IsNamed || _context.Request.FollowLinks));
            followed = isPassage ? target.Kind == FileKind.Directory : !isCircle;
            if (!followed && isCircle)
                _context.Warn($"'{place.DisplayPath}' leads back to a directory that it is in. It is saved as a link.");
            else if (followed && isPassage)
                _context.Warn($"The link '{place.DisplayPath}' is saved as a directory, with only the given paths in it.");
            return followed ? target : status;
        }
        catch (FileSystemException error) when (error.ErrorId is "FileNotFound" or "TooManyLinks" or "NotADirectory")
        {
            if (place.IsNamedLiterally)
                _context.Report(LinkToNothing(place));
            return status;
        }
    }

    private static RekkordException LinkToNothing(Place place) => new(
        "SourceVanished",
        RekkordErrorKind.NotFound,
        $"The target of the link '{place.DisplayPath}' was gone when the save came to it. Only the link is in the snapshot.",
        place.DisplayPath);

    private void VisitDirectory(Place place, in FileStatus status, bool follow, bool isPassage)
    {
        var directory = OpenDirectory(place, follow);
        if (directory is null)
        {
            CompleteUnreadable(place, status);
            return;
        }

        if (place.Named is { IsMountPoint: true } && Tolerate(() => directory.GetStatus().Device == place.Source.GetStatus().Device, false))
            _context.Report(Unmounted(place));
        var node = new DirectoryNode(
            _context,
            place.Receiver,
            place.Slot,
            place.EntryName,
            DirectoryNode.HashPath(place.ParentHash, place.EntryName),
            new SharedDirectory(directory),
            status,
            _metadata.Read(directory, status));
        WalkDirectory(node, place.Named, isPassage);
    }

    private static RekkordException Unmounted(Place place) => new(
        "SourceUnmounted",
        RekkordErrorKind.NotFound,
        $"The disk that was mounted at '{place.DisplayPath}' when the save began is gone. The snapshot has what is there without it.",
        place.DisplayPath);

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

    private void VisitOther(Place place, in FileStatus status, bool follow, CachedEntry? known, FileTime readFrom)
    {
        if (status.Kind == FileKind.File)
        {
            place.Owner.AddUser();
            var earlier = known is { } entry ? OpenChunks(place, entry) : EarlierChunks.None;
            var item = new FileItem(place.Name, place.EntryName, place.Receiver, place.Slot, follow, place.Owner, place.IsNamed, place.ParentHash, earlier);
            if (status.Size <= SaveContext.SmallFileSize)
                AddToBatch(item, status.Size);
            else
                SaveLargeFile(item);
            return;
        }

        var target = status.Kind == FileKind.SymbolicLink ? place.Source.ReadLink(place.Name) : null;
        var bytes = SaveContext.Encoder.Encode(new TreeEntry
        {
            Name = place.EntryName,
            Metadata = _metadata.Read(place.Source, place.Name, status),
            LinkTarget = target,
            HardLink = SaveContext.LinkOf(status),
            SpecialDevice = status.Kind is FileKind.CharacterDevice or FileKind.BlockDevice ? status.SpecialDevice : 0,
        });
        _context.Counters.AddFile(0, unchanged: false);
        var hash = _metadata.IsWhole ? _context.Trust.Hash(status, readFrom, place.Source, place.Name, follow) : StatusHash.None;
        CachedEntry? cached = hash != StatusHash.None ? new CachedEntry(place.EntryName, hash, bytes, 0, 0, 0) : null;
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
        if (!ContainsAll(cached.References.Span, ChunkReference.EncodedLength) || !ContainsAll(entry.ChunkLists.Span, Oid.Length) || !TryKeepChunks(place, cached))
            return false;

        _context.Counters.AddFile(status.Kind == FileKind.File ? status.Size : 0, unchanged: true);
        place.Complete(new EncodedEntry(place.EntryName, cached.Entry, cached));
        return true;
    }

    private bool ContainsAll(ReadOnlySpan<byte> oids, int distance)
    {
        for (; !oids.IsEmpty; oids = oids[distance..])
        {
            if (!_context.Sink.Contains(new Oid(oids)))
                return false;
        }

        return true;
    }

    /// <summary>Takes over from the last save's cache what it knows of the chunks of a large file, if all are in the repository still.</summary>
    private bool TryKeepChunks(Place place, CachedEntry cached)
    {
        if (cached.ListedChunks == 0)
            return true;
        var chunks = OpenListedChunks(place, cached);
        for (var part = 0; part < chunks.Parts; part++)
        {
            var references = chunks.ReadPart(part);
            if (references.IsEmpty || !ContainsAll(references.Span, ChunkReference.EncodedLength))
                return false;
            _context.CacheWriter.AddChunks(chunks.Key, part, references.Span);
        }

        return true;
    }

    private EarlierChunks OpenChunks(Place place, CachedEntry cached) =>
        cached.ListedChunks > 0 ? OpenListedChunks(place, cached) : EarlierChunks.Of(cached.References);

    private CachedChunks OpenListedChunks(Place place, CachedEntry cached) =>
        _context.Cache.OpenChunks(DirectoryNode.HashContent(place.ParentHash, place.EntryName), cached.ListedChunks);

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
            item.Owner.RemoveUser();
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

    private PathPattern? FindExclusion(Place place) =>
        _context.Exclusions.IsEmpty ? null : _context.Exclusions.Find(place.DisplayPath, FileName.ToDisplay(place.Name));

    /// <summary>Asks for something that the save can do without, but not silently: what is refused is reported.</summary>
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
        SharedDirectory Owner,
        byte[] Name,
        byte[] EntryName,
        IEntryReceiver Receiver,
        int Slot,
        Hash128 ParentHash,
        CachedDirectory Cached,
        bool Follow,
        NamedPath? Named)
    {
        public SourceDirectory Source => Owner.Directory;

        public string DisplayPath => Source.DisplayPathOf(Name);

        /// <summary>Whether it was asked for, so that it must not be missed without a word.</summary>
        public bool IsNamed => Named is { IsNamed: true };

        /// <summary>Whether it was asked for by its very name, and not by wildcards.</summary>
        public bool IsNamedLiterally => Named is { IsNamed: true, IsMatch: false };

        public void Complete(EncodedEntry entry) => Receiver.Complete(Slot, entry);
    }
}
