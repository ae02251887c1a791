namespace Rekkord.Engine.FileSystem;

/// <summary>A regular file opened for reading. Opening never follows a link and never blocks (a fifo put in its place is refused).</summary>
public abstract class SourceFile : IDisposable
{
    /// <summary>The file's status when it was opened, read anyway to check that it is a regular file: saves a call.</summary>
    public abstract FileStatus StatusAtOpening { get; }

    /// <summary>The file's status as it is now, through the open handle.</summary>
    /// <exception cref="FileSystemException">The system refused.</exception>
    public abstract FileStatus GetStatus();

    /// <summary>Reads from a position without moving a shared one. Fills the buffer unless the file ends.</summary>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="offset">From where, in bytes.</param>
    /// <returns>The bytes read; fewer than the buffer holds only at the end of the file.</returns>
    /// <exception cref="FileSystemException">Reading failed.</exception>
    public abstract int Read(Span<byte> buffer, long offset);

    /// <summary>The ranges that hold data, in order (SEEK_DATA and SEEK_HOLE); one range over everything where holes are unknown.</summary>
    /// <param name="size">The file's size as known to the caller; ranges end there.</param>
    /// <exception cref="FileSystemException">The system refused.</exception>
    public abstract IReadOnlyList<ByteRange> GetDataRanges(long size);

    /// <summary>The extended attributes, in name order.</summary>
    /// <param name="refused">Is told of each that cannot be read, or of all that cannot even be listed; the others are returned. Null: that is an exception.</param>
    /// <exception cref="FileSystemException">The system refused, and there is nobody to report it to.</exception>
    public abstract IReadOnlyList<ExtendedAttribute> GetExtendedAttributes(Action<FileSystemException>? refused = null);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the handle.</summary>
    protected abstract void Dispose(bool disposing);
}

/// <summary>A stretch of a file.</summary>
/// <param name="Offset">Where it starts, in bytes from the start of the file.</param>
/// <param name="Length">Its length in bytes.</param>
public readonly record struct ByteRange(long Offset, long Length);
