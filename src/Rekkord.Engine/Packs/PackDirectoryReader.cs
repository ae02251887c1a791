using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Packs;

/// <summary>Reads a pack's directory segment by segment and blob by blob, without allocating, every length checked.</summary>
internal ref struct PackDirectoryReader
{
    private ReadOnlySpan<byte> _rest;
    private int _segmentsLeft;
    private int _blobsLeft;

    /// <exception cref="InvalidDataException">The bytes are no directory.</exception>
    public PackDirectoryReader(ReadOnlySpan<byte> directory)
    {
        _rest = directory;
        Kind = (PackKind)VarInt.Read(ref _rest, (int)PackKind.Metadata);
        _segmentsLeft = VarInt.Read(ref _rest, int.MaxValue);
    }

    public PackKind Kind { get; }

    /// <summary>Goes to the next segment; all blobs of the one before must have been read.</summary>
    /// <exception cref="InvalidDataException">The bytes are no directory.</exception>
    public bool NextSegment(out int storedLength, out SegmentMethod method)
    {
        if (_segmentsLeft == 0)
        {
            (storedLength, method) = (0, default);
            return _rest.IsEmpty ? false : throw new InvalidDataException("The directory has more than it lists.");
        }

        _segmentsLeft--;
        storedLength = VarInt.Read(ref _rest, FormatLimits.Segment + (1 << 16));
        method = (SegmentMethod)VarInt.Read(ref _rest, (int)SegmentMethod.Zstandard);
        _blobsLeft = VarInt.Read(ref _rest, int.MaxValue);
        return true;
    }

    /// <summary>Goes to the next blob of the segment.</summary>
    /// <exception cref="InvalidDataException">The bytes are no directory.</exception>
    public bool NextBlob(out BlobEntry blob)
    {
        blob = default;
        if (_blobsLeft == 0)
            return false;
        _blobsLeft--;
        var type = (BlobType)VarInt.Read(ref _rest, (int)BlobType.ChunkList);
        if (_rest.Length < Oid.Length)
            throw new InvalidDataException("The directory is cut off.");
        var oid = new Oid(_rest);
        _rest = _rest[Oid.Length..];
        blob = new BlobEntry(type, oid, VarInt.Read(ref _rest, FormatLimits.Segment));
        return true;
    }

    /// <summary>Checks that a directory's segments fill its pack exactly, before any of it is believed.</summary>
    public static void Validate(StoredPack pack)
    {
        var reader = new PackDirectoryReader(pack.Directory.Span);
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
                throw new InvalidDataException("A segment's length is out of bounds.");
            end += storedLength;
        }

        if (end + pack.Directory.Length + PackFormat.TagLength + PackFormat.TrailerLength != pack.Size)
            throw new InvalidDataException("The segments do not fill the pack.");
    }
}
