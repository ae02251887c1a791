using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Storage;

/// <summary>
/// The file operations that a <see cref="DirectoryObjectStore"/> writes with. Their order decides what a power cut leaves, so a test
/// puts a recorder in their place.
/// </summary>
internal interface IStorageFiles
{
    /// <summary>Makes a file that does not exist.</summary>
    SafeFileHandle CreateFile(string path);

    /// <summary>Writes bytes at a place of a file.</summary>
    void Write(SafeFileHandle file, ReadOnlySpan<byte> data, long offset);

    /// <summary>Makes a file's bytes durable.</summary>
    void FlushFile(SafeFileHandle file);

    /// <summary>Gives a file another name unless that is taken.</summary>
    /// <returns>False when the name is taken.</returns>
    bool TryRename(string path, string newPath);

    /// <summary>Gives a file another name, also one that is taken: that file is then gone.</summary>
    void Rename(string path, string newPath);

    /// <summary>Removes a file.</summary>
    void DeleteFile(string path);

    /// <summary>Makes one directory.</summary>
    void CreateDirectory(string path);

    /// <summary>Makes the names in a directory durable.</summary>
    void FlushDirectory(string path);
}
