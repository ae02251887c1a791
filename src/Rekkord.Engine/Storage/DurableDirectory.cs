using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Rekkord.Engine.Storage;

/// <summary>Makes renames and new names in a directory survive a power cut.</summary>
internal static partial class DurableDirectory
{
    private const int InvalidArgument = 22;
    private const int NotSupportedOnLinux = 95;

    /// <summary>Flushes a directory (fsync). Windows has no such call; NTFS logs the rename itself.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(path, 0);
        if (descriptor < 0)
            throw Failure(path);
        try
        {
            // Some network file systems cannot flush a directory and say so; there is nothing more to ask of them.
            if (FlushDescriptor(descriptor) != 0 && Marshal.GetLastPInvokeError() is not (InvalidArgument or NotSupportedOnLinux))
                throw Failure(path);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"The directory '{path}' cannot be flushed: {new Win32Exception(error).Message}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
