using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem.Linux;
using Rekkord.Engine.FileSystem.Portable;

namespace Rekkord.Engine.FileSystem.Machine;

/// <summary>Chooses the way to this machine's files: the Linux implementation on Linux, the one on .NET's own file API elsewhere.</summary>
public static class MachineFileSystem
{
    private static readonly LocalFileSystem? Supported =
        !OperatingSystem.IsLinux() ? new PortableFileSystem() : Environment.Is64BitProcess ? new LinuxFileSystem() : null;

    /// <summary>The implementation for this operating system.</summary>
    /// <exception cref="RekkordException">This is a 32-bit process on Linux.</exception>
    public static LocalFileSystem Current => Supported ?? throw new RekkordException(
        "UnsupportedSystem",
        RekkordErrorKind.InvalidOperation,
        "On Linux, files are read and restored by 64-bit processes only: use a 64-bit PowerShell.");
}
