using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Restoring;

/// <summary>
/// A directory being restored: made when the first thing in it is, given its metadata when the last is done, so that
/// neither a mode without write permission nor a change of its mtime comes too early. Thread-safe, except while it is made.
/// </summary>
internal sealed class RestoreNode
{
    private readonly RestoreContext _context;
    private readonly FileMetadata? _metadata;
    private DestinationDirectory? _directory;
    private MadeEntries? _made;
    private bool _replaces;

    // Another entry was restored into the same directory before, because their names are one to the destination.
    private bool _isShared;
    private int _users = 1;

    /// <summary>The destination itself.</summary>
    public RestoreNode(RestoreContext context, DestinationDirectory destination, FileMetadata? metadata)
    {
        _context = context;
        _directory = destination;
        _metadata = metadata;
        _replaces = context.Request.Force;
        Name = [];
        Prepare(destination);
        _made = new MadeEntries(NameFolding.Find(destination));
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
        _replaces = parent._replaces;
        Depth = LeadsOnly ? parent.Depth : parent.Depth + 1;
        parent.AddUser();
    }

    public RestoreNode? Parent { get; }

    public byte[] Name { get; }

    /// <summary>How deep it is, counted from a saved path as a save counts; what only leads there does not count.</summary>
    public int Depth { get; }

    /// <summary>Whether it was not saved itself, but leads to what was.</summary>
    private bool LeadsOnly => _metadata is null;

    /// <summary>The open directory, made now if it was not. Called by the walking thread only.</summary>
    /// <exception cref="RekkordException">It cannot be made.</exception>
    public DestinationDirectory Open()
    {
        if (_directory is not null)
            return _directory;
        var directory = Parent!.Open().CreateDirectory(Name);
        try
        {
            if (!LeadsOnly)
                _context.CountDirectory();
            Prepare(directory);
            Enter(Parent, directory);
            return _directory = directory;
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Takes the name of an entry that is to be restored here. Called by the walking thread only.</summary>
    /// <exception cref="RekkordException">To the destination it is the name of another entry, which was restored before (<c>FileExists</c>).</exception>
    public void Take(byte[] name)
    {
        var directory = Open();
        if (!_made!.TryTake(name))
            throw MadeEntries.NameIsTaken(directory.DisplayPathOf(name));
    }

    /// <summary>Makes something under a temporary name and renames it, so that what it may replace is there until it is whole.</summary>
    public void Make(byte[] temporary, byte[] name, Action make)
    {
        try
        {
            make();
            Publish(temporary, name);
        }
        catch (RekkordException error)
        {
            Discard(temporary);
            throw Describe(error, temporary, name);
        }
    }

    /// <summary>Gives an entry that is whole its name. The directory is open.</summary>
    /// <exception cref="RekkordException">The name is taken, or the system refused.</exception>
    public void Publish(byte[] temporary, byte[] name) => _made!.Rename(_directory!, temporary, name, _replaces);

    /// <summary>Removes an entry that did not become whole.</summary>
    public void Discard(byte[] temporary)
    {
        try
        {
            _directory!.Remove(temporary);
        }
        catch (FileSystemException error)
        {
            _context.Warn(error.Message);
        }
    }

    /// <summary>What kept an entry from being restored, in words that name it and not the temporary one that was made.</summary>
    public RekkordException Describe(RekkordException error, byte[] temporary, byte[] name)
    {
        var path = _directory!.DisplayPathOf(name);
        if (error is not FileSystemException && error.Target == path)
            return error;
        var message = error.Message.Replace(_directory.DisplayPathOf(temporary), path, StringComparison.Ordinal);
        return new RekkordException(error.ErrorId, error.Kind, $"'{path}' is not restored: {message}", path, error);
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
    /// Sees whether this is the directory of another entry as well. It then takes in the content of both, but keeps the metadata of the
    /// first, and nothing in it is replaced.
    /// </summary>
    private void Enter(RestoreNode parent, DestinationDirectory directory)
    {
        var above = parent._made!;
        var folding = directory.IsNew || directory.Identity.Device == parent.Open().Identity.Device ? above.Folding : NameFolding.Find(directory);
        _made = parent.LeadsOnly ? above.Below(Name, directory, folding) : new MadeEntries(folding);
        _isShared = !LeadsOnly && (!above.TryTake(Name, directory) || (parent._isShared && !directory.IsNew));
        if (!_isShared)
            return;
        _replaces = false;
        var path = directory.DisplayPath;
        _context.Report(new RekkordException(
            "FileExists",
            RekkordErrorKind.AlreadyExists,
            $"'{path}' is not a separate directory: another directory of the snapshot, whose name is the same for this file system, was restored there. Its content is restored there too, where names are free. Restore it to a file system that tells the two names apart.",
            path));
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
        if (_metadata is null || _isShared)
            return;
        try
        {
            var path = () => directory.DisplayPath;
            _context.Tell(path, directory.ApplyMetadata(_context.Restrictions.Restrict(_metadata, path)));
        }
        catch (FileSystemException error)
        {
            _context.Report(error);
        }
    }
}
