using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Rekkord.Engine.Platform;

/// <summary>The holes of files on macOS, by lseek(2).</summary>
internal static class DarwinHoles
{
    internal const int SeekHole = 3, SeekData = 4; // the other way round than on Linux

    private const uint Compressed = 0x20, Dataless = 0x4000_0000; // UF_COMPRESSED, SF_DATALESS

    /// <summary>Whether what a file has on its volume is its data. Files that the system compresses, or keeps in a cloud, have next to nothing there.</summary>
    internal static bool IsInPlace(uint flags) => (flags & (Compressed | Dataless)) == 0;

    /// <summary>The ranges of a file that are no holes, ascending: offsets and lengths. Null where the file system does not tell.</summary>
    [SupportedOSPlatform("macos")]
    internal static List<(long Offset, long Length)>? FindAllocated(SafeHandle file, long size) => FindAllocated(
        (offset, whence) => LibC.Seek(file, offset, whence) is >= 0 and var found ? (found, 0) : (-1, Marshal.GetLastPInvokeError()), size);

    /// <summary>The same, by what finds the next hole or data: an offset, or -1 and the error number.</summary>
    /// <remarks>
    /// Within data, macOS gives for SEEK_DATA the data that begins after it, which Linux does not. So the next hole is asked for first, and
    /// data only from within a hole. Answers that contradict each other count as none: what is taken for a hole is never read.
    /// </remarks>
    internal static List<(long Offset, long Length)>? FindAllocated(Func<long, int, (long Offset, int Error)> seek, long size)
    {
        var ranges = new List<(long, long)>();
        for (var position = 0L; position < size;)
        {
            var hole = seek(position, SeekHole).Offset;
            if (hole < position || (hole == position && position > 0)) // refused, or a hole where there is data
                return null;
            if (hole > position)
                ranges.Add((position, hole - position));
            if (hole >= size)
                break;
            var (data, error) = seek(hole, SeekData);
            if (data <= hole)
                return data < 0 && error == Errno.ENXIO ? ranges : null; // no data from here to the end
            position = data;
        }

        return ranges;
    }
}
