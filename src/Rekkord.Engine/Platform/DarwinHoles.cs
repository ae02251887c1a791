using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Rekkord.Engine.Platform;

/// <summary>The holes of files on macOS, by lseek(2).</summary>
[SupportedOSPlatform("macos")]
internal static class DarwinHoles
{
    private const int SeekHole = 3, SeekData = 4; // the other way round than on Linux

    /// <summary>The ranges of a file that are no holes, ascending: offsets and lengths. Null where the file system does not tell.</summary>
    internal static List<(long Offset, long Length)>? FindAllocated(SafeHandle file, long size)
    {
        var ranges = new List<(long, long)>();
        for (var position = 0L; position < size;)
        {
            var data = LibC.Seek(file, position, SeekData);
            if (data < 0)
                return Marshal.GetLastPInvokeError() == Errno.ENXIO ? ranges : null; // no data from here to the end
            var hole = LibC.Seek(file, data, SeekHole);
            if (hole <= data)
                return null;
            ranges.Add((data, hole - data));
            position = hole;
        }

        return ranges;
    }
}
