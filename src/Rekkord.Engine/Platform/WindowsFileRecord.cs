using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Platform;

/// <summary>
/// What Windows says of an open file or directory, for which .NET has no calls: the time of the last change of anything, the number of
/// the file on its volume, its names, and the tag of a reparse point. Times are FILETIMEs (100 ns since 1601, UTC).
/// </summary>
internal readonly partial record struct WindowsFileRecord
{
    private const uint ReparsePointAttribute = 0x400;

    // FILE_INFO_BY_HANDLE_CLASS
    private const int BasicClass = 0, StandardClass = 1, AttributeTagClass = 9, RemoteProtocolClass = 13, IdClass = 18;

    public uint Attributes { get; init; }

    /// <summary>What kind of reparse point it is; 0 when it is none.</summary>
    public uint ReparseTag { get; init; }

    public long CreationTime { get; init; }

    public long LastWriteTime { get; init; }

    /// <summary>When content, attributes, name or permissions changed last; 0 where the file system does not keep it.</summary>
    public long ChangeTime { get; init; }

    public long Size { get; init; }

    public long AllocatedSize { get; init; }

    public uint LinkCount { get; init; }

    /// <summary>The serial number of the volume.</summary>
    public ulong Volume { get; init; }

    /// <summary>The number of the file on it.</summary>
    public ulong File { get; init; }

    /// <summary>Reads what there is of an entry; null when there is none.</summary>
    /// <param name="path">The entry, in the extended form.</param>
    /// <param name="followLink">Whether the entry that links lead to is meant.</param>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    [SupportedOSPlatform("windows")]
    internal static WindowsFileRecord? TryRead(string path, bool followLink)
    {
        using var handle = WindowsFile.OpenEntry(path, followLink);
        if (!handle.IsInvalid)
            return Read(handle);
        return Marshal.GetLastPInvokeError() is Win32Error.FileNotFound or Win32Error.PathNotFound ? null : throw Win32Error.LastFailure();
    }

    /// <summary>Reads what there is of an open entry.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    [SupportedOSPlatform("windows")]
    internal static WindowsFileRecord Read(SafeFileHandle handle)
    {
        if (!Get(handle, BasicClass, out Basic basic) || !Get(handle, StandardClass, out Standard standard))
            throw Win32Error.LastFailure();
        var tag = (basic.Attributes & ReparsePointAttribute) != 0 && Get(handle, AttributeTagClass, out AttributeTag attributeTag) ? attributeTag.ReparseTag : 0;
        var (volume, file) = ReadIdentity(handle);
        return new WindowsFileRecord
        {
            Attributes = basic.Attributes,
            ReparseTag = tag,
            CreationTime = basic.CreationTime,
            LastWriteTime = basic.LastWriteTime,
            ChangeTime = basic.ChangeTime,
            Size = standard.EndOfFile,
            AllocatedSize = standard.AllocationSize,
            LinkCount = standard.LinkCount,
            Volume = volume,
            File = file,
        };
    }

    /// <summary>The file system that an entry is on, such as NTFS; null for one on another machine, whose name says nothing of who keeps the times.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    [SupportedOSPlatform("windows")]
    internal static string? FindLocalFileSystem(string path, bool followLink)
    {
        using var handle = WindowsFile.OpenEntry(path, followLink);
        if (handle.IsInvalid)
            throw Win32Error.LastFailure();
        if (GetInformation(handle, RemoteProtocolClass, stackalloc byte[256], 256))
            return null;
        Span<char> name = stackalloc char[64];
        if (!GetVolume(handle, 0, 0, 0, 0, 0, MemoryMarshal.AsBytes(name), name.Length))
            throw Win32Error.LastFailure();
        return name[..name.IndexOf('\0')].ToString();
    }

    /// <summary>One number of the two halves that ReFS needs. The upper half is 0 on NTFS, whose number stays as it is.</summary>
    internal static ulong Fold(ulong low, ulong high) => low ^ (high * 0x9e37_79b9_7f4a_7c15);

    // File systems that have no 128-bit numbers refuse to be asked for them.
    [SupportedOSPlatform("windows")]
    private static (ulong Volume, ulong File) ReadIdentity(SafeFileHandle handle)
    {
        if (Get(handle, IdClass, out Id id))
            return (id.Volume, Fold(id.FileLow, id.FileHigh));
        return GetInformation(handle, out var information)
            ? (information.VolumeSerialNumber, ((ulong)information.FileIndexHigh << 32) | information.FileIndexLow)
            : throw Win32Error.LastFailure();
    }

    private static bool Get<T>(SafeFileHandle handle, int kind, out T information)
        where T : unmanaged
    {
        information = default;
        return GetInformation(handle, kind, MemoryMarshal.AsBytes(new Span<T>(ref information)), Unsafe.SizeOf<T>());
    }

    [LibraryImport("kernel32", EntryPoint = "GetFileInformationByHandle", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetInformation(SafeFileHandle file, out ByHandle information);

    [LibraryImport("kernel32", EntryPoint = "GetFileInformationByHandleEx", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetInformation(SafeFileHandle file, int kind, Span<byte> information, int size);

    [LibraryImport("kernel32", EntryPoint = "GetVolumeInformationByHandleW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetVolume(
        SafeFileHandle file, nint volumeName, int volumeNameLength, nint serialNumber, nint maximumNameLength, nint flags, Span<byte> fileSystem, int fileSystemLength);

    /// <summary>FILE_BASIC_INFO.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct Basic
    {
        internal readonly long CreationTime;
        internal readonly long LastAccessTime;
        internal readonly long LastWriteTime;
        internal readonly long ChangeTime;
        internal readonly uint Attributes;
    }

    /// <summary>FILE_STANDARD_INFO.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct Standard
    {
        internal readonly long AllocationSize;
        internal readonly long EndOfFile;
        internal readonly uint LinkCount;
        internal readonly byte DeletePending;
        internal readonly byte Directory;
    }

    /// <summary>FILE_ATTRIBUTE_TAG_INFO.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct AttributeTag
    {
        internal readonly uint Attributes;
        internal readonly uint ReparseTag;
    }

    /// <summary>FILE_ID_INFO.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct Id
    {
        internal readonly ulong Volume;
        internal readonly ulong FileLow;
        internal readonly ulong FileHigh;
    }

    /// <summary>BY_HANDLE_FILE_INFORMATION.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    internal readonly struct ByHandle
    {
        internal readonly uint Attributes;
        internal readonly ulong CreationTime;
        internal readonly ulong LastAccessTime;
        internal readonly ulong LastWriteTime;
        internal readonly uint VolumeSerialNumber;
        internal readonly uint FileSizeHigh;
        internal readonly uint FileSizeLow;
        internal readonly uint LinkCount;
        internal readonly uint FileIndexHigh;
        internal readonly uint FileIndexLow;
    }
}
