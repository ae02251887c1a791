using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Restoring;

/// <summary>
/// One regular file being restored: written under a temporary name, given its metadata, renamed, and verified if asked.
/// Several threads may write its pieces; the one that writes the last completes it.
/// </summary>
internal sealed class FileRestore
{
    private readonly RestoreContext _context;
    private readonly RestoreNode _node;
    private readonly DestinationDirectory _directory;
    private readonly TreeEntry _entry;
    private readonly byte[] _temporaryName;
    private readonly TaskCompletionSource<bool> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _writing = new();
    private DestinationFile? _file;
    private RekkordException? _error;
    private int _missing = 1;
    private long _written;

    /// <summary>Prepares a file; its directory stays open until it is complete.</summary>
    /// <exception cref="FileSystemException">The directory cannot be made.</exception>
    public FileRestore(RestoreContext context, RestoreNode node, TreeEntry entry)
    {
        _context = context;
        _node = node;
        _directory = node.Open();
        _entry = entry;
        _temporaryName = TemporaryName.Create();
        node.AddUser();
    }

    /// <summary>Ends when the file is complete; tells whether it is there as it was saved.</summary>
    public Task<bool> Completion => _completion.Task;

    /// <summary>Where it comes to be.</summary>
    public string DisplayPath => _directory.DisplayPathOf(_entry.Name);

    /// <summary>Whether something is left to do once every chunk is written, for the file to have its size.</summary>
    private bool EndsInHole => _entry.DataRanges is [.., var last]
        ? last.Offset + last.Length < _entry.Size
        : _entry.Size > 0 && _entry.Chunks.IsEmpty && _entry.ChunkLists.IsEmpty;

    /// <summary>Writes all of the file's pieces.</summary>
    public void RestoreWhole()
    {
        try
        {
            WritePieces([.. PlacedChunk.Place(_entry, TreeReader.ReadChunks(_context.Blobs, _entry))]);
        }
        catch (RekkordException error)
        {
            _error = error;
        }
    }

    /// <summary>Reserves a thread's part in writing.</summary>
    public void AddWriter() => Interlocked.Increment(ref _missing);

    /// <summary>Writes some pieces; an error is kept for the end.</summary>
    public void WritePieces(IReadOnlyList<PlacedChunk> pieces)
    {
        try
        {
            using var writes = new AdjacentWrites(OpenFile(), _writing);
            foreach (var piece in pieces)
            {
                if (_context.Cancellation.IsCancellationRequested || Volatile.Read(ref _error) is not null)
                    return;
                writes.Add(piece.Read(_context.Blobs), piece.Ranges);
                Interlocked.Add(ref _written, piece.Length);
                _context.CountWriting(piece.Length);
            }

            writes.Flush();
        }
        catch (RekkordException error)
        {
            Interlocked.CompareExchange(ref _error, error, null);
        }
    }

    /// <summary>Ends a thread's part; the last one completes the file.</summary>
    public void RemoveWriter()
    {
        if (Interlocked.Decrement(ref _missing) != 0)
            return;
        var restored = false;
        try
        {
            restored = Complete();
        }
        finally
        {
            _context.CountWriting(-_written);
            _node.RemoveUser();
            _completion.SetResult(restored);
        }
    }

    /// <summary>Keeps what went wrong before any piece was written.</summary>
    public void Abandon(RekkordException error) => Interlocked.CompareExchange(ref _error, error, null);

    private DestinationFile OpenFile()
    {
        lock (_completion)
        {
            if (_file is not null)
                return _file;
            _context.CurrentFile = this;
            _file = _directory.CreateFile(_temporaryName);
            if (_entry.DataRanges.Count > 0 || EndsInHole)
                _file.AllowHoles();
            return _file;
        }
    }

    private bool Complete()
    {
        try
        {
            if (_error is null && !_context.Cancellation.IsCancellationRequested)
            {
                Publish(OpenFile());
                _context.CountFile(_entry.Size);
                _context.TellRestored(GetPath);
                return !_context.Request.Verify || RestoredFile.Verify(_context, _directory, _entry);
            }
        }
        catch (RekkordException error)
        {
            _error = error;
        }

        if (_file is not null)
        {
            _file.Dispose();
            _node.Discard(_temporaryName);
        }

        if (_error is not null)
            _context.Report(_node.Describe(_error, _temporaryName, _entry.Name));
        return false;
    }

    private string GetPath() => DisplayPath;

    private void Publish(DestinationFile file)
    {
        using (file)
        {
            if (EndsInHole)
                file.SetSize(_entry.Size);
            _context.Tell(GetPath, file.ApplyMetadata(_context.Restrictions.Restrict(_entry.Metadata, GetPath)));
        }

        _node.Publish(_temporaryName, _entry.Name);
    }
}
