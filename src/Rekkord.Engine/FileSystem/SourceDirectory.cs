namespace Rekkord.Engine.FileSystem;

/// <summary>
/// A directory opened for reading. Everything goes by entry name relative to the open handle, so no path is too long and a directory that
/// is meanwhile moved, or replaced by a link, cannot lead elsewhere. <c>.</c> is the directory itself; other names that are no entry's
/// (empty, <c>..</c>, with a separator or NUL) are refused with error id <c>UnsafeFileName</c>. Names are the system's own bytes on Unix,
/// and UTF-8 of the UTF-16 name on Windows (lone surrogates in the generalised form, WTF-8). Thread-safe.
/// </summary>
public abstract class SourceDirectory : IDisposable
{
    /// <summary>The directory's path for messages: invalid bytes are shown as <c>\xNN</c>.</summary>
    public abstract string DisplayPath { get; }

    /// <summary>Lists the names of the entries without <c>.</c> and <c>..</c>, in byte order.</summary>
    /// <exception cref="FileSystemException">The directory cannot be read.</exception>
    public abstract byte[][] ReadNames();

    /// <summary>The status of an entry, of a link itself unless <paramref name="followLink"/>.</summary>
    /// <exception cref="FileSystemException">The entry no longer exists, or the system refused.</exception>
    public abstract FileStatus GetStatus(byte[] name, bool followLink = false);

    /// <summary>The status of this directory.</summary>
    /// <exception cref="FileSystemException">The system refused.</exception>
    public abstract FileStatus GetStatus();

    /// <summary>Who keeps the time of the last change on the file system of an entry, of a link itself unless <paramref name="followLink"/>.</summary>
    /// <exception cref="FileSystemException">The entry no longer exists, or the system refused.</exception>
    public abstract ChangeTimeKeeper GetChangeTimeKeeper(byte[] name, bool followLink = false);

    /// <summary>Opens a subdirectory; a link is followed only when told to.</summary>
    /// <exception cref="FileSystemException">It is not a directory, or no longer one, or the system refused.</exception>
    public abstract SourceDirectory OpenDirectory(byte[] name, bool followLink = false);

    /// <summary>Opens a regular file; a link is followed only when told to.</summary>
    /// <exception cref="FileSystemException">It is not a regular file, or no longer one, or the system refused.</exception>
    public abstract SourceFile OpenFile(byte[] name, bool followLink = false);

    /// <summary>The target text of a symbolic link, as bytes.</summary>
    /// <exception cref="FileSystemException">It is not a link, or no longer one, or the system refused.</exception>
    public abstract byte[] ReadLink(byte[] name);

    /// <summary>The extended attributes of an entry of any type, in name order.</summary>
    /// <param name="name">The entry.</param>
    /// <param name="followLink">Whether a link is followed.</param>
    /// <param name="refused">Is told of each that cannot be read, or of all that cannot even be listed; the others are returned. Null: that is an exception.</param>
    /// <exception cref="FileSystemException">The system refused, and there is nobody to report it to.</exception>
    public abstract IReadOnlyList<ExtendedAttribute> GetExtendedAttributes(byte[] name, bool followLink = false, Action<FileSystemException>? refused = null);

    /// <summary>The extended attributes of this directory, in name order.</summary>
    /// <param name="refused">Is told of each that cannot be read, or of all that cannot even be listed; the others are returned. Null: that is an exception.</param>
    /// <exception cref="FileSystemException">The system refused, and there is nobody to report it to.</exception>
    public abstract IReadOnlyList<ExtendedAttribute> GetExtendedAttributes(Action<FileSystemException>? refused = null);

    /// <summary>On Windows, the self-relative security descriptor of an entry (null name: of this directory); null elsewhere.</summary>
    /// <exception cref="FileSystemException">The system refused.</exception>
    public virtual byte[]? GetSecurityDescriptor(byte[]? name) => null;

    /// <summary>The displayable path of an entry.</summary>
    public string DisplayPathOf(byte[] name) => Path.Join(DisplayPath, FileName.ToDisplay(name));

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the handle.</summary>
    protected abstract void Dispose(bool disposing);
}

/// <summary>
/// Who keeps the time of the last change (ctime) of a file: that decides whether the time can show that a file is as it was. Unknown ones
/// do not: many file systems show another time in its place, which a changed file may also have.
/// </summary>
public enum ChangeTimeKeeper
{
    /// <summary>Nobody that is known: FUSE, SMB, FAT, images of read-only file systems (squashfs, EROFS, ISO 9660), and all others.</summary>
    None,

    /// <summary>This machine's kernel, at every change and by its own clock; nobody else can set it.</summary>
    Kernel,

    /// <summary>A server, at every change and by a clock of its own.</summary>
    Server,

    /// <summary>The file system below one that is laid over others (overlayfs), which may be any.</summary>
    LowerFileSystem,
}
