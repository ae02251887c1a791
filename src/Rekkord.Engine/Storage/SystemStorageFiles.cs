using Microsoft.Win32.SafeHandles;

namespace Rekkord.Engine.Storage;

/// <summary>The operating system's files.</summary>
internal sealed class SystemStorageFiles : IStorageFiles
{
    public static SystemStorageFiles Instance { get; } = new();

    public SafeFileHandle CreateFile(string path) => File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);

    public void Write(SafeFileHandle file, ReadOnlySpan<byte> data, long offset) => RandomAccess.Write(file, data, offset);

    public void FlushFile(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    public bool TryRename(string path, string newPath) => ExclusiveRename.TryRename(path, newPath);

    public void Rename(string path, string newPath) => File.Move(path, newPath, overwrite: true);

    public void DeleteFile(string path) => File.Delete(path);

    public void CreateDirectory(string path) => Directory.CreateDirectory(path);

    public void FlushDirectory(string path) => DurableDirectory.Flush(path);
}
