using System.Runtime.InteropServices;

namespace Rekkord.Engine.Platform;

/// <summary>Makes hard links, for which .NET has no call.</summary>
internal static partial class HardLink
{
    /// <summary>Makes <paramref name="path"/> another name of a file.</summary>
    /// <exception cref="IOException">The name is taken, or the system refused.</exception>
    internal static void Create(string existingPath, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            if (!CreateWindows(path, existingPath, 0))
                throw Win32Error.LastFailure();
            return;
        }

        byte[] nativeExisting = NativeName.FromText(existingPath), native = NativeName.FromText(path);
        while (LibC.LinkAt(FileDescriptor.WorkingDirectory, nativeExisting, FileDescriptor.WorkingDirectory, native, flags: 0) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Errno.EINTR)
                throw new IOException(Marshal.GetLastPInvokeErrorMessage(), error);
        }
    }

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateWindows(string path, string existingPath, nint securityAttributes);
}
