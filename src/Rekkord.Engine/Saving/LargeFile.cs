using System.Runtime.InteropServices;
using Rekkord.Engine.Caching;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Saving;

/// <summary>A file that is saved in several chunks; when it is read to its end and the last chunk is stored, its entry is complete. Thread-safe.</summary>
internal sealed class LargeFile
{
    // A file of this many chunks (some 300 MiB) still names them in its entry; beyond, chunk lists do.
    private const int InlineChunks = 256;
    private const ulong ListBoundaryMask = 0x1ff;
    private const int MaximumListLength = 2048;

    private readonly Lock _lock = new();
    private readonly SaveContext _context;
    private readonly FileItem _item;
    private readonly List<ChunkReference[]> _chunks = [];
    private int _missing;
    private TreeEntry? _entry;
    private FileStatus _status;

    public LargeFile(SaveContext context, FileItem item)
    {
        _context = context;
        _item = item;
    }

    /// <summary>Reserves the place of the next chunks.</summary>
    public int Reserve()
    {
        lock (_lock)
        {
            _chunks.Add([]);
            _missing++;
            return _chunks.Count - 1;
        }
    }

    /// <summary>Fills a place that was reserved.</summary>
    public void Complete(int place, ChunkReference[] chunks)
    {
        bool finished;
        lock (_lock)
        {
            _chunks[place] = chunks;
            _missing--;
            finished = _missing == 0 && _entry is not null;
        }

        if (finished)
            Finish();
    }

    /// <summary>Says that all chunks are under way. One that is never closed, because the file must be read again, is forgotten.</summary>
    /// <param name="entry">The entry, still without its chunks.</param>
    /// <param name="status">The status the file had before and after.</param>
    public void Close(TreeEntry entry, in FileStatus status)
    {
        bool finished;
        lock (_lock)
        {
            _status = status;
            _entry = entry;
            finished = _missing == 0;
        }

        if (finished)
            Finish();
    }

    private void Finish()
    {
        var chunks = _chunks.SelectMany(part => part).ToList();
        var references = new byte[chunks.Count * ChunkReference.EncodedLength];
        for (var i = 0; i < chunks.Count; i++)
            chunks[i].Encode(references.AsSpan(i * ChunkReference.EncodedLength));

        var listed = chunks.Count > InlineChunks;
        var entry = listed ? _entry! with { ChunkLists = StoreLists(chunks, references) } : _entry! with { Chunks = references };
        var bytes = SaveContext.Encoder.Encode(entry);

        // Where a file was cut is worth knowing though its status does not vouch for its content: it may be one that always changes.
        var status = entry.Flags == EntryFlags.None && SaveContext.IsSettled(_status) ? StatusHash.Compute(_status) : StatusHash.None;
        var cached = new CachedEntry(status, bytes, SaveContext.Encoder.ChunksOffset, entry.Chunks.Length, listed ? references : []);
        _context.Counters.AddFile(entry.Size, unchanged: false);
        _item.Receiver.Complete(_item.Slot, new EncodedEntry(_item.EntryName, bytes, cached));
    }

    /// <summary>Cuts the references into pages where their IDs say so, as content is cut into chunks: a change touches few pages.</summary>
    private byte[] StoreLists(List<ChunkReference> chunks, byte[] references)
    {
        var lists = new List<Oid>();
        for (var (start, i) = (0, 1); i <= chunks.Count; i++)
        {
            if (i < chunks.Count && i - start < MaximumListLength && (chunks[i - 1].Oid.Spread & ListBoundaryMask) != 0)
                continue;
            lists.Add(_context.Sink.StoreMetadata(
                BlobType.ChunkList, references.AsSpan(start * ChunkReference.EncodedLength, (i - start) * ChunkReference.EncodedLength)));
            start = i;
        }

        var bytes = new byte[lists.Count * Oid.Length];
        var position = 0;
        foreach (ref readonly var oid in CollectionsMarshal.AsSpan(lists))
        {
            oid.CopyTo(bytes.AsSpan(position));
            position += Oid.Length;
        }

        return bytes;
    }
}
