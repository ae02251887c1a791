using System.Buffers.Binary;
using System.Security.Cryptography;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Tests.Objects;

/// <summary>Object IDs to test with.</summary>
internal static class TestOids
{
    /// <summary>One that looks random, always the same for a number.</summary>
    public static Oid Random(int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return new Oid(SHA256.HashData(bytes));
    }

    /// <summary>One whose place in a hash table is that of all others of its kind.</summary>
    public static Oid Alike(int number)
    {
        Span<byte> bytes = stackalloc byte[Oid.Length];
        bytes.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(bytes[^4..], number + 1);
        return new Oid(bytes);
    }

    /// <summary>An identifier that all tables put into their last slot.</summary>
    public static Oid Last(int number)
    {
        Span<byte> bytes = stackalloc byte[Oid.Length];
        bytes.Fill(0xff);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[^4..], number);
        return new Oid(bytes);
    }
}
