using System.Runtime.Versioning;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>
/// lstat(2) and stat(2) of macOS, for what .NET does not tell: fifos, sockets and devices, which must not be opened, owners,
/// hard links and the time of the last change.
/// </summary>
[SupportedOSPlatform("macos")]
internal static class DarwinStatus
{
    private const int AllocationUnit = 512;

    /// <summary>Reads the status of an entry.</summary>
    /// <returns>0 or the error number.</returns>
    internal static int Read(string path, bool followLink, out FileStatus status)
    {
        var error = DarwinStatRecord.Read(path, followLink, out var record);
        status = error == 0 ? ToStatus(record) : default;
        return error;
    }

    private static FileStatus ToStatus(in DarwinStatRecord record) => new()
    {
        Kind = KindOf(record.Mode),
        Mode = record.Mode & 0xfffu,
        UserId = record.UserId,
        GroupId = record.GroupId,
        Size = record.Size,
        AllocatedSize = DarwinHoles.IsInPlace(record.Flags) ? record.Blocks * AllocationUnit : record.Size,
        ModifiedTime = ToFileTime(record.ModifyTime),
        ChangedTime = ToFileTime(record.ChangeTime),
        CreatedTime = ToFileTime(record.BirthTime),
        Inode = record.Inode,
        Device = SplitDevice(record.Device),
        LinkCount = record.LinkCount,
        SpecialDevice = SplitDevice(record.SpecialDevice),
    };

    private static FileTime ToFileTime(in DarwinStatRecord.Time time) => new(time.Seconds, (int)Math.Clamp(time.Nanoseconds, 0, 999_999_999));

    private static FileKind KindOf(uint mode) => (mode & FileType.Mask) switch
    {
        FileType.Fifo => FileKind.Fifo,
        FileType.CharacterDevice => FileKind.CharacterDevice,
        FileType.Directory => FileKind.Directory,
        FileType.BlockDevice => FileKind.BlockDevice,
        FileType.SymbolicLink => FileKind.SymbolicLink,
        FileType.Socket => FileKind.Socket,
        _ => FileKind.File,
    };

    // dev_t has the major number in its upper 8 and the minor in its lower 24 bits (sys/types.h).
    private static ulong SplitDevice(int device) => (ulong)((uint)device >> 24) << 32 | ((uint)device & 0xff_ffff);
}
