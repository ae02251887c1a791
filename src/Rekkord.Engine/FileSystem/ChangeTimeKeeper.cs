namespace Rekkord.Engine.FileSystem;

/// <summary>
/// Who keeps the time of the last change (ctime) of a file: that decides whether the time can show that a file is as it was. The
/// unknown do not: many file systems show another time in its place, which a changed file may have as well.
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
