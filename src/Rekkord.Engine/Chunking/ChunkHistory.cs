using System.Buffers.Binary;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Chunking;

/// <summary>
/// How a file was cut when it was saved last, followed while it is read again: as long as the content is the same, the next chunk is
/// as long as it was, and no byte of it has to be looked at to find its end (Ni and Jiang, "RapidCDC: Leveraging Duplicate Locality
/// to Accelerate Chunking in CDC-based Deduplication Systems", SoCC 2019). After a change the place is found again: where an
/// earlier chunk began at the same distance as before, or where two chunks in a row have the lengths of two earlier ones.
/// What it expects may be wrong, as the file may have changed anywhere.
/// </summary>
internal sealed class ChunkHistory
{
    // How many earlier chunks are compared, on either side of the place where the file is being read: some 40 MiB of content each.
    private const int SearchDistance = 512;

    private readonly EarlierChunks _chunks;
    private long _position;
    private long _shift;
    private long _earlier;
    private long _earlierStart;
    private bool _isFollowing = true;
    private int _previousLength;

    /// <summary>Begins at the file's start.</summary>
    /// <param name="chunks">The earlier chunks.</param>
    public ChunkHistory(EarlierChunks chunks) => _chunks = chunks;

    /// <summary>The chunk that should come next; null when that is not known.</summary>
    public ChunkReference? Next => _isFollowing && _earlier < _chunks.Count ? ChunkReference.Decode(_chunks[_earlier]) : null;

    /// <summary>The next place where an earlier chunk ended, if nothing was inserted or removed since the last that was followed.</summary>
    /// <param name="beyond">How many bytes further on it must be at least, and one.</param>
    /// <returns>How many bytes further on it is; 0 when there is none.</returns>
    public int FindEnd(int beyond)
    {
        var distance = _earlierStart - (_position - _shift);
        for (var i = _earlier; i < _chunks.Count; i++)
        {
            distance += LengthOf(i);
            if (distance > beyond)
                return (int)Math.Min(distance, int.MaxValue);
        }

        return 0;
    }

    /// <summary>Says how long the next chunk is in fact, expected or not.</summary>
    public void Advance(int length)
    {
        _position += length;
        while (_earlier < _chunks.Count && _earlierStart + LengthOf(_earlier) <= _position - _shift)
            _earlierStart += LengthOf(_earlier++);
        _isFollowing = _earlierStart == _position - _shift || TryFindAgain(length);
        _previousLength = length;
    }

    private bool TryFindAgain(int length)
    {
        var end = Math.Min(_chunks.Count, _earlier + SearchDistance);
        for (var i = Math.Max(1, _earlier - SearchDistance); i < end; i++)
        {
            if (LengthOf(i) != length || LengthOf(i - 1) != _previousLength)
                continue;
            MoveTo(i + 1);
            _shift = _position - _earlierStart;
            return true;
        }

        return false;
    }

    private void MoveTo(long index)
    {
        while (_earlier < index)
            _earlierStart += LengthOf(_earlier++);
        while (_earlier > index)
            _earlierStart -= LengthOf(--_earlier);
    }

    // Only a file's last chunk is shorter. The cache's bytes are not trusted: impossible lengths must neither lead backwards nor
    // make a long way of a short one.
    private int LengthOf(long index) => Math.Max(ChunkSizes.LeastMinimum, BinaryPrimitives.ReadInt32LittleEndian(_chunks[index][Oid.Length..]));
}

/// <summary>References to the chunks that a file had when it was saved last, in order. They need not be trustworthy. For one thread.</summary>
internal abstract class EarlierChunks
{
    /// <summary>Nothing is known.</summary>
    public static EarlierChunks None { get; } = new InMemory(default);

    /// <summary>How many there are; fewer once it shows that some cannot be read.</summary>
    public abstract long Count { get; }

    /// <summary>One of them, encoded; zeros for one that cannot be read.</summary>
    public abstract ReadOnlySpan<byte> this[long index] { get; }

    /// <summary>References that are in memory.</summary>
    public static EarlierChunks Of(ReadOnlyMemory<byte> references) => references.IsEmpty ? None : new InMemory(references);

    private sealed class InMemory(ReadOnlyMemory<byte> references) : EarlierChunks
    {
        public override long Count => references.Length / ChunkReference.EncodedLength;

        public override ReadOnlySpan<byte> this[long index] => references.Span.Slice((int)index * ChunkReference.EncodedLength, ChunkReference.EncodedLength);
    }
}
