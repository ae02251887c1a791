using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Storage.Local;

/// <summary>
/// The directory of a store, held open, and what is below it by names relative to it, with <c>/</c> between the parts; the empty name is
/// the directory itself. Whoever runs the storage can put anything there. So no link below it is followed, nothing but regular files and
/// directories is opened, and nothing is waited for. Thread-safe.
/// </summary>
internal interface IStoreRoot : IDisposable
{
    /// <summary>Whether the path by which it was opened still leads to it. It does not once the file system is unmounted, or another directory in its place.</summary>
    bool IsInPlace();

    /// <summary>What the file system says of what stands under a name; null when nothing does.</summary>
    /// <exception cref="ObstacleException">The name leads through something that is not a directory.</exception>
    FileStatus? GetStatus(string name);

    /// <summary>What stands under a name; null when nothing does.</summary>
    /// <exception cref="ObstacleException">The name leads through something that is not a directory.</exception>
    FileKind? Find(string name) => GetStatus(name)?.Kind;

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="ObstacleException">It is not a regular file, or the name leads through something that is not a directory.</exception>
    SafeFileHandle OpenFile(string name);

    /// <summary>Lists what is directly in a directory; nothing when there is none.</summary>
    /// <exception cref="ObstacleException">It is not a directory, or the name leads through something that is none.</exception>
    IReadOnlyList<StoreEntry> List(string folder);

    /// <summary>Makes a file that does not exist, and locks it for as long as it is open.</summary>
    SafeFileHandle CreateFile(string name);

    /// <summary>Writes bytes at a place of a file.</summary>
    void Write(SafeFileHandle file, ReadOnlySpan<byte> data, long offset);

    /// <summary>Makes a file's bytes durable.</summary>
    void FlushFile(SafeFileHandle file);

    /// <summary>Makes the bytes of a file durable that another writer has made.</summary>
    void FlushFile(string name);

    /// <summary>Gives a file another name unless that is taken.</summary>
    /// <returns>False when the name is taken.</returns>
    bool TryRename(string name, string newName);

    /// <summary>Gives a file, or whatever stands in the place of one, another name, also one that is taken: that file is then gone.</summary>
    void Rename(string name, string newName);

    /// <summary>Removes a file.</summary>
    void DeleteFile(string name);

    /// <summary>Removes a file unless a writer has it open or the system refuses.</summary>
    /// <returns>Whether it was removed.</returns>
    bool TryDeleteAbandoned(string name);

    /// <summary>Makes one directory, unless it exists.</summary>
    void CreateDirectory(string name);

    /// <summary>Makes the names in a directory durable.</summary>
    void FlushDirectory(string name);
}

/// <summary>One entry of a store's directory.</summary>
/// <param name="Name">Its name in the directory.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="ModifiedTime">When it was last written.</param>
internal sealed record StoreEntry(string Name, FileKind Kind, long Size, DateTimeOffset ModifiedTime);
