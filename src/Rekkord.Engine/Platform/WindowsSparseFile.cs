using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Platform;

/// <summary>Files with holes on Windows. Only those that are marked have any.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsSparseFile
{
    private const uint QueryAllocatedRanges = 0x000940cf, SetSparse = 0x000900c4; // FSCTL_*
    private const int MoreData = 234;
    private const int RangesAtOnce = 512;

    /// <summary>The ranges of a file that are no holes, ascending: offsets and lengths. Null where the file system does not tell.</summary>
    internal static List<(long Offset, long Length)>? FindAllocated(SafeFileHandle file, long size)
    {
        var ranges = new List<(long Offset, long Length)>();
        var buffer = new long[2 * RangesAtOnce];
        for (var start = 0L; start < size;)
        {
            long[] asked = [start, size - start]; // FILE_ALLOCATED_RANGE_BUFFER, and an array of them for an answer
            var isWhole = WindowsFile.Control(
                file, QueryAllocatedRanges, MemoryMarshal.AsBytes<long>(asked), asked.Length * sizeof(long), MemoryMarshal.AsBytes(buffer.AsSpan()), buffer.Length * sizeof(long), out var length, 0);
            if (!isWhole && Marshal.GetLastPInvokeError() != MoreData)
                return null;
            var count = length / (2 * sizeof(long));
            for (var i = 0; i < count; i++)
                ranges.Add((buffer[2 * i], buffer[(2 * i) + 1]));
            if (isWhole || count == 0)
                break;
            start = ranges[^1].Offset + ranges[^1].Length;
        }

        return ranges;
    }

    /// <summary>Marks a file as one that may have holes.</summary>
    /// <returns>False where the file system has none.</returns>
    internal static bool TryMark(SafeFileHandle file) => WindowsFile.Control(file, SetSparse, [], 0, [], 0, out _, 0);
}
