namespace Rekkord.Engine.FileSystem;

/// <summary>What the file system says of one entry: Unix's <c>struct stat</c> and its Windows counterpart.</summary>
public readonly record struct FileStatus
{
    /// <summary>The type of the entry.</summary>
    public FileKind Kind { get; init; }

    /// <summary>Permission bits with setuid, setgid and sticky (07777); 0 on Windows.</summary>
    public uint Mode { get; init; }

    /// <summary>Owning user's number; 0 on Windows.</summary>
    public uint UserId { get; init; }

    /// <summary>Owning group's number; 0 on Windows.</summary>
    public uint GroupId { get; init; }

    /// <summary>Size in bytes; for a symbolic link, of its target text.</summary>
    public long Size { get; init; }

    /// <summary>Bytes that the file occupies on its device; less than <see cref="Size"/> where it has holes.</summary>
    public long AllocatedSize { get; init; }

    /// <summary>Time of the last change of the content.</summary>
    public FileTime ModifiedTime { get; init; }

    /// <summary>Time of the last change of content or metadata (ctime); equal to <see cref="ModifiedTime"/> where there is none.</summary>
    public FileTime ChangedTime { get; init; }

    /// <summary>Time of creation (btime); null where the file system does not keep it.</summary>
    public FileTime? CreatedTime { get; init; }

    /// <summary>Number of the file's inode on its device.</summary>
    public ulong Inode { get; init; }

    /// <summary>Number of the device that holds the file: major in the upper, minor in the lower 32 bits.</summary>
    public ulong Device { get; init; }

    /// <summary>Number of hard links.</summary>
    public uint LinkCount { get; init; }

    /// <summary>For device nodes, the device they stand for: major in the upper, minor in the lower 32 bits.</summary>
    public ulong SpecialDevice { get; init; }

    /// <summary>Windows file attributes (FILE_ATTRIBUTE_*); 0 elsewhere.</summary>
    public uint WindowsAttributes { get; init; }

    /// <summary>What kind of Windows reparse point it is (IO_REPARSE_TAG_*); 0 when it is none.</summary>
    public uint ReparseTag { get; init; }

    /// <summary>Which file it is, whatever its name.</summary>
    public FileIdentity Identity => new(Device, Inode);
}

/// <summary>
/// Which file an entry is, whatever its name. Most file systems give every file a number of its own; some that run in user space
/// number names instead, or give one number to all.
/// </summary>
/// <param name="Device">Number of the device that holds the file.</param>
/// <param name="Inode">Number of the file on it.</param>
public readonly record struct FileIdentity(ulong Device, ulong Inode)
{
    /// <summary>Made of all bits and a secret of this process: the numbers in a snapshot may be chosen to be alike.</summary>
    public override int GetHashCode() => HashCode.Combine((uint)Device, (uint)(Device >> 32), (uint)Inode, (uint)(Inode >> 32));
}

/// <summary>The type of a file system entry. The values are stored in repositories and never change.</summary>
public enum FileKind : byte
{
    /// <summary>A regular file.</summary>
    File = 1,

    /// <summary>A directory.</summary>
    Directory = 2,

    /// <summary>A symbolic link.</summary>
    SymbolicLink = 3,

    /// <summary>A named pipe; recorded, never read.</summary>
    Fifo = 4,

    /// <summary>A socket; recorded, never opened, and not made again by a restore.</summary>
    Socket = 5,

    /// <summary>A character device; recorded, never read.</summary>
    CharacterDevice = 6,

    /// <summary>A block device; recorded, never read.</summary>
    BlockDevice = 7,
}
