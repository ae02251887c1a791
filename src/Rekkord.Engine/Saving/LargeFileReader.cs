using Rekkord.Engine.Chunking;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Saving;

/// <summary>Reads large files one after another, cuts them into chunks and passes these on; the walk waits when the workers are busy.</summary>
internal sealed class LargeFileReader
{
    private const int Attempts = 2;

    // Holes smaller than this in sum are not worth asking for: the file counts as dense.
    private const long WorthwhileHole = 64 * 1024;

    private readonly SaveContext _context;
    private readonly MetadataReader _metadata;
    private readonly Func<Slab> _rent;
    private readonly Action<ChunkWork> _pass;

    /// <summary>Creates a reader.</summary>
    /// <param name="context">What the save's threads share.</param>
    /// <param name="metadata">Reads what the files have beside their content.</param>
    /// <param name="rent">Gives an empty slab.</param>
    /// <param name="pass">Takes the chunks.</param>
    public LargeFileReader(SaveContext context, MetadataReader metadata, Func<Slab> rent, Action<ChunkWork> pass)
    {
        _context = context;
        _metadata = metadata;
        _rent = rent;
        _pass = pass;
    }

    /// <summary>Saves a file. One that changes meanwhile is read again, then saved as it was last read, and reported.</summary>
    /// <exception cref="FileSystemException">It cannot be read.</exception>
    public void Save(FileItem item, SourceFile file)
    {
        for (var attempt = 1; ; attempt++)
        {
            var readFrom = _context.Trust.Now;
            var before = file.GetStatus();
            var ranges = before.AllocatedSize + WorthwhileHole < before.Size ? file.GetDataRanges(before.Size) : [new ByteRange(0, before.Size)];
            var dense = ranges is [{ Offset: 0 } all] && all.Length == before.Size;
            var target = new LargeFile(_context, item);
            var read = ReadRanges(new RangeReader(file, ranges, dense ? before : null), target, item.EarlierChunks);
            var after = file.GetStatus();
            var whole = FileChange.IsWhole(before, after, read, ranges.Sum(range => range.Length), isLastAttempt: attempt == Attempts);
            if (!whole && attempt < Attempts)
            {
                target.Abandon();
                continue;
            }

            if (!whole)
                _context.Report(FileChange.Report(item.DisplayPath));
            var metadata = _metadata.Read(item, file, after);
            target.Close(
                SavedEntry.Create(
                    item.EntryName,
                    metadata,
                    after,
                    dense ? read : before.Size,
                    dataRanges: dense ? null : Cut(ranges, read),
                    flags: whole ? EntryFlags.None : EntryFlags.Changed),
                whole && _metadata.IsWhole ? _context.Trust.Hash(after, readFrom, item.Source, item.Name, item.Follow) : StatusHash.None);
            return;
        }
    }

    /// <summary>The ranges that were filled: all, unless a shrinking file ended before.</summary>
    private static List<ByteRange> Cut(IReadOnlyList<ByteRange> ranges, long read)
    {
        var filled = new List<ByteRange>();
        foreach (var range in ranges)
        {
            var length = Math.Min(range.Length, read);
            if (length > 0)
                filled.Add(range with { Length = length });
            read -= length;
        }

        return filled;
    }

    private long ReadRanges(RangeReader content, LargeFile target, EarlierChunks earlier)
    {
        var cutter = new FileCutter(_context.Repository.Chunker, earlier);
        var slab = _rent();
        try
        {
            for (int start = 0, filled = 0; ;)
            {
                _context.Cancellation.ThrowIfCancellationRequested();
                var room = slab.Bytes.AsSpan(filled);
                var read = content.Read(room);
                filled += read;
                target.CountRead(read);
                var ended = read < room.Length;
                start = PassChunks(slab, start, filled, ended, target, cutter);

                if (ended)
                    return content.Total;

                var next = _rent();
                slab.Bytes.AsSpan(start, filled - start).CopyTo(next.Bytes);
                (filled, start) = (filled - start, 0);
                slab.RemoveUser();
                slab = next;
            }
        }
        finally
        {
            slab.RemoveUser();
        }
    }

    /// <summary>Cuts what a slab holds and passes the chunks on, except what may go on in the next slab.</summary>
    /// <returns>Where that starts.</returns>
    private int PassChunks(Slab slab, int start, int filled, bool ended, LargeFile target, FileCutter cutter)
    {
        while (start < filled)
        {
            var work = new ChunkWork(target, slab, start);
            while (start < filled && work.Length < _context.Repository.Descriptor.SegmentSize)
            {
                var length = cutter.FindCut(slab.Bytes.AsSpan(start, filled - start), ended, out var expected);
                if (start + length == filled && length < _context.Repository.Chunker.Sizes.Maximum && !ended)
                {
                    filled = start;
                    break;
                }

                work.Add(length, expected);
                cutter.Take(length);
                start += length;
            }

            if (work.Length == 0)
                break;
            slab.AddUser();
            _pass(work);
        }

        return start;
    }
}
