using Rekkord.Engine.Caching;
using Rekkord.Engine.Chunking;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Patterns;

namespace Rekkord.Engine.Saving;

/// <summary>
/// Decides what becomes of an entry that the walk comes to: what is excluded or belongs to the save is left out, what has not changed is
/// completed from the cache, a file goes to the workers, a directory is entered, and the rest is encoded here. For one thread.
/// </summary>
internal sealed class EntryVisitor
{
    private readonly SaveContext _context;
    private readonly OwnFiles _own;
    private readonly OmittedEntries _omitted;
    private readonly IReadOnlyList<DirectoryNode> _ancestors;
    private readonly Action<DirectoryNode, NamedPath?, bool> _enter;
    private readonly MetadataReader _metadata;
    private readonly UnchangedEntries _unchanged;
    private readonly FileDispatch _dispatch;

    /// <summary>Creates a visitor.</summary>
    /// <param name="context">The save.</param>
    /// <param name="own">What belongs to the save itself.</param>
    /// <param name="omitted">What else is left out.</param>
    /// <param name="ancestors">The directories that the walk is in.</param>
    /// <param name="enter">Walks a directory, with what in it was named, and whether only that is saved of it.</param>
    public EntryVisitor(SaveContext context, OwnFiles own, OmittedEntries omitted, IReadOnlyList<DirectoryNode> ancestors, Action<DirectoryNode, NamedPath?, bool> enter)
    {
        _context = context;
        _own = own;
        _omitted = omitted;
        _ancestors = ancestors;
        _enter = enter;
        _metadata = new MetadataReader(context);
        _unchanged = new UnchangedEntries(context);
        _dispatch = new FileDispatch(context, _metadata);
    }

    /// <summary>Leaves what was visited so far with the workers.</summary>
    public void Flush() => _dispatch.Flush();

    /// <summary>Visits an entry; what keeps it from being saved is reported, and it is left out.</summary>
    public void Visit(Place place)
    {
        if (place.Named is { } named)
            named.IsSettled = true;
        try
        {
            VisitEntry(place);
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

    private void VisitEntry(Place place)
    {
        var exclusion = FindExclusion(place);
        var isExcluded = exclusion is not null;
        if (isExcluded && place.IsNamedLiterally)
            _context.Report(Excluded(place, exclusion!));
        if (isExcluded && place.Named is not { HasBelow: true })
        {
            Omit(place, $"the exclusion is '{exclusion!.Text}'{(exclusion.Origin is { } origin ? $" of {origin}" : "")}.");
            return;
        }

        var readFrom = _context.Trust.Now;
        var status = GetStatus(place, out var follow, out var isPassage);
        var reason = place.IsNamedLiterally ? null : _omitted.Find(place, status);
        if (_own.Find(place.Source, place.Name, status, follow) is { } own)
            LeaveOut(place, own);
        else if (reason is not null && place.Named is not { HasBelow: true })
            Omit(place, reason);
        else if (status.Kind == FileKind.Directory)
            VisitDirectory(place, status, follow, isExcluded || reason is not null || isPassage || IsMountLeftOut(place, status));
        else if (isExcluded)
            Omit(place, "it is excluded, and no directory in which something is saved.");
        else if (_context.Request.IsRehearsal)
            Rehearse(place, status);
        else if (!_unchanged.TryComplete(place, status, out var known))
            VisitOther(place, status, follow, known, readFrom);
    }

    /// <summary>Tells of what would be saved, and reads nothing of it.</summary>
    private void Rehearse(Place place, in FileStatus status)
    {
        var known = _context.Request.IgnoreCache ? null : place.Cached.Find(place.EntryName);
        var isUnchanged = known is not null && known.StatusHash == StatusHash.Compute(status);
        _context.Counters.AddFile(status.Kind == FileKind.File ? status.Size : 0, isUnchanged);
        _context.TellRehearsed(place.DisplayPath, known, isUnchanged);
        place.Complete(EncodedEntry.LeftOut);
    }

    private void Omit(Place place, string reason)
    {
        _context.Omit(place.DisplayPath, reason);
        place.Complete(EncodedEntry.LeftOut);
    }

    /// <summary>Whether a directory is saved without what is mounted at it.</summary>
    private bool IsMountLeftOut(Place place, in FileStatus status)
    {
        if (place.IsNamed || !_omitted.IsOtherFileSystem(status))
            return false;
        _context.Omit(place.DisplayPath, "another file system is mounted there. The directory is saved without what is in it (OneFileSystem).");
        return true;
    }

    private static RekkordException Excluded(Place place, PathPattern exclusion) => new(
        "SourceExcluded",
        RekkordErrorKind.InvalidArgument,
        $"'{place.DisplayPath}' is a path to save, but the exclusion '{exclusion.Text}' leaves it out. It is not in the snapshot. Remove one of the two.",
        place.DisplayPath);

    /// <summary>Leaves out what belongs to the save itself, and says so once; what was asked for by name is missed, and reported.</summary>
    public void LeaveOut(Place place, string own)
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
        _ancestors.Any(ancestor => ancestor.Status.Device == status.Device && ancestor.Status.Inode == status.Inode);

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
            place.Complete(SavedEntry.CreateUnreadable(_context, place.EntryName, status));
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
        _enter(node, place.Named, isPassage);
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
            var earlier = known is { } entry ? _unchanged.OpenChunks(place, entry) : EarlierChunks.None;
            var item = new FileItem(place.Name, place.EntryName, place.Receiver, place.Slot, follow, place.Owner, place.IsNamed, place.ParentHash, earlier);
            _context.CurrentFile = item;
            _context.TellReading(item, known);
            _dispatch.Add(item, status.Size);
            return;
        }

        var target = status.Kind == FileKind.SymbolicLink ? place.Source.ReadLink(place.Name) : null;
        var bytes = SaveContext.Encoder.Encode(
            SavedEntry.Create(place.EntryName, _metadata.Read(place.Source, place.Name, status), status, linkTarget: target));
        _context.Counters.AddFile(0, unchanged: false);
        var hash = _metadata.IsWhole ? _context.Trust.Hash(status, readFrom, place.Source, place.Name, follow) : StatusHash.None;
        CachedEntry? cached = hash != StatusHash.None ? new CachedEntry(place.EntryName, hash, bytes, 0, 0, 0) : null;
        place.Complete(new EncodedEntry(place.EntryName, bytes, cached));
    }

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
}
