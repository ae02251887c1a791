using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Packs;

/// <summary>
/// Builds the directory of a pack: what segments it has, and which blobs lie in each, in order. The same bytes stand at the
/// end of the pack and in the index, so that a lost index can be made again from the packs.
/// </summary>
internal sealed class PackDirectoryWriter : IDisposable
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

    /// <summary>The directory's bytes.</summary>
    public byte[] ToArray(PackKind kind)
    {
        using var head = new PooledBufferWriter();
        VarInt.Write(head, (ulong)kind);
        VarInt.Write(head, (ulong)SegmentCount);
        return [.. head.WrittenSpan, .. _bytes.WrittenSpan];
    }

    public void Dispose() => _bytes.Dispose();
}
