using Rekkord.Engine.Caching;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Saving;

/// <summary>A file that is saved in several chunks; when it is read to its end and the last chunk is stored, its entry is complete. Thread-safe.</summary>
internal sealed class LargeFile
{
    private readonly Lock _lock = new();
    private readonly SaveContext _context;
    private readonly FileItem _item;
    private readonly ChunkReferenceWriter _references;

    // What was done before something in front of it: no more than the workers have at a time.
    private readonly Dictionary<int, ChunkReference[]> _early = [];
    private int _reserved;
    private int _taken;
    private bool _abandoned;
    private TreeEntry? _entry;
    private Hash128 _statusHash;
    private long _read;

    public LargeFile(SaveContext context, FileItem item)
    {
        _context = context;
        _item = item;

        // A saved path itself is not cached: nothing asks for its chunks.
        _references = new ChunkReferenceWriter(
            context.Sink, item.Receiver is DirectoryNode ? (part, references) => context.CacheWriter.AddChunks(item.ChunksKey, part, references.Span) : null);
    }

    /// <summary>Counts what was read of it. For the reading thread, before all chunks are under way.</summary>
    public void CountRead(int length)
    {
        _read += length;
        _context.Counters.AddReading(length);
    }

    /// <summary>Reserves the place of the next chunks.</summary>
    public int Reserve()
    {
        lock (_lock)
            return _reserved++;
    }

    /// <summary>Fills a place that was reserved.</summary>
    public void Complete(int place, ChunkReference[] chunks)
    {
        lock (_lock)
        {
            if (_abandoned)
                return;
            _early.Add(place, chunks);
            while (_early.Remove(_taken, out var next))
            {
                _taken++;
                foreach (ref readonly var reference in next.AsSpan())
                    _references.Add(reference);
            }

            if (_entry is null || _taken < _reserved)
                return;
        }

        Finish();
    }

    /// <summary>Says that the file must be read again: what is still under way of it no longer counts.</summary>
    public void Abandon()
    {
        lock (_lock)
            _abandoned = true;
        _context.Counters.AddReading(-_read);
    }

    /// <summary>Says that all chunks are under way.</summary>
    /// <param name="entry">The entry, still without its chunks.</param>
    /// <param name="statusHash">What the cache is to remember of the status that the file had before and after.</param>
    public void Close(TreeEntry entry, Hash128 statusHash)
    {
        lock (_lock)
        {
            _statusHash = statusHash;
            _entry = entry;
            if (_taken < _reserved)
                return;
        }

        Finish();
    }

    private void Finish()
    {
        var entry = _references.Complete(_entry!);
        var bytes = SaveContext.Encoder.Encode(entry);
        _context.Counters.AddFile(entry.Size, unchanged: false);
        _context.Counters.AddReading(-_read);
        if (bytes.Length > FormatLimits.Entry)
        {
            bytes = _context.EncodeTooLarge(entry, _item.DisplayPath);
            _item.Receiver.Complete(_item.Slot, new EncodedEntry(_item.EntryName, bytes, null));
            return;
        }

        // Where a file was cut is worth knowing though its status does not vouch for its content: it may be one that always changes.
        var cached = new CachedEntry(_item.EntryName, _statusHash, bytes, SaveContext.Encoder.ChunksOffset, entry.Chunks.Length, _references.IsListed ? _references.Count : 0);
        _item.Receiver.Complete(_item.Slot, new EncodedEntry(_item.EntryName, bytes, cached));
    }
}
