using System.Text;
using System.Text.Unicode;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Hooks.External;

/// <summary>
/// Makes lines of bytes as they arrive, ended by LF or CR LF: UTF-8 with replacement, or a line that is none, in the encoding that the
/// programs of the system otherwise use.
/// </summary>
internal sealed class LineSplitter(Action<string> onLine)
{
    /// <summary>The longest piece of a line that is passed on at once, in bytes.</summary>
    public const int MaximumLength = 64 << 10;

    private readonly byte[] _pending = new byte[MaximumLength];
    private int _length;

    /// <summary>A line's bytes as text, without the CR of a CR LF.</summary>
    public static string Decode(ReadOnlySpan<byte> line) => Decode(line is [.. var before, (byte)'\r'] ? before : line, ConsoleEncoding.Oem);

    /// <summary>Bytes as text.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="otherwise">The encoding of what is not UTF-8; null for none.</param>
    internal static string Decode(ReadOnlySpan<byte> bytes, Encoding? otherwise) =>
        (otherwise is null || Utf8.IsValid(bytes) ? Encoding.UTF8 : otherwise).GetString(bytes);

    /// <summary>Takes what was read and passes on the lines that end in it.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var part = end < 0 ? bytes : bytes[..end];
            while (_length + part.Length > MaximumLength)
                part = part[PassOnPiece(part)..];
            part.CopyTo(_pending.AsSpan(_length));
            _length += part.Length;
            if (end < 0)
                return;
            onLine(Decode(_pending.AsSpan(0, _length)));
            _length = 0;
            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>Passes on the last line when it has no end.</summary>
    public void Complete()
    {
        if (_length > 0)
            onLine(Decode(_pending.AsSpan(0, _length)));
        _length = 0;
    }

    private int PassOnPiece(ReadOnlySpan<byte> part)
    {
        var taken = MaximumLength - _length;
        part[..taken].CopyTo(_pending.AsSpan(_length));
        // A character that is cut in two begins the next piece.
        var end = MaximumLength;
        for (var back = 1; back <= 3; back++)
        {
            var b = _pending[MaximumLength - back];
            if ((b & 0xC0) == 0x80)
                continue;
            var characterLength = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : b >= 0xC0 ? 2 : 1;
            if (characterLength > back)
                end = MaximumLength - back;
            break;
        }

        onLine(Decode(_pending.AsSpan(0, end), ConsoleEncoding.Oem));
        _pending.AsSpan(end).CopyTo(_pending);
        _length = MaximumLength - end;
        return taken;
    }
}
