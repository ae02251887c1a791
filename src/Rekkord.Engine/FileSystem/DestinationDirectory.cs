namespace Rekkord.Engine.FileSystem;

/// <summary>
/// A directory opened for a restore. Everything goes by single entry names relative to the open handle and never follows a
/// link, so that nothing a repository contains can write outside the destination. Names that are empty, <c>.</c>, <c>..</c>,
/// hold a separator or NUL (on Windows also what Windows cannot name) are refused with error id <c>UnsafeFileName</c>. Thread-safe.
/// </summary>
public abstract class DestinationDirectory : IDisposable
{
    /// <summary>The directory's path for messages.</summary>
    public abstract string DisplayPath { get; }

    /// <summary>Whether it was made when it was opened, and did not exist before.</summary>
    public abstract bool IsNew { get; }

    /// <summary>Which directory it is, whatever the name that it was opened by.</summary>
    public abstract FileIdentity Identity { get; }

    /// <summary>The status of an entry, of a link itself; null when there is none.</summary>
    /// <exception cref="FileSystemException">The system refused.</exception>
    public abstract FileStatus? TryGetStatus(byte[] name);

    /// <summary>Which file an entry is, of a link itself; null when there is none.</summary>
    /// <exception cref="FileSystemException">The system refused.</exception>
    public abstract FileIdentity? TryGetIdentity(byte[] name);

    /// <summary>Opens a directory that exists (and is not a link), for no more than to reach its entries by name.</summary>
    /// <exception cref="FileSystemException">It is not a directory, or the system refused.</exception>
    public abstract DestinationDirectory OpenForSearch(byte[] name);

    /// <summary>
    /// Makes a directory, private to the current user until its metadata is applied, and opens it. One that exists (and is not a link) is
    /// opened.
    /// </summary>
    /// <exception cref="FileSystemException">Something else is there, or the system refused.</exception>
    public abstract DestinationDirectory CreateDirectory(byte[] name);

    /// <summary>Makes a new regular file, private to the current user until its metadata is applied.</summary>
    /// <exception cref="FileSystemException">The name is taken, or the system refused.</exception>
    public abstract DestinationFile CreateFile(byte[] name);

    /// <summary>Opens an existing regular file for reading, to verify it. A link is not followed.</summary>
    /// <exception cref="FileSystemException">It is not a regular file, or the system refused.</exception>
    public abstract SourceFile OpenFile(byte[] name);

    /// <summary>Makes a symbolic link with this target text.</summary>
    /// <exception cref="FileSystemException">The name is taken, or the system refused.</exception>
    public abstract void CreateSymbolicLink(byte[] name, byte[] target);

    /// <summary>Makes a fifo, or a device node.</summary>
    /// <param name="name">The entry's name.</param>
    /// <param name="kind">Fifo, CharacterDevice or BlockDevice.</param>
    /// <param name="device">For devices: major in the upper, minor in the lower 32 bits.</param>
    /// <exception cref="FileSystemException">The name is taken, or the system refused (devices need root).</exception>
    public abstract void CreateSpecial(byte[] name, FileKind kind, ulong device);

    /// <summary>Makes <paramref name="name"/> here another hard link to an entry (not followed) of another directory.</summary>
    /// <exception cref="FileSystemException">The name is taken, or the system refused.</exception>
    public abstract void CreateHardLink(DestinationDirectory existingDirectory, byte[] existingName, byte[] name);

    /// <summary>Renames an entry within this directory, replacing what is there only when told to.</summary>
    /// <exception cref="FileSystemException">The new name is taken, or the system refused.</exception>
    public abstract void Rename(byte[] name, byte[] newName, bool replace);

    /// <summary>Removes an entry that is not a directory; not finding it is not an error.</summary>
    /// <exception cref="FileSystemException">The system refused.</exception>
    public abstract void Remove(byte[] name);

    /// <summary>
    /// Lets the owner make entries in this directory although its mode forbids it, until metadata is applied to it. Does nothing where
    /// the mode is not the current user's to change: what is made then fails with the reason.
    /// </summary>
    /// <exception cref="FileSystemException">The directory is gone.</exception>
    public abstract void AllowChanges();

    /// <summary>
    /// Removes regular files that a process made with <see cref="CreateFile"/> and that ended before it could rename or remove them.
    /// What a live process still writes is locked by it and stays, as does what cannot be told or removed.
    /// </summary>
    /// <param name="isTemporary">Whether a name is one that such files have.</param>
    /// <param name="before">Files that changed later stay too.</param>
    public abstract void RemoveAbandoned(Predicate<byte[]> isTemporary, FileTime before);

    /// <summary>
    /// Applies metadata to an entry that is not a regular file or directory (a link, fifo or device), not following links.
    /// </summary>
    /// <returns>What is not as it was saved; empty when all is.</returns>
    public abstract IReadOnlyList<MetadataProblem> ApplyMetadata(byte[] name, FileMetadata metadata);

    /// <summary>
    /// Applies metadata to this directory itself: last, after its entries are made. One that existed loses the ACLs and the attributes
    /// of users (<c>user.*</c>) that the saved one did not have.
    /// </summary>
    /// <returns>What is not as it was saved; empty when all is.</returns>
    public abstract IReadOnlyList<MetadataProblem> ApplyMetadata(FileMetadata metadata);

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
