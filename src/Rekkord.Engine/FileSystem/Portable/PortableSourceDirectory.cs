using System.IO.Enumeration;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>A directory being read through .NET's API.</summary>
internal sealed class PortableSourceDirectory : SourceDirectory
{
    private static readonly EnumerationOptions EveryEntry = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        MatchType = MatchType.Simple,
        ReturnSpecialDirectories = false,
    };

    private readonly string _path;

    private PortableSourceDirectory(string path) => _path = path;

    /// <inheritdoc/>
    public override string DisplayPath => PortablePath.ToDisplay(_path);

    /// <summary>Opens a directory by path.</summary>
    /// <exception cref="FileSystemException">It is none, or the system refused.</exception>
    internal static PortableSourceDirectory Open(string path, bool followLink)
    {
        var status = PortableErrors.Run(FileOperation.OpenDirectory, path, () => PortableStatus.Read(path, followLink));
        return status.Kind == FileKind.Directory
            ? new PortableSourceDirectory(path)
            : throw FileSystemErrors.Create(
                FileSystemFailure.NotADirectory, FileOperation.OpenDirectory, PortablePath.ToDisplay(path), "it is no directory", 0);
    }

    /// <inheritdoc/>
    public override byte[][] ReadNames() => PortableErrors.Run(FileOperation.ListDirectory, _path, () =>
    {
        var entries = new FileSystemEnumerable<byte[]>(
            _path, static (ref FileSystemEntry entry) => PortableName.ToBytes(entry.FileName.ToString()), EveryEntry);
        return NameOrder.SortDistinct([.. entries]);
    });

    /// <inheritdoc/>
    public override FileStatus GetStatus(byte[] name, bool followLink = false)
    {
        var path = PathOf(name, FileOperation.ReadStatus);
        return PortableErrors.Run(FileOperation.ReadStatus, path, () => PortableStatus.Read(path, followLink));
    }

    /// <inheritdoc/>
    public override FileStatus GetStatus() =>
        PortableErrors.Run(FileOperation.ReadStatus, _path, () => PortableStatus.Read(_path, followLink: true));

    /// <inheritdoc/>
    public override ChangeTimeKeeper GetChangeTimeKeeper(byte[] name, bool followLink = false)
    {
        var path = PathOf(name, FileOperation.ReadStatus);
        return PortableErrors.Run(FileOperation.ReadStatus, path, () => OperatingSystem.IsWindows()
            ? KeeperOf(IsOnLocalDrive(path) ? WindowsFileRecord.FindLocalFileSystem(path, followLink) : null)
            : FindChangeTimeKeeper(_path));
    }

    /// <inheritdoc/>
    public override SourceDirectory OpenDirectory(byte[] name, bool followLink = false) =>
        Open(PathOf(name, FileOperation.OpenDirectory), followLink);

    /// <inheritdoc/>
    public override SourceFile OpenFile(byte[] name, bool followLink = false) =>
        PortableSourceFile.Open(PathOf(name, FileOperation.OpenFile), followLink);

    /// <inheritdoc/>
    public override byte[] ReadLink(byte[] name)
    {
        var path = PathOf(name, FileOperation.ReadLink);
        var target = PortableErrors.Run(FileOperation.ReadLink, path, () =>
        {
            var status = PortableStatus.Read(path, followLink: false);
            return WindowsStatus.ReadTarget(path, status.ReparseTag);
        });
        return target is not null
            ? PortableName.ToBytes(target)
            : throw FileSystemErrors.Create(
                FileSystemFailure.Other, FileOperation.ReadLink, DisplayPathOf(name), "it is not a symbolic link, or no longer one", 0);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ExtendedAttribute> GetExtendedAttributes(byte[] name, bool followLink = false, Action<FileSystemException>? refused = null) =>
        PortableAttributes.Read(PathOf(name, FileOperation.ReadAttributes), followLink, refused);

    /// <inheritdoc/>
    public override IReadOnlyList<ExtendedAttribute> GetExtendedAttributes(Action<FileSystemException>? refused = null) => PortableAttributes.Read(_path, followLink: true, refused);

    /// <inheritdoc/>
    public override byte[]? GetSecurityDescriptor(byte[]? name)
    {
        var path = name is null ? _path : PathOf(name, FileOperation.ReadSecurity);
        return PortableErrors.Run(
            FileOperation.ReadSecurity, path, () => OperatingSystem.IsWindows() ? WindowsSecurity.Read(path) : null);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // A path holds nothing open.
    }

    // On Windows the system keeps the time where NTFS and ReFS are on this machine's disks. FAT has none.
    private static ChangeTimeKeeper KeeperOf(string? fileSystem) => fileSystem is "NTFS" or "ReFS" ? ChangeTimeKeeper.Kernel : ChangeTimeKeeper.None;

    // Not every network has a protocol that Windows tells of a handle: some are drives, which say so.
    private static bool IsOnLocalDrive(string path) =>
        WindowsPath.DriveOf(path) is { } drive && new DriveInfo(drive).DriveType is DriveType.Fixed or DriveType.Removable or DriveType.Ram;

    private static ChangeTimeKeeper FindChangeTimeKeeper(string path)
    {
        var drive = new DriveInfo(path);
        return drive switch
        {
            { DriveFormat: "nfs" } => ChangeTimeKeeper.Server,
            { DriveType: DriveType.Network } => ChangeTimeKeeper.None,
            { DriveFormat: "apfs" or "hfs" } => ChangeTimeKeeper.Kernel,
            _ => ChangeTimeKeeper.None,
        };
    }

    private string PathOf(byte[] name, FileOperation operation)
    {
        if (name is [(byte)'.'])
            return _path;
        // Names that Windows would not make may still exist there, and the extended form of paths reaches them.
        var text = FileName.IsSafe(name) ? PortableName.FromBytes(name) : null;
        return text is null || (OperatingSystem.IsWindows() && text.Contains('\\', StringComparison.Ordinal))
            ? throw FileSystemErrors.UnsafeName(operation, DisplayPath, name)
            : Path.Join(_path, text);
    }
}
