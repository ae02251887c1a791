namespace Rekkord.Engine.FileSystem;

/// <summary>Which holes of a file are kept as such.</summary>
internal static class SparseFile
{
    /// <summary>Holes smaller than this count as data: describing them costs more than their zeros.</summary>
    internal const long SmallestHole = 64 * 1024;

    /// <summary>A file with more ranges than this counts as data throughout, which bounds memory and the stored list.</summary>
    internal const int MaxRanges = 65_536;

    /// <summary>The ranges of data without the small holes between them.</summary>
    /// <param name="allocated">What the system says is no hole, ascending.</param>
    /// <param name="size">The size of the file; ranges end there.</param>
    internal static IReadOnlyList<ByteRange> Join(IEnumerable<ByteRange> allocated, long size)
    {
        var ranges = new List<ByteRange>();
        foreach (var range in allocated)
        {
            var (start, end) = (Math.Max(range.Offset, 0), Math.Min(range.Offset + range.Length, size));
            if (start >= end)
                continue;
            var before = ranges.Count > 0 ? ranges[^1].Offset + ranges[^1].Length : 0;
            if (size - end < SmallestHole)
                end = size;
            if (start - before >= SmallestHole)
                ranges.Add(new ByteRange(start, end - start));
            else if (ranges.Count == 0)
                ranges.Add(new ByteRange(0, end));
            else
                ranges[^1] = new ByteRange(ranges[^1].Offset, end - ranges[^1].Offset);
            if (ranges.Count > MaxRanges)
                return [new ByteRange(0, size)];
        }

        return ranges;
    }
}
