using System.Buffers.Binary;

namespace Rekkord.Engine.Objects;

/// <summary>One piece of a content: which blob, and how many bytes it has. Stored in 36 bytes, the length little-endian.</summary>
internal readonly record struct ChunkReference(Oid Oid, int Length)
{
    /// <summary>Bytes that a reference takes.</summary>
    public const int EncodedLength = Oid.Length + sizeof(int);

    public static ChunkReference Decode(ReadOnlySpan<byte> bytes) =>
        new(new Oid(bytes), BinaryPrimitives.ReadInt32LittleEndian(bytes[Oid.Length..]));

    public void Encode(Span<byte> destination)
    {
        Oid.CopyTo(destination);
        BinaryPrimitives.WriteInt32LittleEndian(destination[Oid.Length..], Length);
    }
}
