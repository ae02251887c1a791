using System.Text;

namespace Rekkord.Engine.FileSystem;

/// <summary>Entry names and paths as bytes: how they are shown, compared and taken apart.</summary>
public static class FileName
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// A name or path as text for people: valid UTF-8 as it is, every byte that is not, and every control character, as
    /// <c>\xNN</c>. For display and messages only; it does not always lead back to the bytes.
    /// </summary>
    public static string ToDisplay(ReadOnlySpan<byte> name)
    {
        // Nearly every name is plain, and a listing has millions.
        if (!name.ContainsAnyExceptInRange((byte)0x20, (byte)0x7e))
            return Encoding.ASCII.GetString(name);
        var text = new StringBuilder(name.Length);
        Span<char> characters = stackalloc char[2];
        while (!name.IsEmpty)
        {
            var valid = Rune.DecodeFromUtf8(name, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            if (valid && !Rune.IsControl(rune))
            {
                text.Append(characters[..rune.EncodeToUtf16(characters)]);
            }
            else
            {
                foreach (var b in name[..length])
                    text.Append("\\x").Append(b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
            }

            name = name[length..];
        }

        return text.ToString();
    }

    /// <summary>The bytes of a name or path that came as text from the user or from .NET.</summary>
    public static byte[] FromText(string name) => Encoding.UTF8.GetBytes(name);

    /// <summary>The text of a name if its bytes are valid UTF-8; otherwise null.</summary>
    public static string? ToText(ReadOnlySpan<byte> name)
    {
        try
        {
            return StrictUtf8.GetString(name);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether a stored name can be one entry's name: not empty, not <c>.</c> or <c>..</c>, without <c>/</c> and NUL.
    /// A hostile repository may claim others; nothing is made under them.
    /// </summary>
    public static bool IsSafe(ReadOnlySpan<byte> name) =>
        !name.IsEmpty && !name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8) && name.IndexOfAny((byte)'/', (byte)0) < 0;
}
