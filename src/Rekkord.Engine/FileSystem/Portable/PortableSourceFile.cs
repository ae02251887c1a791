using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>A regular file being read through .NET's API.</summary>
internal sealed class PortableSourceFile : SourceFile
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;
    private readonly bool _followLink;

    private PortableSourceFile(SafeFileHandle handle, string path, bool followLink, FileStatus status)
    {
        _handle = handle;
        _path = path;
        _followLink = followLink;
        StatusAtOpening = status;
    }

    /// <inheritdoc/>
    public override FileStatus StatusAtOpening { get; }

    /// <summary>Opens a file by path.</summary>
    /// <exception cref="FileSystemException">It is not a regular file, or the system refused.</exception>
    internal static PortableSourceFile Open(string path, bool followLink) => PortableErrors.Run(FileOperation.OpenFile, path, () =>
    {
        var status = PortableStatus.Read(path, followLink);
        if (status.Kind != FileKind.File)
        {
            throw FileSystemErrors.Create(
                FileSystemFailure.NotARegularFile,
                FileOperation.OpenFile,
                PortablePath.ToDisplay(path),
                FileSystemErrors.DescribeKind(status.Kind),
                errorNumber: 0);
        }

        var handle = OperatingSystem.IsWindows()
            ? WindowsFile.OpenForBackup(path)
            : File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return new PortableSourceFile(handle, path, followLink, status);
    });

    /// <inheritdoc/>
    /// <remarks>Size and times come from the handle, on macOS the time of change from the path; what only the path tells is as it was at opening.</remarks>
    public override FileStatus GetStatus() => PortableErrors.Run(FileOperation.ReadStatus, _path, () =>
    {
        var now = PortableStatus.TryRead(_path, _followLink) ?? StatusAtOpening;
        if (OperatingSystem.IsWindows())
        {
            var held = WindowsStatus.ToStatus(WindowsFileRecord.Read(_handle), linkTarget: null);
            return now with { Size = held.Size, ModifiedTime = held.ModifiedTime, ChangedTime = held.ChangedTime };
        }

        var modified = FileTime.FromDateTimeOffset(File.GetLastWriteTimeUtc(_handle));
        return now with { Size = RandomAccess.GetLength(_handle), ModifiedTime = modified, ChangedTime = OperatingSystem.IsMacOS() ? now.ChangedTime : modified };
    });

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            int length;
            try
            {
                length = RandomAccess.Read(_handle, buffer[total..], offset + total);
            }
            catch (Exception error) when (PortableErrors.IsFileError(error))
            {
                throw PortableErrors.Create(error, FileOperation.ReadFile, _path);
            }

            if (length == 0)
                break;
            total += length;
        }

        return total;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ByteRange> GetDataRanges(long size)
    {
        if (size <= 0)
            return [];
        var allocated = size <= SparseFile.SmallestHole || StatusAtOpening.AllocatedSize >= size ? null
            : OperatingSystem.IsWindows() ? FindAllocatedOnWindows(size)
            : OperatingSystem.IsMacOS() ? DarwinHoles.FindAllocated(_handle, size)
            : null;
        return allocated is null ? [new ByteRange(0, size)] : SparseFile.Join(allocated.Select(range => new ByteRange(range.Offset, range.Length)), size);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ExtendedAttribute> GetExtendedAttributes(Action<FileSystemException>? refused = null) => PortableAttributes.Read(_path, _followLink, refused);

    [SupportedOSPlatform("windows")]
    private List<(long Offset, long Length)>? FindAllocatedOnWindows(long size) =>
        WindowsSparseFile.HasHoles((FileAttributes)StatusAtOpening.WindowsAttributes) ? WindowsSparseFile.FindAllocated(_handle, size) : null;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _handle.Dispose();
    }
}
