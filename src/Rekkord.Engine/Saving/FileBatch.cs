namespace Rekkord.Engine.Saving;

/// <summary>Small files that lie together and are saved by one worker, so that they come to lie together in the repository.</summary>
internal sealed class FileBatch : IWork
{
    private readonly List<FileItem> _files = [];
    private long _size;

    /// <summary>Whether the batch is worth a worker's while.</summary>
    public bool IsFull => _files.Count >= 64 || _size >= 1024 * 1024;

    public bool IsEmpty => _files.Count == 0;

    public void Add(FileItem file, long size)
    {
        _files.Add(file);
        _size += size;
    }

    public void Run(SaveWorker worker)
    {
        foreach (var file in _files)
        {
            worker.Cancellation.ThrowIfCancellationRequested();
            worker.SaveSmallFile(file);
        }
    }
}
