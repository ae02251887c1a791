using System.Runtime.InteropServices;
using System.Runtime.Versioning;

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
            if (!Move(from, to, WriteThrough | (replace ? ReplaceExisting : 0)))
                throw Win32Error.LastFailure();
        });
    }

    [LibraryImport("kernel32", EntryPoint = "MoveFileExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Move(string path, string newPath, uint flags);
}
