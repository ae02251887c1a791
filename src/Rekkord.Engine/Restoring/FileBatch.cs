namespace Rekkord.Engine.Restoring;

/// <summary>
/// Small files that lie together and are restored by one worker: their content lies in the same segments, and handing files
/// over one by one would cost about as much as writing them.
/// </summary>
internal sealed class FileBatch
{
    // Every file keeps its directory open until it is restored, so this also bounds how many handles are in use.
    private const int MaximumFiles = 32;
    private const long MaximumSize = 1024 * 1024;

    private readonly List<FileRestore> _files = [];
    private long _size;
    private int? _segment;

    /// <summary>Whether the batch is worth a worker's while.</summary>
    public bool IsFull => _files.Count >= MaximumFiles || _size >= MaximumSize;

    public bool IsEmpty => _files.Count == 0;

    /// <summary>Whether a file belongs here by the segment that its content begins in: of two workers that want the same one waits.</summary>
    /// <param name="segment">The segment; null for a file without content.</param>
    public bool Takes(int? segment) => segment is null || _segment is null || segment == _segment;

    public void Add(FileRestore file, long size, int? segment)
    {
        _files.Add(file);
        _size += size;
        _segment ??= segment;
    }

    /// <summary>Restores the files.</summary>
    public void Run()
    {
        foreach (var file in _files)
        {
            file.RestoreWhole();
            file.RemoveWriter();
        }
    }

    /// <summary>Ends the files when no worker takes them any more.</summary>
    public void Abandon() => _files.ForEach(file => file.RemoveWriter());
}
