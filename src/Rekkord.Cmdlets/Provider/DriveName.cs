using System.Globalization;
using System.Text;

namespace Rekkord.Cmdlets.Provider;

/// <summary>
/// Names as a part of a drive's path. What PowerShell or a person could not type is written as <c>%NN</c>, byte by byte: bytes that are not
/// UTF-8, control characters, separators, the names <c>.</c> and <c>..</c>, and a percent sign that would be read so itself. Each name is
/// written in one way, and leads back to its bytes.
/// </summary>
internal static class DriveName
{
    private static readonly char[] Separators = ['/', '\\'];

    /// <summary>The names in a path, as they are written.</summary>
    public static string[] Split(string path) => path.Split(Separators, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Writes a name.</summary>
    public static string Encode(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
            return name.Length == 1 ? "%2E" : "%2E%2E";
        var text = new StringBuilder(name.Length);
        while (!name.IsEmpty)
        {
            var isText = Rune.DecodeFromUtf8(name, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            if (isText && !Rune.IsControl(rune) && rune.Value is not ('/' or '\\') && !IsEncodedByte(name))
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (var part in name[..length])
                    text.Append(CultureInfo.InvariantCulture, $"%{part:X2}");
            }

            name = name[length..];
        }

        return text.ToString();
    }

    /// <summary>Writes a name that is text.</summary>
    public static string Encode(string name) => Encode(Encoding.UTF8.GetBytes(name));

    /// <summary>The bytes of a name as it is written.</summary>
    public static byte[] Decode(string name)
    {
        var written = Encoding.UTF8.GetBytes(name).AsSpan();
        var bytes = new List<byte>(written.Length);
        while (!written.IsEmpty)
        {
            var isEncoded = IsEncodedByte(written);
            bytes.Add(isEncoded ? byte.Parse(written.Slice(1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : written[0]);
            written = written[(isEncoded ? 3 : 1)..];
        }

        return [.. bytes];
    }

    private static bool IsEncodedByte(ReadOnlySpan<byte> text) => text is [(byte)'%', var high, var low, ..] && char.IsAsciiHexDigit((char)high) && char.IsAsciiHexDigit((char)low);
}
