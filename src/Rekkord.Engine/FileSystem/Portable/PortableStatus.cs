using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>
/// The status of an entry: what the system says of it on Windows and macOS, and elsewhere what .NET tells. There every file counts as one
/// without a number and holes, and with one name.
/// </summary>
internal static class PortableStatus
{
    /// <summary>As many symbolic links in a row as Linux follows (40); Windows takes 63, macOS 32.</summary>
    private const int MaxLinks = 40;

    /// <summary>Reads the status of an entry; null when there is none.</summary>
    internal static FileStatus? TryRead(string path, bool followLink)
    {
        if (OperatingSystem.IsMacOS())
        {
            return DarwinStatus.Read(path, followLink, out var status) switch
            {
                0 => status,
                Errno.ENOENT => null,
                var error => throw new IOException(Marshal.GetPInvokeErrorMessage(error), error),
            };
        }

        if (OperatingSystem.IsWindows())
            return TryReadWindows(path, followLink);
        return TryReadInfo(path, followLink);
    }

    /// <summary>Reads the status of an entry.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    internal static FileStatus Read(string path, bool followLink) =>
        TryRead(path, followLink) ?? throw new FileNotFoundException("there is no such entry");

    /// <summary>Reads which file an entry is, of a link itself; null when there is none. Outside Windows and macOS it does not tell files apart.</summary>
    internal static FileIdentity? TryReadIdentity(string path) => TryRead(path, followLink: false)?.Identity;

    /// <summary>
    /// A file that Windows does not even open to tell of it, as it does with its page file, is still in the listing of its directory, where
    /// .NET finds it. That listing has no time of change.
    /// </summary>
    [SupportedOSPlatform("windows")]
    private static FileStatus? TryReadWindows(string path, bool followLink)
    {
        try
        {
            return WindowsStatus.TryRead(path, followLink);
        }
        catch (Exception error) when (Win32Error.NumberOf(error) is Win32Error.AccessDenied or Win32Error.SharingViolation)
        {
            return TryReadInfo(path, followLink) is { } status ? status with { ChangedTime = WindowsStatus.NoChangeTime } : null;
        }
    }

    private static FileStatus? TryReadInfo(string path, bool followLink)
    {
        FileSystemInfo info = new FileInfo(path);
        if (!Exists(info))
            return null;
        if (followLink)
            info = Resolve(info);
        return Exists(info) ? FromInfo(info) : null;
    }

    // .NET follows chains itself, but does not tell a loop from other failures.
    private static FileSystemInfo Resolve(FileSystemInfo info)
    {
        for (var hops = 0; hops < MaxLinks; hops++)
        {
            if (info.ResolveLinkTarget(returnFinalTarget: false) is not { } target)
                return info;
            info = target;
        }

        throw PortableErrors.TooManyLinks();
    }

    private static bool Exists(FileSystemInfo info) => info.Attributes != (FileAttributes)(-1);

    private static FileStatus FromInfo(FileSystemInfo info)
    {
        var target = info.LinkTarget;
        var isDirectory = target is null && info.Attributes.HasFlag(FileAttributes.Directory);
        var size = target is not null ? PortableName.ToBytes(target).Length : isDirectory ? 0 : new FileInfo(info.FullName).Length;
        var modified = FileTime.FromDateTimeOffset(info.LastWriteTimeUtc);
        return new FileStatus
        {
            Kind = target is not null ? FileKind.SymbolicLink : isDirectory ? FileKind.Directory : FileKind.File,
            Mode = OperatingSystem.IsWindows() ? 0 : (uint)info.UnixFileMode,
            Size = size,
            AllocatedSize = size,
            ModifiedTime = modified,
            ChangedTime = modified,
            CreatedTime = OperatingSystem.IsWindows() ? FileTime.FromDateTimeOffset(info.CreationTimeUtc) : null,
            LinkCount = 1,
            WindowsAttributes = OperatingSystem.IsWindows() ? (uint)info.Attributes : 0,
        };
    }
}
