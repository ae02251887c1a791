using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Rekkord.Engine.Platform;

/// <summary>Makes renames and new names in a directory survive a power cut.</summary>
internal static class DurableDirectory
{
    private const int FullFlush = 51; // F_FULLFSYNC

    /// <summary>Flushes a directory (fsync). Windows has no such call; there the rename itself goes to the disk (<see cref="WindowsRename"/>).</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        using var directory = new FileDescriptor(LibC.Open(NativeName.FromText(path), OpenFlags.ReadOnly, 0));
        if (directory.IsInvalid)
            throw Failure(path);
        Flush(directory, path);
    }

    /// <summary>Flushes an open directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="IOException">The disk failed, or is full.</exception>
    public static void Flush(SafeHandle directory, string path)
    {
        while (!TryFlush(directory))
        {
            var error = Marshal.GetLastPInvokeError();
            if (CannotBeFlushed(error))
                return;
            if (error != Errno.EINTR)
                throw Failure(path);
        }
    }

    /// <summary>
    /// Whether an error says that a file system does not flush directories at all, as those of SMB, FUSE and others do in as many ways:
    /// there is nothing more to ask of them. Every other one says that something may be lost.
    /// </summary>
    internal static bool CannotBeFlushed(int error) =>
        error is Errno.EPERM or Errno.ENOENT or Errno.EBADF or Errno.EACCES or Errno.EISDIR or Errno.EINVAL
        || error == PortableErrno.NotImplemented || error == PortableErrno.NotSupported;

    // On macOS fsync leaves the bytes in the disk's cache. Where a file system does not know the other call, it is the best there is.
    private static bool TryFlush(SafeHandle directory) =>
        (OperatingSystem.IsMacOS() && LibC.FCntl(directory, FullFlush) >= 0) || LibC.Flush(directory) == 0;

    private static IOException Failure(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"The directory '{path}' cannot be flushed: {new Win32Exception(error).Message}", error);
    }
}
