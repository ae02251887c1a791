using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Saving;

/// <summary>
/// Reads some ranges of a file as one run of bytes, and also what lies behind the size where a file system does not know it.
/// </summary>
internal sealed class RangeReader
{
    private readonly SourceFile _file;
    private readonly IReadOnlyList<ByteRange> _ranges;
    private readonly FileStatus? _whole;
    private int _range;
    private long _positionInRange;
    private bool _ended;

    /// <summary>Creates a reader.</summary>
    /// <param name="file">The file.</param>
    /// <param name="ranges">What to read of it.</param>
    /// <param name="whole">
    /// For a file of one range, its status: what it has beyond that is read too, as long as the status stays so. A file that just grows
    /// shows it, and would be followed for ever.
    /// </param>
    public RangeReader(SourceFile file, IReadOnlyList<ByteRange> ranges, FileStatus? whole)
    {
        _file = file;
        _ranges = ranges;
        _whole = whole;
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
                (_range, _ended) = (_ranges.Count, true);
        }

        if (filled < buffer.Length)
            filled += ReadBeyond(buffer[filled..], Total + filled);
        Total += filled;
        return filled;
    }

    private int ReadBeyond(Span<byte> buffer, long offset)
    {
        if (_ended || _whole is not { } whole || !FileChange.IsSame(whole, _file.GetStatus()))
            return 0;
        var read = _file.Read(buffer, offset);
        _ended = read < buffer.Length;
        return read;
    }
}
