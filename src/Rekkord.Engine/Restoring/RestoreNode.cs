using Rekkord.Engine.Errors;
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

    // Only where -Force would let an entry replace another of the same snapshot, because the destination folds names.
    private readonly TakenNames? _taken;
    private DestinationDirectory? _directory;
    private int _users = 1;

    /// <summary>The destination itself.</summary>
    public RestoreNode(RestoreContext context, DestinationDirectory destination, FileMetadata? metadata)
    {
        _context = context;
        _directory = destination;
        _metadata = metadata;
        Name = [];
        Prepare(destination);
        _taken = context.Request.Force && NameFolding.Find(destination) is { } folding ? new TakenNames(folding) : null;
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
        _taken = metadata is null ? parent._taken?.Below(name) : parent._taken?.Beside();
        parent.AddUser();
    }

    public RestoreNode? Parent { get; }

    public byte[] Name { get; }

    public int Depth { get; }

    /// <summary>The open directory, made now if it was not. Called by the walking thread only.</summary>
    /// <exception cref="RekkordException">It cannot be made, or its name is taken (<see cref="Take"/>).</exception>
    public DestinationDirectory Open()
    {
        if (_directory is null)
        {
            if (_metadata is not null)
                Parent!.Take(Name);
            _directory = Parent!.Open().CreateDirectory(Name);
            _context.CountDirectory();
            Prepare(_directory);
        }

        return _directory;
    }

    /// <summary>Takes the name of an entry that is to be restored here. Called by the walking thread only.</summary>
    /// <exception cref="RekkordException">To the destination it is the name of another entry, which was restored before (<c>FileExists</c>).</exception>
    public void Take(byte[] name)
    {
        if (_taken is null || _taken.TryTake(name))
            return;
        var path = Open().DisplayPathOf(name);
        throw new RekkordException(
            "FileExists",
            RekkordErrorKind.AlreadyExists,
            $"'{path}' is not restored: another entry of the snapshot was restored there, whose name is the same to this file system. Restore it to a place that tells upper from lower case.",
            path);
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

    /// <summary>
    /// Makes good what a restore into the same place left when it was killed: directories that have their mode already, perhaps a
    /// read-only one, and temporary files. Without -Force there can be none.
    /// </summary>
    private void Prepare(DestinationDirectory directory)
    {
        if (!_context.Request.Force)
            return;
        if (_metadata is not null)
            directory.AllowChanges();
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
