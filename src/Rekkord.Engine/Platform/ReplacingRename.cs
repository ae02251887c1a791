using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Platform;

/// <summary>Gives a file a name that another may have, which is then gone: in one step, so that there is always one of the two.</summary>
internal static class ReplacingRename
{
    /// <summary>Renames a file within its file system.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    public static void Rename(string path, string newPath)
    {
        if (OperatingSystem.IsWindows())
            WindowsRename.Run(path, newPath, replace: true);
        else
            File.Move(path, newPath, overwrite: true);
    }
}

/// <summary>
/// Renames on Windows. The call returns once the new name is on the disk, which <see cref="File.Move(string, string, bool)"/> does not ask
/// for; there is no other way to make a name durable, for Windows does not flush directories.
/// </summary>
[SupportedOSPlatform("windows")]
internal static partial class WindowsRename
{
    private const uint ReplaceExisting = 1, WriteThrough = 8; // MOVEFILE_*; without MOVEFILE_COPY_ALLOWED it is a rename or an error

    /// <summary>Renames a file or, without replacing, a directory.</summary>
    /// <exception cref="IOException">The system refused, or the name is taken.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    internal static void Run(string path, string newPath, bool replace)
    {
        string from = WindowsPath.ForSystem(path), to = WindowsPath.ForSystem(newPath);
        SharingRetry.Replace(() =>
        {
            if (Move(from, to, WriteThrough | (replace ? ReplaceExisting : 0)))
                return;
            var failure = Win32Error.LastFailure();
            if (!replace || Win32Error.NumberOf(failure) is not (Win32Error.AccessDenied or Win32Error.SharingViolation) || !TryReplaceOpen(from, to))
                throw failure;
        });
    }

    /// <summary>
    /// Takes the name of a file that others have open and let be deleted, as virus scanners and other readers do. The usual call refuses that,
    /// and this one is not known before Windows 10, nor by every file system.
    /// </summary>
    private static bool TryReplaceOpen(string from, string to)
    {
        using var file = WindowsFile.OpenForRename(from);
        var request = RenameRequest.Create(to);
        return !file.IsInvalid && Set(file, RenameRequest.Class, request, request.Length);
    }

    [LibraryImport("kernel32", EntryPoint = "SetFileInformationByHandle", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Set(SafeFileHandle file, int kind, ReadOnlySpan<byte> information, int size);

    [LibraryImport("kernel32", EntryPoint = "MoveFileExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Move(string path, string newPath, uint flags);
}

/// <summary>FILE_RENAME_INFO of a 64-bit process: flags, a directory (none), and the new path after its length in bytes.</summary>
internal static class RenameRequest
{
    /// <summary>FileRenameInfoEx.</summary>
    internal const int Class = 22;

    private const uint ReplaceIfExists = 1, PosixSemantics = 2; // FILE_RENAME_FLAG_*
    private const int LengthOffset = 16, NameOffset = 20;

    /// <summary>The request to take a path, from a file that is open too.</summary>
    internal static byte[] Create(string newPath)
    {
        var name = MemoryMarshal.AsBytes(newPath.AsSpan());
        var request = new byte[NameOffset + name.Length + sizeof(char)];
        BinaryPrimitives.WriteUInt32LittleEndian(request, ReplaceIfExists | PosixSemantics);
        BinaryPrimitives.WriteInt32LittleEndian(request.AsSpan(LengthOffset), name.Length);
        name.CopyTo(request.AsSpan(NameOffset));
        return request;
    }
}
