using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Storage.Local;

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
