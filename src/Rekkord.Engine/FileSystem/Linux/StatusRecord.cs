using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>Reads the status of entries with statx(2).</summary>
internal static class StatusRecord
{
    /// <summary>STATX_BASIC_STATS | STATX_BTIME.</summary>
    private const uint WantedFields = 0x7ff | HasBirthTime;

    private const uint HasBirthTime = 0x800;
    private const ulong Immutable = 0x10; // STATX_ATTR_IMMUTABLE
    private const ulong AppendOnly = 0x20; // STATX_ATTR_APPEND
    private const int AllocationUnit = 512;
    private const ulong LargestSize = long.MaxValue / 2;

    /// <summary>Reads the status of an entry, or with an empty name of the handle itself.</summary>
    /// <returns>0 or the error number; EUCLEAN for a type of entry that Linux does not have.</returns>
    [SkipLocalsInit]
    internal static int Read(FileDescriptor directory, ReadOnlySpan<byte> nativeName, bool followLink, out FileStatus status)
    {
        var flags = LibC.NoAutomount | (nativeName.Length == 1 ? LibC.EmptyPath : followLink ? 0 : LibC.SymlinkNoFollow);
        StatxRecord record;
        while (SystemCall.Statx(directory, nativeName, flags, WantedFields, out record) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Errno.EINTR)
            {
                status = default;
                return error;
            }
        }

        status = ToStatus(record);
        return status.Kind == 0 ? Errno.EUCLEAN : 0;
    }

    /// <summary>The attribute of an entry, or with an empty name of the handle itself, that forbids changes, in words; null when none does.</summary>
    internal static string? FindLock(FileDescriptor directory, ReadOnlySpan<byte> nativeName)
    {
        var flags = LibC.NoAutomount | (nativeName.Length == 1 ? LibC.EmptyPath : LibC.SymlinkNoFollow);
        if (SystemCall.Statx(directory, nativeName, flags, WantedFields, out var record) < 0)
            return null;
        return (record.Attributes & Immutable) != 0 ? "immutable (chattr +i)"
            : (record.Attributes & AppendOnly) != 0 ? "append-only (chattr +a)"
            : null;
    }

    private static FileStatus ToStatus(in StatxRecord record) => new()
    {
        Kind = KindOf(record.Mode),
        Mode = record.Mode & 0xfffu,
        UserId = record.UserId,
        GroupId = record.GroupId,
        // What a file system in user space says may be anything; no more than half of the largest number, so that sums stay within bounds.
        Size = (long)Math.Min(record.Size, LargestSize),
        AllocatedSize = (long)Math.Min(record.Blocks, LargestSize / AllocationUnit) * AllocationUnit,
        ModifiedTime = ToFileTime(record.ModifyTime),
        ChangedTime = ToFileTime(record.ChangeTime),
        CreatedTime = (record.Mask & HasBirthTime) != 0 ? ToFileTime(record.BirthTime) : null,
        Inode = record.Inode,
        Device = (ulong)record.DeviceMajor << 32 | record.DeviceMinor,
        LinkCount = record.LinkCount,
        SpecialDevice = (ulong)record.SpecialMajor << 32 | record.SpecialMinor,
    };

    private static FileTime ToFileTime(in StatxRecord.Timestamp time) => new(time.Seconds, (int)Math.Min(time.Nanoseconds, 999_999_999));

    private static FileKind KindOf(ushort mode) => (mode & FileType.Mask) switch
    {
        FileType.Regular => FileKind.File,
        FileType.Directory => FileKind.Directory,
        FileType.SymbolicLink => FileKind.SymbolicLink,
        FileType.Fifo => FileKind.Fifo,
        FileType.Socket => FileKind.Socket,
        FileType.CharacterDevice => FileKind.CharacterDevice,
        FileType.BlockDevice => FileKind.BlockDevice,
        _ => 0,
    };
}
