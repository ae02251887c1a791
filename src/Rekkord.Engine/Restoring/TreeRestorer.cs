using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Repository;
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
    private readonly IReadOnlyList<PathPattern> _included;
    private readonly Dictionary<(ulong, ulong), (Task<bool> Done, IReadOnlyList<byte[]> Directory, byte[] Name)> _linked = [];
    private FileBatch _batch = new();

    public TreeRestorer(RestoreContext context, DestinationDirectory destination)
    {
        _context = context;
        _destination = destination;
        _included = [.. context.Request.Include.Select(pattern => new PathPattern(pattern))];
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
            if (!FileName.IsSafe(entry.Name))
                throw Unsafe(path);
            included = included || _included.Count == 0 || _included.Any(pattern => pattern.Matches(path, FileName.ToDisplay(entry.Name)));
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
                error.ErrorId, error.Kind, $"The directory '{path}' is not restored whole: {error.Message}", path, error));
            return [];
        }
    }

    private static RekkordException Unsafe(string path) => new(
        "UnsafeFileName",
        RekkordErrorKind.Security,
        $"The repository claims an entry '{path}' whose name no file can have; it is not restored. Such a repository was damaged or made with bad intent.",
        path);

    private static RekkordException NotSaved(string path) => new(
        "ContentNotSaved",
        RekkordErrorKind.ReadError,
        $"'{path}' could not be read when the snapshot was made, so its content is not in it. Look for it in an older snapshot.",
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
        parent.Take(entry.Name);
        if (entry.Flags.HasFlag(EntryFlags.Changed))
            _context.Warn($"'{path}' changed while it was saved; it is restored as it came.");
        if (entry.HardLink is { } link && _linked.TryGetValue(link, out var first) && TryLink(parent, entry, first))
            return;

        var done = entry.Kind == FileKind.File ? RestoreRegular(parent, entry) : RestoreSpecial(parent, entry, path);
        if (entry.HardLink is { } group)
            _linked[group] = (done, parent.GetPath(), entry.Name);
    }

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

    /// <summary>Makes a further name of a file that is restored already. When that one failed, this one is restored by itself.</summary>
    private bool TryLink(RestoreNode parent, TreeEntry entry, (Task<bool> Done, IReadOnlyList<byte[]> Directory, byte[] Name) first)
    {
        Finish(); // the first name may still wait in the batch
        first.Done.Wait(_context.Cancellation);
        if (!first.Done.Result)
            return false;
        var opened = new List<DestinationDirectory>();
        try
        {
            var directory = _destination;
            foreach (var name in first.Directory)
                opened.Add(directory = directory.CreateDirectory(name));
            Publish(parent.Open(), entry.Name, (target, name) => target.CreateHardLink(directory, first.Name, name));
            _context.CountFile(0);
            return true;
        }
        finally
        {
            opened.ForEach(directory => directory.Dispose());
        }
    }

    private Task<bool> RestoreSpecial(RestoreNode parent, TreeEntry entry, string path)
    {
        if (entry.Kind == FileKind.Socket)
        {
            _context.Warn($"'{path}' was a socket; the program that listens on it makes it again.");
            return Task.FromResult(false);
        }

        Publish(parent.Open(), entry.Name, (directory, name) =>
        {
            if (entry.Kind == FileKind.SymbolicLink)
                directory.CreateSymbolicLink(name, entry.LinkTarget ?? throw Unsafe(path));
            else
                directory.CreateSpecial(name, entry.Kind, entry.SpecialDevice);
            foreach (var problem in directory.ApplyMetadata(name, entry.Metadata))
                _context.Warn($"'{path}': {problem}");
        });
        _context.CountFile(0);
        return Task.FromResult(true);
    }

    /// <summary>Makes something under a temporary name and renames it, so that what it may replace is there until it is whole.</summary>
    private void Publish(DestinationDirectory directory, byte[] name, Action<DestinationDirectory, byte[]> make)
    {
        var temporary = TemporaryName.Create();
        try
        {
            make(directory, temporary);
            directory.Rename(temporary, name, _context.Request.Force);
        }
        catch (RekkordException)
        {
            directory.Remove(temporary);
            throw;
        }
    }
}
