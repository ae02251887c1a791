namespace Rekkord.Cmdlets.Models;

/// <summary>The type of an entry of a snapshot.</summary>
public enum RekkordItemKind
{
    /// <summary>A regular file.</summary>
    File = 1,

    /// <summary>A directory.</summary>
    Directory = 2,

    /// <summary>A symbolic link.</summary>
    SymbolicLink = 3,

    /// <summary>A named pipe.</summary>
    Fifo = 4,

    /// <summary>A socket.</summary>
    Socket = 5,

    /// <summary>A character device.</summary>
    CharacterDevice = 6,

    /// <summary>A block device.</summary>
    BlockDevice = 7,
}
