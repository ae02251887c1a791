using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>The system's files with a record of every step in the order in which the steps were done: one at a time.</summary>
/// <param name="forgotten">A kind of steps to leave out of the record, as if the store had forgotten them.</param>
internal sealed class RecordedStorageFiles(StorageStepKind? forgotten = null) : IStorageFiles
{
    private readonly Lock _lock = new();
    private readonly List<StorageStep> _steps = [];
    private readonly Dictionary<SafeFileHandle, string> _paths = [];

    public IReadOnlyList<StorageStep> Steps => _steps;

    /// <summary>Records a test's own mark: what has been promised to a user from here on.</summary>
    public void Mark(string text)
    {
        lock (_lock)
            Record(new StorageStep(StorageStepKind.Mark, text));
    }

    public SafeFileHandle CreateFile(string path)
    {
        lock (_lock)
        {
            var handle = SystemStorageFiles.Instance.CreateFile(path);
            _paths[handle] = path;
            Record(new StorageStep(StorageStepKind.CreateFile, path));
            return handle;
        }
    }

    public void Write(SafeFileHandle file, ReadOnlySpan<byte> data, long offset)
    {
        lock (_lock)
        {
            SystemStorageFiles.Instance.Write(file, data, offset);
            Record(new StorageStep(StorageStepKind.Write, _paths[file], Data: data.ToArray(), Offset: offset));
        }
    }

    public void FlushFile(SafeFileHandle file)
    {
        lock (_lock)
        {
            SystemStorageFiles.Instance.FlushFile(file);
            Record(new StorageStep(StorageStepKind.FlushFile, _paths[file]));
        }
    }

    public bool TryRename(string path, string newPath)
    {
        lock (_lock)
        {
            if (!SystemStorageFiles.Instance.TryRename(path, newPath))
                return false;
            Record(new StorageStep(StorageStepKind.AddName, path, newPath));
            Record(new StorageStep(StorageStepKind.RemoveName, path));
            return true;
        }
    }

    public void Rename(string path, string newPath)
    {
        lock (_lock)
        {
            SystemStorageFiles.Instance.Rename(path, newPath);
            Record(new StorageStep(StorageStepKind.AddName, path, newPath));
            Record(new StorageStep(StorageStepKind.RemoveName, path));
        }
    }

    public void DeleteFile(string path)
    {
        lock (_lock)
        {
            SystemStorageFiles.Instance.DeleteFile(path);
            Record(new StorageStep(StorageStepKind.RemoveName, path));
        }
    }

    public void CreateDirectory(string path)
    {
        lock (_lock)
        {
            SystemStorageFiles.Instance.CreateDirectory(path);
            Record(new StorageStep(StorageStepKind.CreateDirectory, path));
        }
    }

    public void FlushDirectory(string path)
    {
        lock (_lock)
        {
            SystemStorageFiles.Instance.FlushDirectory(path);
            Record(new StorageStep(StorageStepKind.FlushDirectory, path));
        }
    }

    private void Record(StorageStep step)
    {
        if (step.Kind != forgotten)
            _steps.Add(step);
    }
}
