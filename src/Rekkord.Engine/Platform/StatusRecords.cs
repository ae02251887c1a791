using System.Runtime.InteropServices;

namespace Rekkord.Engine.Platform;

/// <summary>struct statx: unlike struct stat the same on every architecture, and the only one with the time of creation.</summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
internal readonly struct StatxRecord
{
    internal readonly uint Mask;
    internal readonly uint BlockSize;
    internal readonly ulong Attributes;
    internal readonly uint LinkCount;
    internal readonly uint UserId;
    internal readonly uint GroupId;
    internal readonly ushort Mode;
    private readonly ushort _padding;
    internal readonly ulong Inode;
    internal readonly ulong Size;
    internal readonly ulong Blocks;
    internal readonly ulong AttributesMask;
    internal readonly Timestamp AccessTime;
    internal readonly Timestamp BirthTime;
    internal readonly Timestamp ChangeTime;
    internal readonly Timestamp ModifyTime;
    internal readonly uint SpecialMajor;
    internal readonly uint SpecialMinor;
    internal readonly uint DeviceMajor;
    internal readonly uint DeviceMinor;

    /// <summary>struct statx_timestamp.</summary>
    internal readonly struct Timestamp
    {
        internal readonly long Seconds;
        internal readonly uint Nanoseconds;
        private readonly int _padding;
    }
}

/// <summary>struct stat of macOS with __DARWIN_64_BIT_INO_T (sys/stat.h), the only one on Apple silicon.</summary>
[StructLayout(LayoutKind.Sequential, Size = 144)]
internal readonly struct DarwinStatRecord
{
    internal readonly int Device;
    internal readonly ushort Mode;
    internal readonly ushort LinkCount;
    internal readonly ulong Inode;
    internal readonly uint UserId;
    internal readonly uint GroupId;
    internal readonly int SpecialDevice;
    private readonly int _padding;
    internal readonly Time AccessTime;
    internal readonly Time ModifyTime;
    internal readonly Time ChangeTime;
    internal readonly Time BirthTime;
    internal readonly long Size;
    internal readonly long Blocks;
    private readonly int _blockSize;
    internal readonly uint Flags;

    /// <summary>Reads the status of an entry.</summary>
    /// <returns>0 or the error number.</returns>
    internal static int Read(string path, bool followLink, out DarwinStatRecord record)
    {
        var native = NativeName.FromText(path);
        while ((followLink ? LibC.DarwinStat(native, out record) : LibC.DarwinLinkStat(native, out record)) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Errno.EINTR)
                return error;
        }

        return 0;
    }

    /// <summary>struct timespec.</summary>
    internal readonly struct Time
    {
        internal readonly long Seconds;
        internal readonly long Nanoseconds;
    }
}

/// <summary>struct statfs of 64-bit Linux: 120 bytes, the type first. It has 64 bits everywhere but on s390x, which has 32.</summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
internal readonly struct FileSystemRecord
{
    private readonly ulong _type;

    internal ulong Type => RuntimeInformation.ProcessArchitecture == Architecture.S390x ? _type >> 32 : _type;
}

/// <summary>The bits of a mode that say what an entry is (S_IFMT and its values, sys/stat.h).</summary>
internal static class FileType
{
    internal const uint Mask = 0xf000;
    internal const uint Fifo = 0x1000;
    internal const uint CharacterDevice = 0x2000;
    internal const uint Directory = 0x4000;
    internal const uint BlockDevice = 0x6000;
    internal const uint Regular = 0x8000;
    internal const uint SymbolicLink = 0xa000;
    internal const uint Socket = 0xc000;
}
