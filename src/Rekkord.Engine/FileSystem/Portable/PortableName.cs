using System.Buffers;
using System.Text;

namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>
/// Names as the strings that .NET takes. On Windows a name may hold lone surrogates, which the bytes keep in generalised UTF-8
/// (WTF-8, https://simonsapin.github.io/wtf-8/).
/// </summary>
internal static class PortableName
{
    private const char FirstSurrogate = '\ud800';

    // What Windows keeps out of names, beside control characters.
    private static readonly SearchValues<char> ForbiddenOnWindows = SearchValues.Create("<>:\"/\\|?*");

    /// <summary>The bytes of a name or path that .NET gave.</summary>
    internal static byte[] ToBytes(string name)
    {
        var bytes = new ArrayBufferWriter<byte>(name.Length + 8);
        Span<byte> encoded = stackalloc byte[4];
        ReadOnlySpan<char> rest = name;
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var length) == OperationStatus.Done)
                bytes.Write(encoded[..rune.EncodeToUtf8(encoded)]);
            else
                bytes.Write<byte>([0xed, (byte)(0x80 | ((rest[0] >> 6) & 0x3f)), (byte)(0x80 | (rest[0] & 0x3f))]);
            rest = rest[length..];
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The name or path as .NET takes it; null when the bytes are no text in either form of UTF-8.</summary>
    internal static string? FromBytes(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder(name.Length);
        while (!name.IsEmpty)
        {
            var length = 3;
            if (Rune.DecodeFromUtf8(name, out var rune, out var runeLength) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
                length = runeLength;
            }
            else if (name is [0xed, >= 0xa0 and <= 0xbf, >= 0x80 and <= 0xbf, ..])
            {
                var surrogate = (char)(FirstSurrogate | ((name[1] & 0x1f) << 6) | (name[2] & 0x3f));
                if (char.IsLowSurrogate(surrogate) && text.Length > 0 && char.IsHighSurrogate(text[^1]))
                    return null; // a pair has four bytes; this would be a second spelling of the same name
                text.Append(surrogate);
            }
            else
            {
                return null;
            }

            name = name[length..];
        }

        return text.ToString();
    }

    /// <summary>The text of a name that can be one entry's, by the rules of Unix or of Windows; null for any other.</summary>
    internal static string? TryGetEntryName(ReadOnlySpan<byte> name, bool forWindows)
    {
        if (!FileName.IsSafe(name) || FromBytes(name) is not { } text)
            return null;
        if (!forWindows)
            return text.AsSpan().ContainsAnyInRange(FirstSurrogate, '\udfff') && FileName.ToText(name) is null ? null : text;
        return IsWindowsName(text) ? text : null;
    }

    // Names of devices (con, nul.txt) and those with a dot or blank at the end are refused by programs, and by Windows in short paths. In the
    // extended form, which is the only one that is used here, they are names like others: they are saved, and so they are restored.
    private static bool IsWindowsName(string name) =>
        !name.AsSpan().ContainsAny(ForbiddenOnWindows) && !name.AsSpan().ContainsAnyInRange('\0', '\u001f');
}
