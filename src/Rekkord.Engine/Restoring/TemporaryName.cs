using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Restoring;

/// <summary>The names that entries have in the destination until they are whole: <c>.rekkord-</c>, 16 hex digits, <c>.tmp</c>.</summary>
internal static class TemporaryName
{
    private const int RandomLength = 8;

    // Asking for random bytes costs as much as writing a small file: only the first number is random.
    private static ulong s_next = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(RandomLength));

    private static ReadOnlySpan<byte> Prefix => ".rekkord-"u8;

    private static ReadOnlySpan<byte> Suffix => ".tmp"u8;

    /// <summary>Makes a name that no other entry has.</summary>
    public static byte[] Create() =>
        [.. Prefix, .. FileName.FromText(Interlocked.Increment(ref s_next).ToString("x16", CultureInfo.InvariantCulture)), .. Suffix];

    /// <summary>Whether a name is such a one.</summary>
    public static bool IsOne(byte[] name) =>
        name.Length == Prefix.Length + (2 * RandomLength) + Suffix.Length
        && name.AsSpan().StartsWith(Prefix)
        && name.AsSpan().EndsWith(Suffix)
        && Array.TrueForAll(name[Prefix.Length..^Suffix.Length], digit => char.IsAsciiHexDigitLower((char)digit));
}
