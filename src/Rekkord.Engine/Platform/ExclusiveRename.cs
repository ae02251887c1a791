using System.Runtime.InteropServices;

namespace Rekkord.Engine.Platform;

/// <summary>
/// Gives a file its name in one step, and only if no other file has it. <see cref="File.Move(string, string, bool)"/> looks first and
/// renames then on Unix, so that of two writers at the same time the later one replaces what the earlier one has made.
/// </summary>
internal static class ExclusiveRename
{
    /// <summary>Renames a file within its file system.</summary>
    /// <returns>False when the name is taken; the file is then where it was.</returns>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    public static bool TryRename(string path, string newPath)
    {
        if (!OperatingSystem.IsWindows())
        {
            // A second name for the file, then without the first: what a kill leaves between the two is a leftover like others.
            if (LibC.LinkAt(FileDescriptor.WorkingDirectory, NativeName.FromText(path), FileDescriptor.WorkingDirectory, NativeName.FromText(newPath), flags: 0) == 0)
            {
                File.Delete(path);
                return true;
            }

            if (Marshal.GetLastPInvokeError() == Errno.EEXIST)
                return false;
        }

        // Windows refuses a taken name by itself. Some Unix file systems have no hard links, where looking first is the best there is.
        try
        {
            if (OperatingSystem.IsWindows())
                WindowsRename.Run(path, newPath, replace: false);
            else
                File.Move(path, newPath, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(newPath) && File.Exists(path))
        {
            return false;
        }
    }
}
