using System.Runtime.InteropServices;

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
            LinuxErrors.ThrowUnlessInterrupted(FileOperation.Rename, directory.Path, newName);
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

            LinuxErrors.ThrowUnlessInterrupted(FileOperation.Rename, directory.Path, newName);
        }
    }

    /// <summary>
    /// The same for file systems without RENAME_NOREPLACE, NFS among them: a hard link is refused just as atomically when the
    /// name is taken. Where there are no hard links either, and for directories, looking first has to do.
    /// </summary>
    /// <exception cref="FileSystemException">The name is taken, or the system refused.</exception>
    internal static void RenameByLinking(LinuxDirectory directory, byte[] name, byte[] newName)
    {
        byte[] from = [.. name, 0], to = [.. newName, 0];
        while (LibC.LinkAt(directory.Descriptor, from, directory.Descriptor, to, flags: 0) < 0)
        {
            if (Marshal.GetLastPInvokeError() is Errno.EPERM or Errno.EOPNOTSUPP or Errno.ENOSYS or Errno.EMLINK)
            {
                if (directory.TryGetStatus(newName) is not null)
                    throw LinuxErrors.Create(Errno.EEXIST, FileOperation.Rename, directory.Path, newName);
                Replace(directory, name, newName);
                return;
            }

            LinuxErrors.ThrowUnlessInterrupted(FileOperation.Rename, directory.Path, newName);
        }

        while (LibC.UnlinkAt(directory.Descriptor, from, flags: 0) < 0)
            LinuxErrors.ThrowUnlessInterrupted(FileOperation.Rename, directory.Path, newName);
    }
}
