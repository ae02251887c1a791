namespace Rekkord.Engine.Saving;

/// <summary>The counts of a save under way. Thread-safe.</summary>
internal sealed class SaveCounters
{
    private long _files;
    private long _directories;
    private long _size;
    private long _unchangedFiles;
    private long _omitted;

    public long Files => Interlocked.Read(ref _files);

    public long Directories => Interlocked.Read(ref _directories);

    public long Size => Interlocked.Read(ref _size);

    public long UnchangedFiles => Interlocked.Read(ref _unchangedFiles);

    public long Omitted => Interlocked.Read(ref _omitted);

    public void AddFile(long size, bool unchanged)
    {
        Interlocked.Increment(ref _files);
        Interlocked.Add(ref _size, size);
        if (unchanged)
            Interlocked.Increment(ref _unchangedFiles);
    }

    public void AddOmitted() => Interlocked.Increment(ref _omitted);

    public void AddDirectory() => Interlocked.Increment(ref _directories);
}
