using System.Runtime.Versioning;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>The status of an entry as Windows tells it of a handle: the time of the last change, the number of the file and its names too.</summary>
internal static class WindowsStatus
{
    // FILETIMEs that DateTimeOffset can hold: the last is at the end of the year 9999.
    private const long LastTime = 2_650_467_743_999_999_999;

    /// <summary>A time of change that no reading comes after: a status with it vouches for nothing.</summary>
    internal static readonly FileTime NoChangeTime = FileTime.FromDateTimeOffset(DateTimeOffset.MaxValue);

    /// <summary>Reads the status of an entry; null when there is none.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    [SupportedOSPlatform("windows")]
    internal static FileStatus? TryRead(string path, bool followLink) => WindowsFileRecord.TryRead(WindowsPath.ForSystem(path), followLink) is { } record
        ? ToStatus(record, IsLink(record) ? ReadTarget(path, record.ReparseTag) : null)
        : null;

    /// <summary>What a link leads to; null when the entry is none, or is a junction at which a volume is mounted.</summary>
    internal static string? ReadTarget(string path, uint reparseTag) =>
        new FileInfo(path).LinkTarget is not { } target ? null
        : reparseTag == WindowsReparsePoint.Junction ? WindowsJunction.Prefix + target
        : target;

    /// <summary>The status of what a record tells of.</summary>
    /// <param name="record">The record.</param>
    /// <param name="linkTarget">What it leads to, for a link; null also for a junction at which a volume is mounted, which is a directory.</param>
    internal static FileStatus ToStatus(in WindowsFileRecord record, string? linkTarget)
    {
        var kind = KindOf(record, linkTarget);
        var modified = ToFileTime(record.LastWriteTime);
        return new FileStatus
        {
            Kind = kind,
            Size = linkTarget is not null ? PortableName.ToBytes(linkTarget).Length : kind == FileKind.File ? record.Size : 0,
            AllocatedSize = kind == FileKind.File ? record.AllocatedSize : 0,
            ModifiedTime = modified,
            ChangedTime = record.ChangeTime != 0 ? ToFileTime(record.ChangeTime) : modified,
            CreatedTime = ToFileTime(record.CreationTime),
            Inode = record.File,
            Device = record.Volume,
            LinkCount = record.LinkCount,
            WindowsAttributes = record.Attributes,
            ReparseTag = record.ReparseTag,
        };
    }

    private static bool IsLink(in WindowsFileRecord record) => record.ReparseTag is WindowsReparsePoint.SymbolicLink or WindowsReparsePoint.Junction;

    private static FileKind KindOf(in WindowsFileRecord record, string? linkTarget)
    {
        if (linkTarget is not null)
            return FileKind.SymbolicLink;
        if (((FileAttributes)record.Attributes).HasFlag(FileAttributes.Directory))
            return FileKind.Directory;
        return record.ReparseTag switch
        {
            WindowsReparsePoint.Socket => FileKind.Socket,
            WindowsReparsePoint.LinuxFifo => FileKind.Fifo,
            WindowsReparsePoint.LinuxCharacterDevice => FileKind.CharacterDevice,
            WindowsReparsePoint.LinuxBlockDevice => FileKind.BlockDevice,
            _ => FileKind.File,
        };
    }

    private static FileTime ToFileTime(long time) => FileTime.FromDateTimeOffset(DateTime.FromFileTimeUtc(Math.Clamp(time, 0, LastTime)));
}
