using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Restoring;

/// <summary>
/// Brings regular files to the workers: those of few chunks in batches that lie in one segment, those of many in pieces. For one thread; to
/// be flushed at the end.
/// </summary>
internal sealed class RestoreDispatch(RestoreContext context)
{
    // Files of more chunks than this are written by several workers.
    private const int FewPieces = 8;

    // The most that a worker takes at a time: a file whose chunks are all the same is divided, too.
    private const int MaximumPieces = 128;

    // What waits here until enough of it can be fetched together from another machine; each of its directories is open.
    private const int MostWaiting = 512;
    private const int MostDirectories = 1024;

    private readonly List<(Action Write, Action Abandon)> _waiting = [];
    private RestoreNode? _lastDirectory;
    private int _directories;

    private FileBatch _batch = new();

    /// <summary>Takes a regular file.</summary>
    /// <returns>Ends when it is restored, with whether it is there.</returns>
    public Task<bool> Add(RestoreNode parent, TreeEntry entry)
    {
        var file = new FileRestore(context, parent, entry);
        if (parent != _lastDirectory)
            _directories++;
        _lastDirectory = parent;
        if (entry.ChunkLists.IsEmpty && entry.Chunks.Length <= FewPieces * ChunkReference.EncodedLength)
            AddToBatch(file, entry);
        else
            Divide(entry, file);
        return file.Completion;
    }

    /// <summary>Takes a file that is restored, to be read again.</summary>
    public void AddVerification(RestoreNode parent, TreeEntry entry)
    {
        var directory = parent.Open();
        parent.AddUser();
        Enqueue(
            () =>
            {
                try
                {
                    RestoredFile.Verify(context, directory, entry);
                }
                finally
                {
                    parent.RemoveUser();
                }
            },
            parent.RemoveUser);
    }

    /// <summary>Leaves the last files to the workers; also to be called when the walk was broken off.</summary>
    public void Flush()
    {
        FlushBatch();
        Release();
    }

    private void FlushBatch()
    {
        if (_batch.IsEmpty)
            return;
        var batch = _batch;
        _batch = new FileBatch();
        Enqueue(batch.Run, batch.Abandon);
    }

    private void AddToBatch(FileRestore file, TreeEntry entry)
    {
        var segment = entry.Chunks.IsEmpty ? null : context.Blobs.FindSegment(ChunkReference.Decode(entry.Chunks.Span).Oid);
        if (!_batch.Takes(segment))
            FlushBatch();
        if (context.Blobs.ReadsAhead)
        {
            foreach (var chunk in entry.ChunkReferences)
                context.Blobs.Expect(chunk.Oid);
        }

        _batch.Add(file, entry.Size, segment);
        if (_batch.IsFull)
            FlushBatch();
    }

    /// <summary>Gives each worker what lies in one segment: two that want the same would wait for each other.</summary>
    private void Divide(TreeEntry entry, FileRestore file)
    {
        try
        {
            var pieces = new List<PlacedChunk>();
            int? segment = null;
            foreach (var piece in PlacedChunk.Place(entry, TreeReader.ReadChunks(context.Blobs, entry)))
            {
                var holder = context.Blobs.FindSegment(piece.Oid);
                if (pieces.Count > 0 && (holder != segment || pieces.Count == MaximumPieces))
                {
                    EnqueuePieces(file, pieces);
                    pieces = [];
                }

                segment = holder;
                pieces.Add(piece);
                context.Blobs.Expect(piece.Oid);
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
        context.Cancellation.ThrowIfCancellationRequested();
        file.AddWriter();
        Enqueue(
            () =>
            {
                file.WritePieces(pieces);
                file.RemoveWriter();
            },
            file.RemoveWriter);
    }

    /// <summary>Leaves something to the workers: at once, or with others whose content is fetched in the same request.</summary>
    private void Enqueue(Action write, Action abandon)
    {
        _waiting.Add((write, abandon));
        if (!context.Blobs.ReadsAhead || context.Blobs.ExpectsEnough || _waiting.Count >= MostWaiting || _directories >= MostDirectories)
            Release();
    }

    /// <summary>Leaves to the workers what waits; what is not taken any more is ended here, so that files are cleaned up.</summary>
    private void Release()
    {
        context.Blobs.FetchExpected();
        var released = 0;
        try
        {
            for (; released < _waiting.Count; released++)
                context.Queue.Add(_waiting[released].Write, context.Cancellation);
        }
        finally
        {
            for (; released < _waiting.Count; released++)
                _waiting[released].Abandon();
            _waiting.Clear();
            (_lastDirectory, _directories) = (null, 0);
        }
    }
}
