namespace Rekkord.Engine.FileSystem;

/// <summary>A regular file being written by a restore.</summary>
public abstract class DestinationFile : IDisposable
{
    /// <summary>Writes all bytes at a position; what is never written stays a hole where the file system has holes. Thread-safe.</summary>
    /// <exception cref="FileSystemException">Writing failed, for example because the disk is full.</exception>
    public abstract void Write(ReadOnlySpan<byte> data, long offset);

    /// <summary>Says that some of the file will not be written. Windows keeps holes in files only of which it was told so.</summary>
    public virtual void AllowHoles()
    {
        // Elsewhere every file may have some.
    }

    /// <summary>Lengthens the file to so many bytes; the new ones read as zeros.</summary>
    /// <exception cref="FileSystemException">The system refused.</exception>
    public abstract void SetSize(long size);

    /// <summary>
    /// Applies owner, extended attributes, mode and times, in the order in which one does not undo another (an owner change
    /// clears setuid; times come last). The owner goes by name where this machine knows the name, and by number otherwise; where
    /// it cannot be set, setuid and setgid bits are left out, because they would apply to another owner.
    /// </summary>
    /// <returns>What is not as it was saved; an owner that the user may not set is among it.</returns>
    /// <exception cref="FileSystemException">
    /// The system reports only now that written data could not be stored, as network file systems do.
    /// </exception>
    public abstract IReadOnlyList<MetadataProblem> ApplyMetadata(FileMetadata metadata);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the handle.</summary>
    protected abstract void Dispose(bool disposing);
}
