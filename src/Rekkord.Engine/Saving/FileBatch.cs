namespace Rekkord.Engine.Saving;

/// <summary>Small files that lie together and are saved by one worker, so that they come to lie together in the repository.</summary>
internal sealed class FileBatch : IWork
{
    private const int MaximumFiles = 64;
    private const long MaximumSize = 1024 * 1024;

    // Every file keeps its directory open until it is saved: with a full queue of batches this bounds how many handles are in use.
    private const int MaximumDirectories = 8;

    private readonly List<FileItem> _files = [];
    private SharedDirectory? _directory;
    private int _directories;
    private long _size;

    /// <summary>Whether the batch is worth a worker's while.</summary>
    public bool IsFull => _files.Count >= MaximumFiles || _size >= MaximumSize || _directories >= MaximumDirectories;

    public bool IsEmpty => _files.Count == 0;

    public void Add(FileItem file, long size)
    {
        _files.Add(file);
        _size += size;
        if (file.Owner != _directory)
            _directories++;
        _directory = file.Owner;
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
