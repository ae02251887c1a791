using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Platform;

/// <summary>Files with holes on Windows. Only those that are marked have any.</summary>
internal static class WindowsSparseFile
{
    private const uint QueryAllocatedRanges = 0x000940cf, SetSparse = 0x000900c4; // FSCTL_*
    private const int MoreData = 234;
    private const int RangesAtOnce = 512;

    // Not in .NET's enumeration: FILE_ATTRIBUTE_RECALL_ON_OPEN and FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS.
    private const FileAttributes RecallOnOpen = (FileAttributes)0x4_0000, RecallOnDataAccess = (FileAttributes)0x40_0000;

    /// <summary>
    /// Whether the ranges that a file has on its volume are its data. Files that are in a cloud, deduplicated or moved to tape are marked as
    /// sparse too, and have next to nothing there.
    /// </summary>
    internal static bool HasHoles(FileAttributes attributes) =>
        attributes.HasFlag(FileAttributes.SparseFile)
        && (attributes & (FileAttributes.ReparsePoint | FileAttributes.Offline | RecallOnOpen | RecallOnDataAccess)) == 0;

    /// <summary>The ranges of a file that are no holes, ascending: offsets and lengths. Null where the file system does not tell.</summary>
    [SupportedOSPlatform("windows")]
    internal static List<(long Offset, long Length)>? FindAllocated(SafeFileHandle file, long size)
    {
        var buffer = new long[2 * RangesAtOnce];
        return FindAllocated(start => Query(file, start, size, buffer), size);
    }

    /// <summary>The same, by what tells of the ranges from an offset on, and whether these are all; null when it is refused.</summary>
    /// <remarks>Answers that cannot be true count as none: what is taken for a hole is never read.</remarks>
    internal static List<(long Offset, long Length)>? FindAllocated(Func<long, (bool IsWhole, (long Offset, long Length)[] Ranges)?> query, long size)
    {
        var ranges = new List<(long Offset, long Length)>();
        for (var start = 0L; start < size;)
        {
            if (query(start) is not var (isWhole, found) || (!isWhole && found.Length == 0))
                return null;
            foreach (var (offset, length) in found)
            {
                if (offset < start || length <= 0)
                    return null;
                ranges.Add((offset, length));
                start = offset + length;
            }

            if (isWhole)
                break;
        }

        return ranges;
    }

    /// <summary>Marks a file as one that may have holes.</summary>
    /// <returns>False where the file system has none.</returns>
    [SupportedOSPlatform("windows")]
    internal static bool TryMark(SafeFileHandle file) => WindowsFile.Control(file, SetSparse, [], 0, [], 0, out _, 0);

    [SupportedOSPlatform("windows")]
    private static (bool IsWhole, (long Offset, long Length)[] Ranges)? Query(SafeFileHandle file, long start, long size, long[] buffer)
    {
        long[] asked = [start, size - start]; // FILE_ALLOCATED_RANGE_BUFFER, and an array of them for an answer
        var isWhole = WindowsFile.Control(
            file, QueryAllocatedRanges, MemoryMarshal.AsBytes<long>(asked), asked.Length * sizeof(long), MemoryMarshal.AsBytes(buffer.AsSpan()), buffer.Length * sizeof(long), out var length, 0);
        if (!isWhole && Marshal.GetLastPInvokeError() != MoreData)
            return null;
        return (isWhole, [.. buffer.Take(length / sizeof(long)).Chunk(2).Select(range => (range[0], range[1]))]);
    }
}
