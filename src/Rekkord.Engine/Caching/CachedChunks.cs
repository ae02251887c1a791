using Rekkord.Engine.Chunking;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Caching;

/// <summary>References to the chunks of a large file, read from the cache part by part: those of a terabyte take 600 MB.</summary>
internal sealed class CachedChunks : EarlierChunks
{
    private const int PartCount = CacheFormat.ChunksPartLength / ChunkReference.EncodedLength;

    private static readonly byte[] Unknown = new byte[ChunkReference.EncodedLength];

    private readonly FileCache _cache;

    // Two parts that follow one another: what is looked for lies close to what was found last.
    private readonly (int Part, ReadOnlyMemory<byte> References)[] _read = [(-1, default), (-1, default)];
    private long _count;

    public CachedChunks(FileCache cache, Hash128 key, long count)
    {
        _cache = cache;
        Key = key;
        _count = count;
    }

    /// <summary>The most that a cache can have.</summary>
    public static long MaximumCount => (long)int.MaxValue * PartCount;

    /// <summary>Their key in the cache.</summary>
    public Hash128 Key { get; }

    /// <summary>How many parts they are in.</summary>
    public int Parts => (int)((_count + PartCount - 1) / PartCount);

    public override long Count => _count;

    public override ReadOnlySpan<byte> this[long index]
    {
        get
        {
            var (part, place) = Math.DivRem(index, PartCount);
            ref var read = ref _read[part % 2];
            if (read.Part != part)
                read = ((int)part, ReadPart((int)part));
            if (!read.References.IsEmpty)
                return read.References.Span.Slice((int)place * ChunkReference.EncodedLength, ChunkReference.EncodedLength);
            _count = Math.Min(_count, part * PartCount);
            return Unknown;
        }
    }

    /// <summary>Reads a part; empty when it is not there as it was written.</summary>
    public ReadOnlyMemory<byte> ReadPart(int part)
    {
        var count = Math.Min(PartCount, _count - ((long)part * PartCount));
        var record = _cache.ReadRecord(Key, part);
        return record.Length == count * ChunkReference.EncodedLength ? record : default;
    }
}
