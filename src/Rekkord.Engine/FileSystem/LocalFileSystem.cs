using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem.Linux;
using Rekkord.Engine.FileSystem.Portable;

namespace Rekkord.Engine.FileSystem;

/// <summary>The machine's files: the Linux implementation on Linux, elsewhere the one on .NET's own file API.</summary>
public abstract class LocalFileSystem
{
    private static readonly LocalFileSystem? Supported =
        !OperatingSystem.IsLinux() ? new PortableFileSystem() : Environment.Is64BitProcess ? new LinuxFileSystem() : null;

    /// <summary>The implementation for this operating system.</summary>
    /// <exception cref="RekkordException">This is a 32-bit process on Linux.</exception>
    public static LocalFileSystem Current => Supported ?? throw new RekkordException(
        "UnsupportedSystem",
        RekkordErrorKind.InvalidOperation,
        "On Linux, files are read and restored by 64-bit processes only: use a 64-bit PowerShell.");

    /// <summary>Opens a directory by path, following links in it (the user named it).</summary>
    /// <param name="path">Absolute path, in the system's bytes.</param>
    /// <exception cref="FileSystemException">There is none, or the system refused.</exception>
    public abstract SourceDirectory OpenDirectory(byte[] path);

    /// <summary>Makes a directory with its parents where they are missing, and opens it for a restore.</summary>
    /// <param name="path">Absolute path without <c>..</c>, in the system's bytes; links in it are followed.</param>
    /// <exception cref="FileSystemException">Something else is there, or the system refused.</exception>
    public abstract DestinationDirectory CreateDestination(byte[] path);

    /// <summary>The name of a user number, null when the machine knows none. Cached; thread-safe.</summary>
    public abstract string? GetUserName(uint userId);

    /// <summary>The name of a group number, null when the machine knows none. Cached; thread-safe.</summary>
    public abstract string? GetGroupName(uint groupId);
}
