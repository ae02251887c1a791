using System.Runtime.InteropServices;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>Renames entries within a directory.</summary>
internal static class EntryRenaming
{
    /// <summary>Renames; what has the new name, if no full directory, is gone.</summary>
    /// <exception cref="FileSystemException">The system refused.</exception>
    internal static void Replace(LinuxDirectory directory, byte[] name, byte[] newName)
    {
        byte[] from = [.. name, 0], to = [.. newName, 0];
        while (LibC.RenameAt(directory.Descriptor, from, directory.Descriptor, to) < 0)
            directory.ThrowUnlessInterrupted(FileOperation.Rename, newName);
    }

    /// <summary>Renames if the new name is free.</summary>
    /// <exception cref="FileSystemException">The name is taken, or the system refused.</exception>
    internal static void RenameUnlessTaken(LinuxDirectory directory, byte[] name, byte[] newName)
    {
        byte[] from = [.. name, 0], to = [.. newName, 0];
        while (SystemCall.RenameUnlessTaken(directory.Descriptor, from, to) < 0)
        {
            if (Marshal.GetLastPInvokeError() is Errno.EINVAL or Errno.ENOSYS)
            {
                RenameByLinking(directory, name, newName);
                return;
            }

            directory.ThrowUnlessInterrupted(FileOperation.Rename, newName);
        }
    }

    /// <summary>
    /// The same for file systems without RENAME_NOREPLACE, NFS among them: a hard link is refused just as atomically when the
    /// name is taken. Where none can be made, and for directories, looking first has to do.
    /// </summary>
    /// <exception cref="FileSystemException">The name is taken, or the system refused.</exception>
    internal static void RenameByLinking(LinuxDirectory directory, byte[] name, byte[] newName)
    {
        byte[] from = [.. name, 0], to = [.. newName, 0];
        while (LibC.LinkAt(directory.Descriptor, from, directory.Descriptor, to, flags: 0) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == Errno.EINTR)
                continue;
            if (error == Errno.EEXIST || directory.TryGetStatus(newName) is not null)
                throw LinuxErrors.Create(Errno.EEXIST, FileOperation.Rename, directory.Path, newName);
            Replace(directory, name, newName); // file systems refuse links in many ways; what is wrong beyond that, this says
            return;
        }

        while (LibC.UnlinkAt(directory.Descriptor, from, flags: 0) < 0)
            directory.ThrowUnlessInterrupted(FileOperation.Rename, newName);
    }
}
