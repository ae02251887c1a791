using System.Buffers.Binary;
using System.IO.Hashing;

namespace Rekkord.Engine.Hashing;

/// <summary>
/// A hash of 128 bits that tells things apart quickly: not a cryptographic one. The algorithm is XXH128
/// (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md).
/// </summary>
/// <remarks>
/// It is not <see cref="UInt128"/>, since the ahead-of-time compiler leaves every method out that has one (its calling convention is not
/// settled): those methods would be compiled again in each new process.
/// </remarks>
/// <param name="High">The upper half.</param>
/// <param name="Low">The lower half.</param>
public readonly record struct Hash128(ulong High, ulong Low)
{
    /// <summary>The length in bytes.</summary>
    public const int Length = 2 * sizeof(ulong);

    /// <summary>Hashes bytes, under a seed that others may not know.</summary>
    public static Hash128 Compute(ReadOnlySpan<byte> bytes, long seed = 0)
    {
        Span<byte> hash = stackalloc byte[Length];
        XxHash128.Hash(bytes, hash, seed);
        return new Hash128(BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt64BigEndian(hash[sizeof(ulong)..]));
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static Hash128 Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(ulong)..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes));

    /// <summary>Writes it as a little-endian number of 16 bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Low);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[sizeof(ulong)..], High);
    }
}
