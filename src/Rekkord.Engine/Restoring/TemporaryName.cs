using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Restoring;

/// <summary>
/// The names that entries have in the destination until they are whole: <c>.rekkord-</c>, 16 hex digits, <c>.tmp</c>. One that is only
/// made to see whether the destination normalizes names has an <c>é</c> before the end.
/// </summary>
internal static class TemporaryName
{
    private const int NumberLength = 16;

    // Asking for random bytes costs as much as writing a small file: only the first number is random.
    private static ulong s_next = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    private static ReadOnlySpan<byte> Prefix => ".rekkord-"u8;

    private static ReadOnlySpan<byte> Suffix => ".tmp"u8;

    private static ReadOnlySpan<byte> Composed => [0xc3, 0xa9];

    private static ReadOnlySpan<byte> Decomposed => [(byte)'e', 0xcc, 0x81];

    /// <summary>Makes a name that no other entry has.</summary>
    public static byte[] Create() => [.. Prefix, .. NextNumber(), .. Suffix];

    /// <summary>Makes such a name with a composed character.</summary>
    public static byte[] CreateComposed() => [.. Prefix, .. NextNumber(), .. Composed, .. Suffix];

    /// <summary>Whether a name is such a one.</summary>
    public static bool IsOne(byte[] name)
    {
        if (name.Length < Prefix.Length + NumberLength + Suffix.Length || !name.AsSpan().StartsWith(Prefix) || !name.AsSpan().EndsWith(Suffix))
            return false;
        var accent = name.AsSpan()[(Prefix.Length + NumberLength)..^Suffix.Length];
        return Array.TrueForAll(name[Prefix.Length..(Prefix.Length + NumberLength)], digit => char.IsAsciiHexDigitLower((char)digit))
            && (accent.IsEmpty || accent.SequenceEqual(Composed) || accent.SequenceEqual(Decomposed));
    }

    private static byte[] NextNumber() =>
        FileName.FromText(Interlocked.Increment(ref s_next).ToString("x16", CultureInfo.InvariantCulture));
}
