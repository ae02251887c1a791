using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>The system's files, which refuse some of the steps that change or flush names.</summary>
/// <param name="refuses">Whether to refuse a step that concerns a path; a renaming concerns the new one.</param>
internal sealed class FaultyStorageFiles(Func<StorageStepKind, string, bool> refuses) : IStorageFiles
{
    public IStoreRoot OpenRoot(string path, string model) => SystemStorageFiles.Instance.OpenRoot(path, model);

    public bool TryRename(string path, string newPath)
    {
        Refuse(StorageStepKind.AddName, newPath);
        return SystemStorageFiles.Instance.TryRename(path, newPath);
    }

    public void Rename(string path, string newPath)
    {
        Refuse(StorageStepKind.AddName, newPath);
        SystemStorageFiles.Instance.Rename(path, newPath);
    }

    public void DeleteFile(string path)
    {
        Refuse(StorageStepKind.RemoveName, path);
        SystemStorageFiles.Instance.DeleteFile(path);
    }

    public void CreateDirectory(string path) => SystemStorageFiles.Instance.CreateDirectory(path);

    public void FlushDirectory(string path)
    {
        Refuse(StorageStepKind.FlushDirectory, path);
        SystemStorageFiles.Instance.FlushDirectory(path);
    }

    private void Refuse(StorageStepKind kind, string path)
    {
        if (refuses(kind, path))
            throw new IOException($"{kind} was refused.");
    }
}
