using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>The system's files with a record of every step in the order in which the steps were done: one at a time.</summary>
/// <param name="forgotten">A kind of steps to leave out of the record, as if the store had forgotten them.</param>
internal sealed class RecordedStorageFiles(StorageStepKind? forgotten = null) : IStorageFiles
{
    private readonly Lock _lock = new();
    private readonly List<StorageStep> _steps = [];

    public IReadOnlyList<StorageStep> Steps => _steps;

    /// <summary>Records a test's own mark: what has been promised to a user from here on.</summary>
    public void Mark(string text)
    {
        lock (_lock)
            Record(new StorageStep(StorageStepKind.Mark, text));
    }

    public IStoreRoot OpenRoot(string path, string model) => new Root(this, path, SystemStorageFiles.Instance.OpenRoot(path, model));

    public bool TryRename(string path, string newPath)
    {
        lock (_lock)
            return SystemStorageFiles.Instance.TryRename(path, newPath) && RecordRename(path, newPath);
    }

    public void Rename(string path, string newPath)
    {
        lock (_lock)
        {
            SystemStorageFiles.Instance.Rename(path, newPath);
            RecordRename(path, newPath);
        }
    }

    public void DeleteFile(string path) => Do(() => SystemStorageFiles.Instance.DeleteFile(path), new StorageStep(StorageStepKind.RemoveName, path));

    public void CreateDirectory(string path) => Do(() => SystemStorageFiles.Instance.CreateDirectory(path), new StorageStep(StorageStepKind.CreateDirectory, path));

    public void FlushDirectory(string path) => Do(() => SystemStorageFiles.Instance.FlushDirectory(path), new StorageStep(StorageStepKind.FlushDirectory, path));

    private void Do(Action action, StorageStep step)
    {
        lock (_lock)
        {
            action();
            Record(step);
        }
    }

    private bool RecordRename(string path, string newPath)
    {
        Record(new StorageStep(StorageStepKind.AddName, path, newPath));
        Record(new StorageStep(StorageStepKind.RemoveName, path));
        return true;
    }

    private void Record(StorageStep step)
    {
        if (step.Kind != forgotten)
            _steps.Add(step);
    }

    /// <summary>A store's directory, recorded by full paths.</summary>
    private sealed class Root(RecordedStorageFiles files, string path, IStoreRoot root) : IStoreRoot
    {
        private readonly Dictionary<SafeFileHandle, string> _paths = [];

        public bool IsInPlace() => root.IsInPlace();

        public FileStatus? GetStatus(string name) => root.GetStatus(name);

        public SafeFileHandle OpenFile(string name) => root.OpenFile(name);

        public IReadOnlyList<StoreEntry> List(string folder) => root.List(folder);

        public SafeFileHandle CreateFile(string name)
        {
            lock (files._lock)
            {
                var handle = root.CreateFile(name);
                _paths[handle] = PathOf(name);
                files.Record(new StorageStep(StorageStepKind.CreateFile, PathOf(name)));
                return handle;
            }
        }

        public void Write(SafeFileHandle file, ReadOnlySpan<byte> data, long offset)
        {
            lock (files._lock)
            {
                root.Write(file, data, offset);
                files.Record(new StorageStep(StorageStepKind.Write, _paths[file], Data: data.ToArray(), Offset: offset));
            }
        }

        public void FlushFile(SafeFileHandle file)
        {
            lock (files._lock)
            {
                root.FlushFile(file);
                files.Record(new StorageStep(StorageStepKind.FlushFile, _paths[file]));
            }
        }

        public void FlushFile(string name) => files.Do(() => root.FlushFile(name), new StorageStep(StorageStepKind.FlushFile, PathOf(name)));

        public bool TryRename(string name, string newName)
        {
            lock (files._lock)
                return root.TryRename(name, newName) && files.RecordRename(PathOf(name), PathOf(newName));
        }

        public void Rename(string name, string newName)
        {
            lock (files._lock)
            {
                root.Rename(name, newName);
                files.RecordRename(PathOf(name), PathOf(newName));
            }
        }

        public void DeleteFile(string name) => files.Do(() => root.DeleteFile(name), new StorageStep(StorageStepKind.RemoveName, PathOf(name)));

        public bool TryDeleteAbandoned(string name)
        {
            lock (files._lock)
            {
                if (!root.TryDeleteAbandoned(name))
                    return false;
                files.Record(new StorageStep(StorageStepKind.RemoveName, PathOf(name)));
                return true;
            }
        }

        public void CreateDirectory(string name) => files.Do(() => root.CreateDirectory(name), new StorageStep(StorageStepKind.CreateDirectory, PathOf(name)));

        public void FlushDirectory(string name) => files.Do(() => root.FlushDirectory(name), new StorageStep(StorageStepKind.FlushDirectory, PathOf(name)));

        public void Dispose() => root.Dispose();

        private string PathOf(string name) => name.Length == 0 ? path : Path.Combine(path, name);
    }
}
