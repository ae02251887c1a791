using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Rekkord.Engine.Objects;

/// <summary>
/// An object ID: HMAC-SHA-256 of a blob's plaintext under a key of the repository and of the blob's type. Equal content has
/// equal IDs within one repository and tells nothing without its key. Printed as 64 lower-case hex digits.
/// </summary>
public readonly struct Oid : IEquatable<Oid>, IComparable<Oid>
{
    /// <summary>Length of an ID in bytes.</summary>
    public const int Length = 32;

    // Whoever writes to a repository can write directories with IDs of their choice. Where an ID goes in a table is therefore a secret of
    // this process: otherwise many could be chosen that all go to the same place.
    private static readonly ulong KeyA = NewKey(), KeyB = NewKey(), KeyC = NewKey(), KeyD = NewKey(), KeyFirst = NewKey(), KeySecond = NewKey();

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>Takes an ID from its 32 bytes.</summary>
    public Oid(ReadOnlySpan<byte> bytes)
    {
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..Length]);
    }

    /// <summary>The first 8 bytes, big-endian: the same in every process.</summary>
    internal ulong FirstWord => _a;

    /// <summary>64 evenly spread bits made from all of the ID: where it goes in a hash table of this process.</summary>
    internal ulong Spread => Fold(Fold(_a ^ KeyA, _b ^ KeyB) ^ KeyFirst, Fold(_c ^ KeyC, _d ^ KeyD) ^ KeySecond);

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>The 32 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public bool Equals(Oid other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Oid other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Spread;

    /// <inheritdoc/>
    public int CompareTo(Oid other)
    {
        Span<byte> left = stackalloc byte[Length];
        Span<byte> right = stackalloc byte[Length];
        CopyTo(left);
        other.CopyTo(right);
        return left.SequenceCompareTo(right);
    }

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    /// <summary>Whether two IDs are equal.</summary>
    public static bool operator ==(Oid left, Oid right) => left.Equals(right);

    /// <summary>Whether two IDs differ.</summary>
    public static bool operator !=(Oid left, Oid right) => !left.Equals(right);

    /// <summary>Byte order.</summary>
    public static bool operator <(Oid left, Oid right) => left.CompareTo(right) < 0;

    /// <summary>Byte order.</summary>
    public static bool operator >(Oid left, Oid right) => left.CompareTo(right) > 0;

    /// <summary>Byte order.</summary>
    public static bool operator <=(Oid left, Oid right) => left.CompareTo(right) <= 0;

    /// <summary>Byte order.</summary>
    public static bool operator >=(Oid left, Oid right) => left.CompareTo(right) >= 0;

    private static ulong NewKey() => BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    /// <summary>Multiplies to 128 bits and lays one half over the other, as wyhash does: two instructions that mix all bits of both.</summary>
    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}
