namespace Rekkord.Engine.Saving;

/// <summary>The counts of a save under way. Thread-safe.</summary>
internal sealed class SaveCounters
{
    private long _files;
    private long _directories;
    private long _size;
    private long _unchangedFiles;
    private long _omitted;
    private long _reading;

    public long Files => Interlocked.Read(ref _files);

    public long Directories => Interlocked.Read(ref _directories);

    public long Size => Interlocked.Read(ref _size);

    public long UnchangedFiles => Interlocked.Read(ref _unchangedFiles);

    /// <summary>Bytes of all files done, and of what was read of large ones that are not.</summary>
    public long ReadSize => Size + Interlocked.Read(ref _reading);

    public long Omitted => Interlocked.Read(ref _omitted);

    public void AddFile(long size, bool unchanged)
    {
        Interlocked.Increment(ref _files);
        Interlocked.Add(ref _size, size);
        if (unchanged)
            Interlocked.Increment(ref _unchangedFiles);
    }

    /// <summary>Counts what was read of a large file, or takes it back when the file is done or begun again.</summary>
    public void AddReading(long length) => Interlocked.Add(ref _reading, length);

    public void AddOmitted() => Interlocked.Increment(ref _omitted);

    public void AddDirectory() => Interlocked.Increment(ref _directories);
}
