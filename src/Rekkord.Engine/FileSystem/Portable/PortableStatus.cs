using System.Runtime.InteropServices;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>
/// The status of an entry as far as .NET tells it. On Windows there are no owners by number, no inodes and link counts, and
/// no allocated size: that is the size, and every file counts as one without holes and with one name.
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

        FileSystemInfo info = new FileInfo(path);
        if (!Exists(info))
            return null;
        if (followLink)
            info = Resolve(info);
        return Exists(info) ? FromInfo(info) : null;
    }

    /// <summary>Reads the status of an entry.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    internal static FileStatus Read(string path, bool followLink) =>
        TryRead(path, followLink) ?? throw new FileNotFoundException("there is no such entry");

    /// <summary>Reads which file an entry is, of a link itself; null when there is none. Outside Windows and macOS it does not tell files apart.</summary>
    internal static FileIdentity? TryReadIdentity(string path)
    {
        if (!OperatingSystem.IsWindows())
            return TryRead(path, followLink: false)?.Identity;
        return WindowsFileIdentity.TryRead(path) is var (volume, file) ? new FileIdentity(volume, file) : null;
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

    // The letter, whose code tells drives apart as well as a number would; 0 for a share.
    private static ulong DriveOf(string path) => path.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? char.ToUpperInvariant(path[colon - 1]) : 0u;

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
            Device = OperatingSystem.IsWindows() ? DriveOf(info.FullName) : 0,
            CreatedTime = OperatingSystem.IsWindows() ? FileTime.FromDateTimeOffset(info.CreationTimeUtc) : null,
            LinkCount = 1,
            WindowsAttributes = OperatingSystem.IsWindows() ? (uint)info.Attributes : 0,
        };
    }
}
