using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>A regular file being written through .NET's API.</summary>
internal sealed class PortableDestinationFile(FileStream stream, string path) : DestinationFile
{
    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> data, long offset)
    {
        try
        {
            RandomAccess.Write(stream.SafeFileHandle, data, offset);
        }
        catch (Exception error) when (PortableErrors.IsFileError(error))
        {
            throw PortableErrors.Create(error, FileOperation.WriteFile, path);
        }
    }

    /// <inheritdoc/>
    public override void AllowHoles()
    {
        // Where the file system has no holes, zeros take their place.
        if (OperatingSystem.IsWindows())
            WindowsSparseFile.TryMark(stream.SafeFileHandle);
    }

    /// <inheritdoc/>
    public override void SetSize(long size) =>
        PortableErrors.Run(FileOperation.SetSize, path, () => RandomAccess.SetLength(stream.SafeFileHandle, size));

    /// <inheritdoc/>
    public override IReadOnlyList<MetadataProblem> ApplyMetadata(FileMetadata metadata) =>
        PortableMetadata.Apply(path, stream.SafeFileHandle, metadata);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            stream.Dispose();
    }
}
