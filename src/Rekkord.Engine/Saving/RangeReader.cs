using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Saving;

/// <summary>Reads some ranges of a file as one row of bytes.</summary>
internal sealed class RangeReader
{
    private readonly SourceFile _file;
    private readonly IReadOnlyList<ByteRange> _ranges;
    private int _range;
    private long _positionInRange;

    public RangeReader(SourceFile file, IReadOnlyList<ByteRange> ranges)
    {
        _file = file;
        _ranges = ranges;
    }

    /// <summary>Bytes read so far.</summary>
    public long Total { get; private set; }

    /// <summary>Fills the buffer unless the ranges, or the file, end before.</summary>
    public int Read(Span<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length && _range < _ranges.Count)
        {
            var range = _ranges[_range];
            var left = range.Length - _positionInRange;
            if (left == 0)
            {
                _range++;
                _positionInRange = 0;
                continue;
            }

            var wanted = (int)Math.Min(left, buffer.Length - filled);
            var read = _file.Read(buffer.Slice(filled, wanted), range.Offset + _positionInRange);
            filled += read;
            _positionInRange += read;
            if (read < wanted)
                _range = _ranges.Count;
        }

        Total += filled;
        return filled;
    }
}
