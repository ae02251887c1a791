using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Storage.Local;

/// <summary>
/// The file operations that a repository's directory is made with. What lies below it is reached through <see cref="OpenRoot"/>.
/// </summary>
internal interface IStorageFiles : IDurableFiles
{
    /// <summary>Opens the directory of a store.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="model">The name of the file whose permissions new files get; where there is none, the system decides.</param>
    /// <exception cref="IOException">There is none, or the system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The system refused.</exception>
    IStoreRoot OpenRoot(string path, string model);
}

/// <summary>The operating system's files.</summary>
internal sealed class SystemStorageFiles : SystemFiles, IStorageFiles
{
    public static new SystemStorageFiles Instance { get; } = new();

    public IStoreRoot OpenRoot(string path, string model) =>
        OperatingSystem.IsLinux() && Environment.Is64BitProcess ? LinuxStoreRoot.Open(path, model) : new PortableStoreRoot(path);
}
