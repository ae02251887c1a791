using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>Reads the names in a directory from getdents64(2), whose buffer one call fills with many entries.</summary>
internal static class DirectoryListing
{
    private const int BufferSize = 32 * 1024;

    // struct linux_dirent64: inode (8 bytes), position (8), length of the record (2), type (1), name and NUL.
    private const int RecordLengthAt = 16;
    private const int NameAt = 19;

    /// <summary>The names without <c>.</c> and <c>..</c>, from the handle's position on, in byte order.</summary>
    [SkipLocalsInit]
    internal static byte[][] Read(FileDescriptor directory, EntryPath path)
    {
        var names = new List<byte[]>();
        Span<byte> buffer = stackalloc byte[BufferSize];
        while (true)
        {
            nint length;
            while ((length = SystemCall.GetDirectoryEntries(directory, buffer)) < 0)
                LinuxErrors.ThrowUnlessInterrupted(FileOperation.ListDirectory, path);
            if (length == 0)
                break;
            Take(buffer[..(int)length], names);
        }

        return NameOrder.SortDistinct(names);
    }

    private static void Take(ReadOnlySpan<byte> records, List<byte[]> names)
    {
        while (!records.IsEmpty)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(records[RecordLengthAt..]);
            if (!BitConverter.IsLittleEndian)
                length = BinaryPrimitives.ReverseEndianness(length);
            var name = records[NameAt..length];
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                names.Add(name.ToArray());
            records = records[length..];
        }
    }
}
