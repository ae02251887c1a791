using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Restoring;

/// <summary>
/// A directory being restored: made when the first thing in it is, given its metadata when the last is done, so that
/// neither a mode without write permission nor a change of its mtime comes too early. Thread-safe but for making it.
/// </summary>
internal sealed class RestoreNode
{
    private readonly RestoreContext _context;
    private readonly FileMetadata? _metadata;
    private DestinationDirectory? _directory;
    private int _users = 1;

    /// <summary>The destination itself.</summary>
    public RestoreNode(RestoreContext context, DestinationDirectory destination, FileMetadata? metadata)
    {
        _context = context;
        _directory = destination;
        _metadata = metadata;
        Name = [];
        RemoveAbandoned(destination);
    }

    /// <summary>A directory below another.</summary>
    /// <param name="parent">The directory it is in.</param>
    /// <param name="name">Its name.</param>
    /// <param name="metadata">What to apply in the end; null for one that was not saved itself but leads to what was.</param>
    public RestoreNode(RestoreNode parent, byte[] name, FileMetadata? metadata)
    {
        _context = parent._context;
        Parent = parent;
        Name = name;
        _metadata = metadata;
        Depth = parent.Depth + 1;
        parent.AddUser();
    }

    public RestoreNode? Parent { get; }

    public byte[] Name { get; }

    public int Depth { get; }

    /// <summary>The open directory, made now if it was not. Called by the walking thread only.</summary>
    /// <exception cref="FileSystemException">It cannot be made.</exception>
    public DestinationDirectory Open()
    {
        if (_directory is null)
        {
            _directory = Parent!.Open().CreateDirectory(Name);
            _context.CountDirectory();
            RemoveAbandoned(_directory);
        }

        return _directory;
    }

    public void AddUser() => Interlocked.Increment(ref _users);

    /// <summary>Says that the caller is done with the directory; the last one to be applies the metadata.</summary>
    public void RemoveUser()
    {
        if (Interlocked.Decrement(ref _users) != 0)
            return;
        if (_directory is { } directory)
        {
            using (directory)
                ApplyMetadata(directory);
        }

        Parent?.RemoveUser();
    }

    /// <summary>The names that lead here from the destination.</summary>
    public IReadOnlyList<byte[]> GetPath()
    {
        var names = new List<byte[]>();
        for (var node = this; node.Parent is not null; node = node.Parent)
            names.Add(node.Name);
        names.Reverse();
        return names;
    }

    /// <summary>Removes what a restore into the same place left when it was killed; without -Force there can be none.</summary>
    private void RemoveAbandoned(DestinationDirectory directory)
    {
        if (_context.Request.Force)
            directory.RemoveAbandoned(TemporaryName.IsOne, _context.StartTime);
    }

    private void ApplyMetadata(DestinationDirectory directory)
    {
        if (_metadata is null)
            return;
        try
        {
            foreach (var problem in directory.ApplyMetadata(_metadata))
                _context.Warn($"'{directory.DisplayPath}': {problem}");
        }
        catch (FileSystemException error)
        {
            _context.Report(error);
        }
    }
}
