using System.Security.Cryptography;

namespace Rekkord.Engine.Cryptography;

/// <summary>
/// Arrays for secrets. They are pinned, because the garbage collector leaves a copy of an array that it moves, and nobody could wipe that
/// copy.
/// </summary>
internal static class SecretBytes
{
    /// <summary>An array of zeros.</summary>
    public static byte[] Allocate(int length) => GC.AllocateArray<byte>(length, pinned: true);

    /// <summary>A copy to keep, of bytes that their owner wipes.</summary>
    public static byte[] Copy(ReadOnlySpan<byte> secret)
    {
        var copy = Allocate(secret.Length);
        secret.CopyTo(copy);
        return copy;
    }

    /// <summary>The parts in a row.</summary>
    public static byte[] Join(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var joined = Allocate(first.Length + second.Length);
        first.CopyTo(joined);
        second.CopyTo(joined.AsSpan(first.Length));
        return joined;
    }

    /// <summary>Uses a secret that was just made, and wipes it.</summary>
    public static T Use<T>(byte[] secret, Func<byte[], T> use)
    {
        try
        {
            return use(secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
