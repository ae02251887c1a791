namespace Rekkord.Engine.FileSystem;

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
