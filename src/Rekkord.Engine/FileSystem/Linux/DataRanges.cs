using System.Runtime.InteropServices;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>Finds the holes of a sparse file with lseek's SEEK_DATA and SEEK_HOLE.</summary>
internal static class DataRanges
{
    internal const long SmallestHole = SparseFile.SmallestHole;
    internal const int MaxRanges = SparseFile.MaxRanges;

    /// <summary>The ranges that hold data, from 0 to <paramref name="size"/>.</summary>
    /// <exception cref="FileSystemException">The system refused.</exception>
    internal static IReadOnlyList<ByteRange> Find(FileDescriptor file, long size, EntryPath directory, byte[] name)
    {
        if (size <= 0)
            return [];

        var ranges = new List<ByteRange>();
        var (start, end) = (-1L, 0L); // the range that may still grow
        for (var position = 0L; position < size;)
        {
            var data = Seek(file, position, LibC.SeekData);
            if (data == -Errno.ENXIO || data >= size) // no data from here to the end
                break;
            if (data == -Errno.EINVAL || data == -Errno.EOPNOTSUPP) // the file system knows no holes
                return [new ByteRange(0, size)];
            var hole = data < 0 ? data : Seek(file, data, LibC.SeekHole);
            if (hole == -Errno.ENXIO) // the file was cut short in between
                break;
            if (hole < 0)
                throw LinuxErrors.Create((int)-hole, FileOperation.FindHoles, directory, name);

            if (start >= 0 && data - end >= SmallestHole)
            {
                ranges.Add(new ByteRange(start, end - start));
                start = -1;
            }

            if (start < 0)
                start = data < SmallestHole ? 0 : data;
            position = end = Math.Min(hole, size);
            if (ranges.Count >= MaxRanges)
                return [new ByteRange(0, size)];
        }

        if (start >= 0)
            ranges.Add(new ByteRange(start, (size - end < SmallestHole ? size : end) - start));
        return ranges;
    }

    private static long Seek(FileDescriptor file, long offset, int whence)
    {
        while (true)
        {
            var position = LibC.Seek(file, offset, whence);
            if (position >= 0)
                return position;
            var error = Marshal.GetLastPInvokeError();
            if (error != Errno.EINTR)
                return -error;
        }
    }
}
