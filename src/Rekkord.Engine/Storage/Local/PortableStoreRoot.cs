using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Portable;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Storage.Local;

/// <summary>
/// A store's directory where .NET has no way to open by handle what is below a directory: each part of a name is looked at before it is
/// used. That does not stop somebody who can change the storage in the instant between the two.
/// </summary>
internal sealed class PortableStoreRoot : IStoreRoot
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.None };

    private readonly string _path;
    private readonly FileStatus _status;

    /// <summary>Opens a store's directory by a path that may lead through links: the user named it.</summary>
    public PortableStoreRoot(string path)
    {
        _path = path;
        _status = PortableStatus.Read(path, followLink: true);
    }

    public bool IsInPlace() => PortableStatus.TryRead(_path, followLink: true) is { Kind: FileKind.Directory } now
        && (now.Device, now.Inode) == (_status.Device, _status.Inode);

    public FileStatus? GetStatus(string name) => TryResolve(name, out var path) ? PortableStatus.TryRead(path, followLink: name.Length == 0) : null;

    /// <remarks>What is open can be flushed and removed by others, as on Unix.</remarks>
    public SafeFileHandle OpenFile(string name)
    {
        var path = ResolveFile(name);
        return SharingRetry.Run(() => File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete));
    }

    public IReadOnlyList<StoreEntry> List(string folder)
    {
        if (GetStatus(folder) is not { } status)
            return [];
        if (status.Kind != FileKind.Directory)
            throw new ObstacleException(folder, status.Kind);
        return [.. new DirectoryInfo(Resolve(folder)).EnumerateFileSystemInfos("*", Everything).Select(Describe).OfType<StoreEntry>()];
    }

    public SafeFileHandle CreateFile(string name)
    {
        RequireInPlace();
        return File.OpenHandle(Resolve(name), FileMode.CreateNew, FileAccess.Write, FileShare.None);
    }

    public void Write(SafeFileHandle file, ReadOnlySpan<byte> data, long offset) => RandomAccess.Write(file, data, offset);

    public void FlushFile(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    public void FlushFile(string name)
    {
        // Windows flushes only what was opened for writing.
        var path = ResolveFile(name);
        using var file = SharingRetry.Run(
            () => File.OpenHandle(path, FileMode.Open, OperatingSystem.IsWindows() ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        RandomAccess.FlushToDisk(file);
    }

    public bool TryRename(string name, string newName) => ExclusiveRename.TryRename(Resolve(name), Resolve(newName));

    public void Rename(string name, string newName) => ReplacingRename.Rename(Resolve(name), Resolve(newName));

    public void DeleteFile(string name)
    {
        var path = Resolve(name);
        SharingRetry.Replace(() => File.Delete(path));
    }

    public bool TryDeleteAbandoned(string name)
    {
        try
        {
            // .NET locks what it opens without sharing on Unix too.
            var path = ResolveFile(name);
            File.OpenHandle(path, share: FileShare.None).Dispose();
            File.Delete(path);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void CreateDirectory(string name)
    {
        RequireInPlace();
        if (GetStatus(name) is { } status && status.Kind != FileKind.Directory)
            throw new ObstacleException(name, status.Kind);
        Directory.CreateDirectory(Resolve(name));
    }

    public void FlushDirectory(string name) => DurableDirectory.Flush(Resolve(name));

    public void Dispose()
    {
        // Every call opens and closes what it needs.
    }

    /// <summary>Nothing new is made below the mount point of a disk that is gone.</summary>
    private void RequireInPlace()
    {
        if (!IsInPlace())
            throw new IOException($"'{_path}' is no longer the directory that was opened.");
    }

    /// <summary>The full path of a name that leads through directories alone.</summary>
    private string Resolve(string name) => TryResolve(name, out var path) ? path : throw new DirectoryNotFoundException($"There is no '{DurableFolders.ParentOf(name)}'.");

    private bool TryResolve(string name, out string path)
    {
        path = name.Length == 0 ? _path : Path.Combine(_path, name.Replace('/', Path.DirectorySeparatorChar));
        for (var end = name.IndexOf('/'); end >= 0; end = name.IndexOf('/', end + 1))
        {
            if (PortableStatus.TryRead(Path.Combine(_path, name[..end]), followLink: false) is not { } status)
                return false;
            if (status.Kind != FileKind.Directory)
                throw new ObstacleException(name[..end], status.Kind);
        }

        return true;
    }

    private string ResolveFile(string name)
    {
        var path = Resolve(name);
        var status = PortableStatus.Read(path, followLink: false);
        return status.Kind == FileKind.File ? path : throw new ObstacleException(name, status.Kind);
    }

    /// <summary>What a listing says of an entry; null when it is gone. Windows has told all about what is not a link already.</summary>
    private static StoreEntry? Describe(FileSystemInfo info)
    {
        if (OperatingSystem.IsWindows() && !info.Attributes.HasFlag(FileAttributes.ReparsePoint))
            return new StoreEntry(info.Name, info is FileInfo ? FileKind.File : FileKind.Directory, (info as FileInfo)?.Length ?? 0, info.LastWriteTimeUtc);
        return PortableStatus.TryRead(info.FullName, followLink: false) is { } status
            ? new StoreEntry(info.Name, status.Kind, status.Size, status.ModifiedTime.ToDateTimeOffset())
            : null;
    }
}
