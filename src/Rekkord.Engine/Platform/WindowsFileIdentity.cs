using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Platform;

/// <summary>
/// The number that Windows gives a file on its volume, for which .NET has no call: a short name (<c>PROGRA~1</c>) and a name in other
/// case lead to the same file.
/// </summary>
[SupportedOSPlatform("windows")]
internal static partial class WindowsFileIdentity
{
    private const uint ShareEverything = 7;
    private const uint OpenExisting = 3;
    private const uint EntryItself = 0x0220_0000; // FILE_FLAG_BACKUP_SEMANTICS (directories too), FILE_FLAG_OPEN_REPARSE_POINT
    private const int ErrorFileNotFound = 2;
    private const int ErrorPathNotFound = 3;

    /// <summary>Reads which file an entry is, of a link itself; null when there is none.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    internal static (ulong Volume, ulong File)? TryRead(string path)
    {
        using var handle = Open(path, desiredAccess: 0, ShareEverything, 0, OpenExisting, EntryItself, 0);
        if (!handle.IsInvalid && GetInformation(handle, out var information))
            return (information.VolumeSerialNumber, (ulong)information.FileIndexHigh << 32 | information.FileIndexLow);
        return Marshal.GetLastPInvokeError() is ErrorFileNotFound or ErrorPathNotFound
            ? null
            : throw new IOException(Marshal.GetLastPInvokeErrorMessage(), Marshal.GetHRForLastWin32Error());
    }

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial SafeFileHandle Open(
        string path, uint desiredAccess, uint shareMode, nint securityAttributes, uint creation, uint flags, nint template);

    [LibraryImport("kernel32", EntryPoint = "GetFileInformationByHandle", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetInformation(SafeFileHandle file, out Information information);

    /// <summary>BY_HANDLE_FILE_INFORMATION.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly struct Information
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
