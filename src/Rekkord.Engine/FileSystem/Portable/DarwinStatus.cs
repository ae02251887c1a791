using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>
/// lstat(2) and stat(2) of macOS, for what .NET does not tell: fifos, sockets and devices, which must not be opened, owners,
/// hard links and the time of the last change. The struct is the one with 64-bit inode numbers, the only one on Apple silicon.
/// </summary>
[SupportedOSPlatform("macos")]
internal static partial class DarwinStatus
{
    private const int AllocationUnit = 512;
    private const uint TypeMask = 0xf000;

    /// <summary>Reads the status of an entry.</summary>
    /// <returns>0 or the error number.</returns>
    internal static int Read(string path, bool followLink, out FileStatus status)
    {
        var native = Encoding.UTF8.GetBytes(path + '\0');
        Record record;
        while ((followLink ? Stat(native, out record) : LinkStat(native, out record)) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Posix.EINTR)
            {
                status = default;
                return error;
            }
        }

        status = record.ToStatus();
        return 0;
    }

    // On Intel the plain names are those of an old struct with 32-bit inode numbers.
    private static int Stat(byte[] path, out Record record) =>
        RuntimeInformation.ProcessArchitecture == Architecture.X64 ? StatX64(path, out record) : StatArm64(path, out record);

    private static int LinkStat(byte[] path, out Record record) =>
        RuntimeInformation.ProcessArchitecture == Architecture.X64 ? LinkStatX64(path, out record) : LinkStatArm64(path, out record);

    [LibraryImport("libc", EntryPoint = "stat", SetLastError = true)]
    private static partial int StatArm64(ReadOnlySpan<byte> path, out Record record);

    [LibraryImport("libc", EntryPoint = "stat$INODE64", SetLastError = true)]
    private static partial int StatX64(ReadOnlySpan<byte> path, out Record record);

    [LibraryImport("libc", EntryPoint = "lstat", SetLastError = true)]
    private static partial int LinkStatArm64(ReadOnlySpan<byte> path, out Record record);

    [LibraryImport("libc", EntryPoint = "lstat$INODE64", SetLastError = true)]
    private static partial int LinkStatX64(ReadOnlySpan<byte> path, out Record record);

    private static FileKind KindOf(uint mode) => (mode & TypeMask) switch
    {
        0x1000 => FileKind.Fifo,
        0x2000 => FileKind.CharacterDevice,
        0x4000 => FileKind.Directory,
        0x6000 => FileKind.BlockDevice,
        0xa000 => FileKind.SymbolicLink,
        0xc000 => FileKind.Socket,
        _ => FileKind.File,
    };

    // dev_t has the major number in its upper 8 and the minor in its lower 24 bits (sys/types.h).
    private static ulong SplitDevice(int device) => (ulong)((uint)device >> 24) << 32 | ((uint)device & 0xff_ffff);

    /// <summary>struct stat of sys/stat.h with __DARWIN_64_BIT_INO_T.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private readonly struct Record
    {
        private readonly int _device;
        private readonly ushort _mode;
        private readonly ushort _linkCount;
        private readonly ulong _inode;
        private readonly uint _userId;
        private readonly uint _groupId;
        private readonly int _specialDevice;
        private readonly int _padding;
        private readonly Time _accessTime;
        private readonly Time _modifyTime;
        private readonly Time _changeTime;
        private readonly Time _birthTime;
        private readonly long _size;
        private readonly long _blocks;

        internal FileStatus ToStatus() => new()
        {
            Kind = KindOf(_mode),
            Mode = _mode & 0xfffu,
            UserId = _userId,
            GroupId = _groupId,
            Size = _size,
            AllocatedSize = _blocks * AllocationUnit,
            ModifiedTime = _modifyTime.ToFileTime(),
            ChangedTime = _changeTime.ToFileTime(),
            CreatedTime = _birthTime.ToFileTime(),
            Inode = _inode,
            Device = SplitDevice(_device),
            LinkCount = _linkCount,
            SpecialDevice = SplitDevice(_specialDevice),
        };
    }

    /// <summary>struct timespec.</summary>
    private readonly struct Time
    {
        private readonly long _seconds;
        private readonly long _nanoseconds;

        internal FileTime ToFileTime() => new(_seconds, (int)Math.Clamp(_nanoseconds, 0, 999_999_999));
    }
}
