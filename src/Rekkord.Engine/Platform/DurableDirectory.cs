using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Platform;

/// <summary>Makes renames and new names in a directory survive a power cut.</summary>
internal static partial class DurableDirectory
{
    // Error numbers that Linux and macOS share, except two.
    private const int NotPermitted = 1;
    private const int NoEntry = 2;
    private const int Interrupted = 4;
    private const int BadDescriptor = 9;
    private const int AccessDenied = 13;
    private const int IsADirectory = 21;
    private const int InvalidArgument = 22;

    private static readonly int NotImplemented = OperatingSystem.IsMacOS() ? 78 : 38;
    private static readonly int NotSupported = OperatingSystem.IsMacOS() ? 45 : 95;

    /// <summary>Flushes a directory (fsync). Windows has no such call; NTFS logs the rename itself.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        using var directory = new SafeFileHandle(Open(path, 0), ownsHandle: true);
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
        while (FlushDescriptor(directory) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (CannotBeFlushed(error))
                return;
            if (error != Interrupted)
                throw Failure(path);
        }
    }

    /// <summary>
    /// Whether an error says that a file system does not flush directories at all, as those of SMB, FUSE and others do in as many ways:
    /// there is nothing more to ask of them. Every other one says that something may be lost.
    /// </summary>
    internal static bool CannotBeFlushed(int error) => error is NotPermitted or NoEntry or BadDescriptor or AccessDenied or IsADirectory or InvalidArgument
        || error == NotImplemented || error == NotSupported;

    private static IOException Failure(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"The directory '{path}' cannot be flushed: {new Win32Exception(error).Message}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushDescriptor(SafeHandle directory);
}
