namespace Rekkord.Engine.Hooks.External;

/// <summary>
/// Keeps the end of what a process writes to one stream, up to a bound, and passes lines on as they come. The bytes are kept in a
/// ring and made into text only when asked for, so that endless output costs neither memory nor garbage.
/// </summary>
internal sealed class OutputCapture(Action<string>? onLine)
{
    /// <summary>How much is kept, in bytes.</summary>
    public const int Capacity = 1 << 20;

    private readonly LineSplitter? _live = onLine is null ? null : new LineSplitter(onLine);
    private byte[] _ring = [];
    private int _start;
    private int _length;
    private long _total;

    /// <summary>Takes what was read.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _total += bytes.Length;
        _live?.Append(bytes);
        if (bytes.Length > Capacity)
            bytes = bytes[^Capacity..];
        EnsureRoom(bytes.Length);

        var end = (_start + _length) % _ring.Length;
        var first = Math.Min(bytes.Length, _ring.Length - end);
        bytes[..first].CopyTo(_ring.AsSpan(end));
        bytes[first..].CopyTo(_ring);
        var overwritten = Math.Max(0, _length + bytes.Length - _ring.Length);
        _start = (_start + overwritten) % _ring.Length;
        _length += bytes.Length - overwritten;
    }

    /// <summary>Passes on the last line when it has no end.</summary>
    public void Complete() => _live?.Complete();

    /// <summary>
    /// The lines that are kept, and how many bytes before them are not. When some are not, the first line kept is a whole one,
    /// unless all that is kept is the end of one line.
    /// </summary>
    public (IReadOnlyList<object?> Lines, long DroppedBytes) ToLines()
    {
        var kept = new byte[_length];
        var first = Math.Min(_length, _ring.Length - _start);
        _ring.AsSpan(_start, first).CopyTo(kept);
        _ring.AsSpan(0, _length - first).CopyTo(kept.AsSpan(first));

        var text = kept.AsSpan();
        if (_total > _length)
            text = SkipBrokenStart(text);
        List<object?> lines = [];
        for (var rest = text; !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            lines.Add(LineSplitter.Decode(line));
            rest = end < 0 ? [] : rest[(end + 1)..];
        }

        return (lines, _total - text.Length);
    }

    private static Span<byte> SkipBrokenStart(Span<byte> text)
    {
        if (text.IndexOf((byte)'\n') is var end and >= 0 && end + 1 < text.Length)
            return text[(end + 1)..];
        // Bytes of the form 10xxxxxx continue a character whose beginning is gone.
        var skip = 0;
        while (skip < Math.Min(3, text.Length) && (text[skip] & 0xC0) == 0x80)
            skip++;
        return text[skip..];
    }

    private void EnsureRoom(int more)
    {
        var needed = Math.Min(Capacity, _length + more);
        if (needed <= _ring.Length)
            return;
        // It grows only while nothing has been overwritten, so what it holds starts at zero.
        Array.Resize(ref _ring, Math.Min(Capacity, Math.Max(needed, Math.Max(4096, _ring.Length * 2))));
    }
}
