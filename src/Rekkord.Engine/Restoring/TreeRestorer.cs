using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Restoring;

/// <summary>Walks a stored tree and makes what is in it: directories, links and special files here, regular files by the workers. To be finished.</summary>
internal sealed class TreeRestorer
{
    // Files of more chunks than this are written by several workers.
    private const int FewPieces = 8;

    // The most that a worker takes at a time: a file whose chunks are all the same is divided, too.
    private const int MaximumPieces = 128;

    private readonly RestoreContext _context;
    private readonly DestinationDirectory _destination;
    private readonly PatternSet _included;
    private readonly Dictionary<FileIdentity, LinkedEntry> _linked = [];
    private FileBatch _batch = new();

    public TreeRestorer(RestoreContext context, DestinationDirectory destination)
    {
        _context = context;
        _destination = destination;
        _included = new PatternSet(context.Request.Include);
    }

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
            included = IsIncluded(path, entry.Name, included);
            if (entry.Kind == FileKind.Directory)
                RestoreDirectory(parent, entry, path, included);
            else if (included)
                RestoreFile(parent, entry, path);
        }
        catch (RekkordException error)
        {
            _context.Report(error);
        }
    }

    /// <summary>Whether an entry was asked for.</summary>
    /// <param name="path">Its path in the snapshot, as displayed.</param>
    /// <param name="name">Its name.</param>
    /// <param name="included">Whether a directory above was asked for already.</param>
    public bool IsIncluded(string path, byte[] name, bool included)
    {
        if (_included.IsEmpty)
            return true;
        if (!included)
            return _included.Find(path, FileName.ToDisplay(name)) is not null;
        if (_included.HasUnmet)
            _included.Meet(path, FileName.ToDisplay(name));
        return true;
    }

    /// <summary>Reports the patterns that matched nothing: what was asked for is missing.</summary>
    public void ReportUnmet()
    {
        foreach (var pattern in _included.Unmet)
        {
            _context.Report(new RekkordException(
                "PatternNotInSnapshot",
                RekkordErrorKind.NotFound,
                $"Nothing in the snapshot matches '{pattern.Text}'. Get-RekkordItem shows the paths.",
                pattern.Text));
        }
    }

    /// <summary>Leaves the last files to the workers; also to be called when the walk was broken off.</summary>
    public void Finish()
    {
        if (_batch.IsEmpty)
            return;
        var batch = _batch;
        _batch = new FileBatch();
        Enqueue(batch.Run, batch.Abandon);
    }

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

    private void RestoreDirectory(RestoreNode parent, TreeEntry entry, string path, bool included)
    {
        var node = new RestoreNode(parent, entry.Name, entry.Metadata);
        try
        {
            if (included)
                node.Open();
            RestoreContent(node, entry, path, included);
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
        if (_linked.TryGetValue(number, out var first) && IsSame(first, parent, entry) && TryLink(parent, entry, first))
            return;
        _linked[number] = new LinkedEntry(entry, parent.GetPath(), RestoreAlone(parent, entry, path));
    }

    private Task<bool> RestoreAlone(RestoreNode parent, TreeEntry entry, string path) =>
        entry.Kind == FileKind.File ? RestoreRegular(parent, entry) : RestoreSpecial(parent, entry, path);

    private Task<bool> RestoreRegular(RestoreNode parent, TreeEntry entry)
    {
        var file = new FileRestore(_context, parent, entry);
        if (entry.ChunkLists.IsEmpty && entry.Chunks.Length <= FewPieces * ChunkReference.EncodedLength)
            AddToBatch(file, entry);
        else
            Divide(entry, file);
        return file.Completion;
    }

    private void AddToBatch(FileRestore file, TreeEntry entry)
    {
        var segment = entry.Chunks.IsEmpty ? null : _context.Blobs.FindSegment(ChunkReference.Decode(entry.Chunks.Span).Oid);
        if (!_batch.Takes(segment))
            Finish();
        _batch.Add(file, entry.Size, segment);
        if (_batch.IsFull)
            Finish();
    }

    /// <summary>Gives each worker what lies in one segment: two that want the same would wait for each other.</summary>
    private void Divide(TreeEntry entry, FileRestore file)
    {
        try
        {
            var pieces = new List<PlacedChunk>();
            int? segment = null;
            foreach (var piece in PlacedChunk.Place(entry, TreeReader.ReadChunks(_context.Blobs, entry)))
            {
                var holder = _context.Blobs.FindSegment(piece.Oid);
                if (pieces.Count > 0 && (holder != segment || pieces.Count == MaximumPieces))
                {
                    EnqueuePieces(file, pieces);
                    pieces = [];
                }

                segment = holder;
                pieces.Add(piece);
            }

            if (pieces.Count > 0)
                EnqueuePieces(file, pieces);
        }
        catch (RekkordException error)
        {
            file.Abandon(error);
        }
        finally
        {
            file.RemoveWriter();
        }
    }

    private void EnqueuePieces(FileRestore file, List<PlacedChunk> pieces)
    {
        _context.Cancellation.ThrowIfCancellationRequested();
        file.AddWriter();
        Enqueue(
            () =>
            {
                file.WritePieces(pieces);
                file.RemoveWriter();
            },
            file.RemoveWriter);
    }

    /// <summary>Leaves something to the workers; what is not taken any more is ended here, so that files are cleaned up.</summary>
    private void Enqueue(Action write, Action abandon)
    {
        try
        {
            _context.Queue.Add(write, _context.Cancellation);
        }
        catch (OperationCanceledException)
        {
            abandon();
            throw;
        }
    }

    /// <summary>
    /// Whether an entry is another name of one that was restored before. Its number alone does not say so: while the source was
    /// saved, the file may have been replaced by another, which got the number.
    /// </summary>
    private bool IsSame(LinkedEntry first, RestoreNode parent, TreeEntry entry)
    {
        try
        {
            if (first.IsSame(entry, _context))
                return true;
        }
        catch (RekkordException)
        {
            // What cannot be read cannot be restored either, and is reported there.
            return false;
        }

        _context.Tally.Separated(parent.Open().DisplayPathOf(entry.Name), first.PathBelow(_destination));
        return false;
    }

    /// <summary>
    /// Makes another name of a file that is restored already. When that one failed, or no link can be made, this one is restored by itself.
    /// </summary>
    private bool TryLink(RestoreNode parent, TreeEntry entry, LinkedEntry first)
    {
        Finish(); // the first name may still wait in the batch
        first.Done.Wait(_context.Cancellation);
        if (!first.Done.Result)
            return false;
        var directory = parent.Open();
        var temporary = TemporaryName.Create();
        if (TryLink(first, directory, temporary) is { } refusal)
        {
            var path = directory.DisplayPathOf(entry.Name);
            var reason = refusal.Message.Replace(directory.DisplayPathOf(temporary), path, StringComparison.Ordinal);
            _context.Report(new RekkordException(
                "HardLinkNotMade",
                RekkordErrorKind.WriteError,
                $"'{path}' is restored as a separate file, not as another name of '{first.PathBelow(_destination)}': {reason}",
                path,
                refusal));
            return false;
        }

        Publish(parent, entry, temporary, static () => { });
        _context.CountFile(0);
        if (_context.Request.Verify && entry.Kind == FileKind.File)
            EnqueueVerification(parent, entry);
        return true;
    }

    /// <summary>Links to a file; what kept it from that, or null.</summary>
    private FileSystemException? TryLink(LinkedEntry first, DestinationDirectory target, byte[] name)
    {
        var opened = new List<DestinationDirectory>();
        try
        {
            var directory = _destination;
            foreach (var part in first.Directory)
                opened.Add(directory = directory.OpenForSearch(part));
            target.CreateHardLink(directory, first.Entry.Name, name);
            return null;
        }
        catch (FileSystemException error)
        {
            return error;
        }
        finally
        {
            opened.ForEach(directory => directory.Dispose());
        }
    }

    private void EnqueueVerification(RestoreNode parent, TreeEntry entry)
    {
        var directory = parent.Open();
        parent.AddUser();
        Enqueue(
            () =>
            {
                try
                {
                    RestoredFile.Verify(_context, directory, entry);
                }
                finally
                {
                    parent.RemoveUser();
                }
            },
            parent.RemoveUser);
    }

    private Task<bool> RestoreSpecial(RestoreNode parent, TreeEntry entry, string path)
    {
        if (entry.Kind == FileKind.Socket)
        {
            _context.Warn($"'{path}' was a socket. The program that listens on it makes it again.");
            return Task.FromResult(false);
        }

        var directory = parent.Open();
        var temporary = TemporaryName.Create();
        Publish(parent, entry, temporary, () =>
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

    /// <summary>Makes something under a temporary name and renames it, so that what it may replace is there until it is whole.</summary>
    private static void Publish(RestoreNode parent, TreeEntry entry, byte[] temporary, Action make)
    {
        try
        {
            make();
            parent.Publish(temporary, entry.Name);
        }
        catch (RekkordException error)
        {
            parent.Discard(temporary);
            throw parent.Describe(error, temporary, entry.Name);
        }
    }

    /// <summary>The first name of a file that has several, or of what bears the same number.</summary>
    /// <param name="Entry">What was saved under it.</param>
    /// <param name="Directory">The names that lead to its directory from the destination.</param>
    /// <param name="Done">Ends when it is restored, with whether it is there.</param>
    private sealed record LinkedEntry(TreeEntry Entry, IReadOnlyList<byte[]> Directory, Task<bool> Done)
    {
        public string PathBelow(DestinationDirectory destination) =>
            Path.Join([destination.DisplayPath, .. Directory.Select(name => FileName.ToDisplay(name)), FileName.ToDisplay(Entry.Name)]);

        /// <summary>Whether an entry is the same in all that the names of one file have in common.</summary>
        /// <exception cref="RekkordException">Content that is stored in two ways cannot be read.</exception>
        public bool IsSame(TreeEntry other, RestoreContext context)
        {
            var (left, right) = (Entry.Metadata, other.Metadata);
            return (left.Kind, left.Mode, left.UserId, left.GroupId, left.ModifiedTime, left.CreatedTime)
                == (right.Kind, right.Mode, right.UserId, right.GroupId, right.ModifiedTime, right.CreatedTime)
                && Entry.SpecialDevice == other.SpecialDevice
                && Entry.LinkTarget.AsSpan().SequenceEqual(other.LinkTarget)
                && ContentComparison.AreEqual(Entry, context.Blobs, other, context.Blobs, context.Cancellation);
        }
    }
}
