using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Platform;

/// <summary>Opens files and directories in ways that .NET does not.</summary>
[SupportedOSPlatform("windows")]
internal static partial class WindowsFile
{
    private const uint ReadAttributes = 0x80; // asks for no data, so that no sharing mode of others is in its way
    private const uint ReadData = 0x8000_0000, WriteData = 0x4000_0000; // GENERIC_READ, GENERIC_WRITE
    private const uint Delete = 0x1_0000, Synchronize = 0x10_0000;
    private const uint ShareEverything = 7;
    private const uint OpenExisting = 3;
    private const uint BackupSemantics = 0x0200_0000; // directories too, and where the backup privilege is on, what the access list forbids
    private const uint WriteThrough = 0x8000_0000; // FILE_FLAG_WRITE_THROUGH
    private const uint OpenReparsePoint = 0x0020_0000; // the entry itself, if it is a link

    /// <summary>Opens an entry for what is told of it. The handle is invalid when the system refused.</summary>
    internal static SafeFileHandle OpenEntry(string path, bool followLink) =>
        Open(path, ReadAttributes, ShareEverything, 0, OpenExisting, BackupSemantics | (followLink ? 0 : OpenReparsePoint), 0);

    /// <summary>Opens the content of a file, or of a stream, to be saved.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    internal static SafeFileHandle OpenForBackup(string path)
    {
        var handle = Open(path, ReadData, ShareEverything, 0, OpenExisting, BackupSemantics, 0);
        return !handle.IsInvalid ? handle : throw Win32Error.LastFailure();
    }

    /// <summary>Opens an entry to give it another name, which reaches the disk before the call returns. The handle is invalid when the system refused.</summary>
    internal static SafeFileHandle OpenForRename(string path) =>
        Open(path, Delete | Synchronize, ShareEverything, 0, OpenExisting, BackupSemantics | OpenReparsePoint | WriteThrough, 0);

    /// <summary>Opens a directory to make a junction of it. The handle is invalid when the system refused.</summary>
    internal static SafeFileHandle OpenForReparsePoint(string path) =>
        Open(path, WriteData, ShareEverything, 0, OpenExisting, BackupSemantics | OpenReparsePoint, 0);

    /// <summary>Has the file system do something with an open file.</summary>
    [LibraryImport("kernel32", EntryPoint = "DeviceIoControl", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool Control(
        SafeFileHandle file, uint code, ReadOnlySpan<byte> input, int inputSize, Span<byte> output, int outputSize, out int length, nint overlapped);

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial SafeFileHandle Open(
        string path, uint desiredAccess, uint shareMode, nint securityAttributes, uint creation, uint flags, nint template);
}
