using System.Text;

namespace Rekkord.Engine.Hooks.External;

/// <summary>Makes lines of bytes as they arrive: UTF-8 with replacement, ended by LF or CR LF.</summary>
internal sealed class LineSplitter(Action<string> onLine)
{
    /// <summary>The longest piece of a line that is passed on at once, in bytes.</summary>
    public const int MaximumLength = 64 << 10;

    private readonly byte[] _pending = new byte[MaximumLength];
    private int _length;

    /// <summary>A line's bytes as text, without the CR of a CR LF.</summary>
    public static string Decode(ReadOnlySpan<byte> line) =>
        Encoding.UTF8.GetString(line is [.. var before, (byte)'\r'] ? before : line);

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

        onLine(Encoding.UTF8.GetString(_pending.AsSpan(0, end)));
        _pending.AsSpan(end).CopyTo(_pending);
        _length = MaximumLength - end;
        return taken;
    }
}
