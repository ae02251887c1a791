using System.Runtime.Versioning;
using System.Security.AccessControl;

namespace Rekkord.Engine.Platform;

/// <summary>Makes files for secrets: from their first byte on, only the current user and the administrator can read them.</summary>
internal static class PrivateFile
{
    /// <summary>Makes a file that does not exist, and opens it for writing without a buffer, which would keep what is written.</summary>
    /// <exception cref="IOException">The name is taken, or the system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    public static FileStream Create(string path) => OperatingSystem.IsWindows()
        ? CreateOnWindows(path)
        : new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });

    // The call takes no 0 for the buffer; a stream with 1 has none either.
    [SupportedOSPlatform("windows")]
    private static FileStream CreateOnWindows(string path) =>
        new FileInfo(path).Create(FileMode.CreateNew, FileSystemRights.Write, FileShare.Read, bufferSize: 1, FileOptions.None, WindowsTrustees.CreatePrivateSecurity());
}
