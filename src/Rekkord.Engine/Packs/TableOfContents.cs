using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Packs;

/// <summary>Reads a pack's table of contents segment by segment and blob by blob, without allocating, every length checked.</summary>
internal ref struct TableOfContentsReader
{
    private ReadOnlySpan<byte> _rest;
    private int _segmentsLeft;
    private int _blobsLeft;

    /// <exception cref="InvalidDataException">The bytes are no table of contents.</exception>
    public TableOfContentsReader(ReadOnlySpan<byte> contents)
    {
        _rest = contents;
        Kind = (PackKind)VarInt.Read(ref _rest, (int)PackKind.Metadata);
        _segmentsLeft = VarInt.Read(ref _rest, int.MaxValue);
    }

    public PackKind Kind { get; }

    /// <summary>Goes to the next segment; all blobs of the one before must have been read.</summary>
    /// <exception cref="InvalidDataException">The bytes are no table of contents.</exception>
    public bool NextSegment(out int storedLength, out SegmentMethod method)
    {
        if (_segmentsLeft == 0)
        {
            (storedLength, method) = (0, default);
            return _rest.IsEmpty ? false : throw new InvalidDataException("The table of contents has more than it lists.");
        }

        _segmentsLeft--;
        storedLength = VarInt.Read(ref _rest, FormatLimits.Segment + (1 << 16));
        method = (SegmentMethod)VarInt.Read(ref _rest, (int)SegmentMethod.Zstandard);
        _blobsLeft = VarInt.Read(ref _rest, int.MaxValue);
        return true;
    }

    /// <summary>Goes to the next blob of the segment.</summary>
    /// <exception cref="InvalidDataException">The bytes are no table of contents.</exception>
    public bool NextBlob(out BlobEntry blob)
    {
        blob = default;
        if (_blobsLeft == 0)
            return false;
        _blobsLeft--;
        var type = (BlobType)VarInt.Read(ref _rest, (int)BlobType.ChunkList);
        if (_rest.Length < Oid.Length)
            throw new InvalidDataException("The table of contents is cut off.");
        var oid = new Oid(_rest);
        _rest = _rest[Oid.Length..];
        blob = new BlobEntry(type, oid, VarInt.Read(ref _rest, FormatLimits.Segment));
        return true;
    }

    /// <summary>All blobs of a pack, one after another.</summary>
    /// <exception cref="InvalidDataException">Its table of contents is none; thrown where that is met.</exception>
    public static BlobEnumerator BlobsOf(StoredPack pack) => new(new TableOfContentsReader(pack.Contents.Span));

    /// <summary>Checks that the segments of a pack's table of contents fill the pack exactly, before any of it is believed.</summary>
    public static void Validate(StoredPack pack)
    {
        var reader = new TableOfContentsReader(pack.Contents.Span);
        var end = (long)PackFormat.HeaderLength;
        while (reader.NextSegment(out var storedLength, out var method))
        {
            var length = 0L;
            while (reader.NextBlob(out var blob))
            {
                // Zeros mark a free slot of the table; no HMAC is all zeros but by intent.
                if (blob.Type is not (BlobType.Data or BlobType.Tree or BlobType.ChunkList) || blob.Oid == default)
                    throw new InvalidDataException("A blob's type or ID is none.");
                length += blob.Length;
            }

            if (length > FormatLimits.Segment || storedLength < PackFormat.TagLength
                || (method == SegmentMethod.Stored && length != storedLength - PackFormat.TagLength))
            {
                throw new InvalidDataException("A segment's length is out of bounds.");
            }

            end += storedLength;
        }

        if (end + pack.Contents.Length + PackFormat.EndOverhead != pack.Size)
            throw new InvalidDataException("The segments do not fill the pack.");
    }
}

/// <summary>Goes through the blobs of a pack without allocating; for <c>foreach</c>.</summary>
internal ref struct BlobEnumerator(TableOfContentsReader reader)
{
    private TableOfContentsReader _reader = reader;
    private BlobEntry _current;

    public readonly BlobEntry Current => _current;

    public readonly BlobEnumerator GetEnumerator() => this;

    public bool MoveNext()
    {
        while (!_reader.NextBlob(out _current))
        {
            if (!_reader.NextSegment(out _, out _))
                return false;
        }

        return true;
    }
}

/// <summary>
/// Builds the table of contents of a pack: what segments it has, and which blobs lie in each, in order. The same bytes stand at the
/// end of the pack and in the index, so that a lost index can be made again from the packs.
/// </summary>
internal sealed class TableOfContentsWriter : IDisposable
{
    private readonly PooledBufferWriter _bytes = new();

    public int SegmentCount { get; private set; }

    public int Length => _bytes.WrittenCount;

    /// <summary>Adds a segment.</summary>
    /// <param name="storedLength">Bytes it takes in the pack, its tag included.</param>
    /// <param name="method">How it is compressed.</param>
    /// <param name="blobs">The blobs in it, in order.</param>
    public void Add(int storedLength, SegmentMethod method, IReadOnlyList<BlobEntry> blobs)
    {
        VarInt.Write(_bytes, (ulong)storedLength);
        VarInt.Write(_bytes, (ulong)method);
        VarInt.Write(_bytes, (ulong)blobs.Count);
        foreach (var blob in blobs)
        {
            VarInt.Write(_bytes, (ulong)blob.Type);
            blob.Oid.CopyTo(_bytes.GetSpan(Oid.Length));
            _bytes.Advance(Oid.Length);
            VarInt.Write(_bytes, (ulong)blob.Length);
        }

        SegmentCount++;
    }

    /// <summary>Its bytes.</summary>
    public byte[] ToArray(PackKind kind)
    {
        using var head = new PooledBufferWriter();
        VarInt.Write(head, (ulong)kind);
        VarInt.Write(head, (ulong)SegmentCount);
        return [.. head.WrittenSpan, .. _bytes.WrittenSpan];
    }

    public void Dispose() => _bytes.Dispose();
}
