using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Storage.Local;

/// <summary>
/// The file operations that a repository's directory and a keyfile are made with, by full paths that the user named: links in them are
/// followed. What lies below a repository's directory is reached through <see cref="OpenRoot"/>. The order of the operations decides what
/// a power cut leaves, so a test puts a recorder in their place.
/// </summary>
internal interface IStorageFiles
{
    /// <summary>Opens the directory of a store.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="model">The name of the file whose permissions new files get; where there is none, the system decides.</param>
    /// <exception cref="IOException">There is none, or the system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    IStoreRoot OpenRoot(string path, string model);

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

/// <summary>The operating system's files.</summary>
internal sealed class SystemStorageFiles : IStorageFiles
{
    public static SystemStorageFiles Instance { get; } = new();

    public IStoreRoot OpenRoot(string path, string model) =>
        OperatingSystem.IsLinux() && Environment.Is64BitProcess ? LinuxStoreRoot.Open(path, model) : new PortableStoreRoot(path);

    public bool TryRename(string path, string newPath) => ExclusiveRename.TryRename(path, newPath);

    public void Rename(string path, string newPath) => File.Move(path, newPath, overwrite: true);

    public void DeleteFile(string path) => File.Delete(path);

    public void CreateDirectory(string path) => Directory.CreateDirectory(path);

    public void FlushDirectory(string path) => DurableDirectory.Flush(path);
}
