using System.Buffers;
using Rekkord.Engine.Caching;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Saving;

/// <summary>One of the threads that read small files, hash, compress and seal, each with a segment and a compressor of its own.</summary>
internal sealed class SaveWorker : IDisposable
{
    private const int Attempts = 3;

    private readonly SaveContext _context;
    private readonly SegmentPacker _packer;
    private readonly MetadataReader _metadata;
    private readonly byte[] _buffer;
    private readonly ArrayBufferWriter<byte> _references = new();

    public SaveWorker(SaveContext context)
    {
        _context = context;
        _packer = context.Sink.CreateDataPacker();
        _metadata = new MetadataReader(context);
        _buffer = new byte[SaveContext.SmallFileSize + 1];
    }

    public CancellationToken Cancellation => _context.Cancellation;

    /// <summary>Works until the queue has ended.</summary>
    public void Run()
    {
        foreach (var work in _context.Queue.GetConsumingEnumerable(_context.Cancellation))
            work.Run(this);
        _packer.Flush();
    }

    /// <summary>
    /// Stores a chunk of a large file. One that is not what it was expected to be is cut as if it were new, but ends where it
    /// ended before: what follows is then still stored as it is.
    /// </summary>
    /// <param name="chunk">Its bytes.</param>
    /// <param name="expected">The ID it has if it is as it was when the file was saved last; null when nothing is known.</param>
    /// <param name="references">Takes what it was stored as.</param>
    public void StoreChunk(ReadOnlySpan<byte> chunk, Oid? expected, List<ChunkReference> references)
    {
        var oid = _context.Sink.Identify(chunk);
        if (expected is null || oid == expected)
        {
            Store(oid, chunk, references);
            return;
        }

        var chunker = _context.Repository.Chunker;
        for (var rest = chunk; !rest.IsEmpty;)
        {
            var length = chunker.FindCut(rest);
            if (rest.Length - length < chunker.Sizes.Minimum)
                length = rest.Length;
            Store(length == chunk.Length ? oid : _context.Sink.Identify(rest[..length]), rest[..length], references);
            rest = rest[length..];
        }
    }

    /// <summary>Saves a file that was small when it was listed.</summary>
    public void SaveSmallFile(FileItem item)
    {
        try
        {
            var readFrom = _context.Trust.Now;
            using var file = item.Source.OpenFile(item.Name, item.Follow);
            Save(item, file, readFrom);
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

    public void Dispose() => _packer.Dispose();

    private void Store(Oid oid, ReadOnlySpan<byte> chunk, List<ChunkReference> references)
    {
        _context.Sink.StoreData(_packer, oid, chunk);
        references.Add(new ChunkReference(oid, chunk.Length));
    }

    private void Save(FileItem item, SourceFile file, FileTime readFrom)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (attempt > 1)
                readFrom = _context.Trust.Now;
            var before = attempt == 1 ? file.StatusAtOpening : file.GetStatus();
            var length = before.Size < _buffer.Length ? Read(file, before) : _buffer.Length;
            if (length == _buffer.Length)
            {
                SaveGrown(item, file);
                return;
            }

            var after = file.GetStatus();
            var whole = FileChange.IsWhole(before, after, length, before.Size, isLastAttempt: attempt == Attempts);
            if (!whole && attempt < Attempts)
                continue;
            if (!whole)
                _context.Report(FileChange.Report(item.DisplayPath));
            Complete(item, file, after, length, whole, readFrom);
            return;
        }
    }

    /// <summary>Reads a file to its end, or until the buffer is full.</summary>
    private int Read(SourceFile file, in FileStatus before)
    {
        // One byte more than the file has: one that has grown shows it, and so does one whose size the file system does not know.
        var length = file.Read(_buffer.AsSpan(0, (int)before.Size + 1), 0);
        return length <= before.Size ? length : length + file.Read(_buffer.AsSpan(length), length);
    }

    private void Complete(FileItem item, SourceFile file, in FileStatus status, int length, bool whole, FileTime readFrom)
    {
        var chunks = StoreChunks(_buffer.AsSpan(0, length));
        var metadata = _metadata.Read(item, file, status);
        var bytes = SaveContext.Encoder.Encode(
            SavedEntry.Create(item.EntryName, metadata, status, length, chunks, flags: whole ? EntryFlags.None : EntryFlags.Changed));
        var hash = whole && _metadata.IsWhole ? _context.Trust.Hash(status, readFrom, item.Source, item.Name, item.Follow) : StatusHash.None;

        // Also one whose status does not vouch for its content: the next save then knows that it is not new.
        var cached = new CachedEntry(item.EntryName, hash, bytes, SaveContext.Encoder.ChunksOffset, chunks.Length, 0);
        _context.Counters.AddFile(length, unchanged: false);
        item.Receiver.Complete(item.Slot, new EncodedEntry(item.EntryName, bytes, cached));
    }

    /// <summary>Cuts a whole file's content and stores the chunks.</summary>
    /// <returns>Their references.</returns>
    private byte[] StoreChunks(ReadOnlySpan<byte> content)
    {
        _references.ResetWrittenCount();
        while (!content.IsEmpty)
        {
            var chunk = content[.._context.Repository.Chunker.FindCut(content)];
            new ChunkReference(_context.Sink.StoreData(_packer, chunk), chunk.Length).Encode(_references.GetSpan(ChunkReference.EncodedLength));
            _references.Advance(ChunkReference.EncodedLength);
            content = content[chunk.Length..];
        }

        return _references.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Saves a file that has become large since it was listed: here and now, with a slab outside the pool, because a worker
    /// that waited for a slab or for room in the queue might wait for itself.
    /// </summary>
    private void SaveGrown(FileItem item, SourceFile file) =>
        new LargeFileReader(_context, _metadata, _context.Slabs.CreateExtra, work => work.Run(this)).Save(item, file);
}

/// <summary>Something for a worker to do.</summary>
internal interface IWork
{
    void Run(SaveWorker worker);
}
