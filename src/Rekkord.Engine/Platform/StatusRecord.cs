using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Platform;

/// <summary>struct statx: unlike struct stat the same on every architecture, and the only one with the time of creation.</summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
internal readonly struct StatusRecord
{
    /// <summary>STATX_BASIC_STATS | STATX_BTIME.</summary>
    private const uint WantedFields = 0x7ff | HasBirthTime;

    private const uint HasBirthTime = 0x800;
    private const ulong Immutable = 0x10; // STATX_ATTR_IMMUTABLE
    private const ulong AppendOnly = 0x20; // STATX_ATTR_APPEND
    private const int AllocationUnit = 512;
    private const ulong LargestSize = long.MaxValue / 2;

    private readonly uint _mask;
    private readonly uint _blockSize;
    private readonly ulong _attributes;
    private readonly uint _linkCount;
    private readonly uint _userId;
    private readonly uint _groupId;
    private readonly ushort _mode;
    private readonly ushort _padding;
    private readonly ulong _inode;
    private readonly ulong _size;
    private readonly ulong _blocks;
    private readonly ulong _attributesMask;
    private readonly Timestamp _accessTime;
    private readonly Timestamp _birthTime;
    private readonly Timestamp _changeTime;
    private readonly Timestamp _modifyTime;
    private readonly uint _specialMajor;
    private readonly uint _specialMinor;
    private readonly uint _deviceMajor;
    private readonly uint _deviceMinor;

    /// <summary>Reads the status of an entry, or with an empty name of the handle itself.</summary>
    /// <returns>0 or the error number; EUCLEAN for a type of entry that Linux does not have.</returns>
    [SkipLocalsInit]
    internal static int Read(FileDescriptor directory, ReadOnlySpan<byte> nativeName, bool followLink, out FileStatus status)
    {
        var flags = LibC.NoAutomount | (nativeName.Length == 1 ? LibC.EmptyPath : followLink ? 0 : LibC.SymlinkNoFollow);
        StatusRecord record;
        while (SystemCall.Statx(directory, nativeName, flags, WantedFields, out record) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Errno.EINTR)
            {
                status = default;
                return error;
            }
        }

        status = record.ToStatus();
        return status.Kind == 0 ? Errno.EUCLEAN : 0;
    }

    /// <summary>The attribute of an entry, or with an empty name of the handle itself, that forbids changes, in words; null when none does.</summary>
    internal static string? FindLock(FileDescriptor directory, ReadOnlySpan<byte> nativeName)
    {
        var flags = LibC.NoAutomount | (nativeName.Length == 1 ? LibC.EmptyPath : LibC.SymlinkNoFollow);
        if (SystemCall.Statx(directory, nativeName, flags, WantedFields, out var record) < 0)
            return null;
        return (record._attributes & Immutable) != 0 ? "immutable (chattr +i)"
            : (record._attributes & AppendOnly) != 0 ? "append-only (chattr +a)"
            : null;
    }

    private FileStatus ToStatus() => new()
    {
        Kind = KindOf(_mode),
        Mode = _mode & 0xfffu,
        UserId = _userId,
        GroupId = _groupId,
        // What a file system in user space says may be anything; no more than half of the largest number, so that sums stay within bounds.
        Size = (long)Math.Min(_size, LargestSize),
        AllocatedSize = (long)Math.Min(_blocks, LargestSize / AllocationUnit) * AllocationUnit,
        ModifiedTime = _modifyTime.ToFileTime(),
        ChangedTime = _changeTime.ToFileTime(),
        CreatedTime = (_mask & HasBirthTime) != 0 ? _birthTime.ToFileTime() : null,
        Inode = _inode,
        Device = (ulong)_deviceMajor << 32 | _deviceMinor,
        LinkCount = _linkCount,
        SpecialDevice = (ulong)_specialMajor << 32 | _specialMinor,
    };

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

    /// <summary>struct statx_timestamp.</summary>
    private readonly struct Timestamp
    {
        private readonly long _seconds;
        private readonly uint _nanoseconds;
        private readonly int _padding;

        internal FileTime ToFileTime() => new(_seconds, (int)Math.Min(_nanoseconds, 999_999_999));
    }
}
