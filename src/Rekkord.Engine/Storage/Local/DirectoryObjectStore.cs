using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Storage.Local;

/// <summary>
/// Objects as files of a local directory. A new object is written to <c>tmp/</c>, flushed, renamed to its name, and the
/// directories that the rename changed are flushed, so that what was committed survives a power cut. Anything that is neither file nor
/// directory is reported and not opened.
/// </summary>
public sealed class DirectoryObjectStore : IObjectStore
{
    // What may be under way at once without more threads than there are processors is up to the callers; a disk takes a few.
    private const int RequestsAtOnce = 2;

    // packs/xx: a store has no deeper directories, and whoever runs the storage could nest them without end.
    private const int Depth = 2;

    private readonly IStoreRoot _root;
    private readonly DurableFolders _folders;

    private DirectoryObjectStore(string location, IStoreRoot root)
    {
        Location = location;
        _root = root;
        _folders = new DurableFolders(root);
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <inheritdoc/>
    public StoreCapabilities Capabilities { get; } = new() { Connections = RequestsAtOnce, ExclusiveCreate = true, StreamsWrites = true };

    /// <summary>Opens the store in an existing directory.</summary>
    /// <exception cref="StorageException">There is no such directory (<c>RepositoryNotFound</c>), or it cannot be opened.</exception>
    public static DirectoryObjectStore Open(string directory) => Open(directory, SystemStorageFiles.Instance);

    /// <summary>Opens the store in a directory that is made if it does not exist.</summary>
    /// <exception cref="StorageException">The directory cannot be made (<c>RepositoryWriteError</c>).</exception>
    public static DirectoryObjectStore CreateOrOpen(string directory) => CreateOrOpen(directory, SystemStorageFiles.Instance);

    internal static DirectoryObjectStore Open(string directory, IStorageFiles files)
    {
        var root = FullPath(directory);
        if (!Directory.Exists(root))
        {
            throw new StorageException(
                "RepositoryNotFound",
                RekkordErrorKind.NotFound,
                $"There is no repository at '{root}': the directory does not exist. Check the path, mount the disk, or make one with Initialize-RekkordRepository.",
                root);
        }

        return OpenRoot(root, files);
    }

    internal static DirectoryObjectStore CreateOrOpen(string directory, IStorageFiles files)
    {
        var root = FullPath(directory);
        try
        {
            DurableFolders.CreateRoot(root, files);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw StorageException.WriteFailed(root, root, error);
        }

        return OpenRoot(root, files);
    }

    /// <summary>The full path by which a store is known.</summary>
    internal static string FullPath(string directory) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));

    /// <inheritdoc/>
    public ValueTask<bool> IsInPlaceAsync(CancellationToken cancellation) => ValueTask.FromResult(_root.IsInPlace());

    /// <inheritdoc/>
    public IAsyncEnumerable<ObjectInfo> ListAsync(string folder, CancellationToken cancellation) => Collect(folder.TrimEnd('/'), cancellation)
        .Where(found => !found.Name.StartsWith($"{StoreNames.TemporaryFolder}/", StringComparison.Ordinal))
        .ToAsyncEnumerable();

    /// <inheritdoc/>
    public ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Guard(name, () => _root.GetStatus(name) is { } status ? Describe(name, status) : null));
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Guard(name, () =>
        {
            using var file = _root.OpenFile(name);
            var length = RandomAccess.GetLength(file);
            if (length > maximumLength)
                throw StorageException.TooLarge(Location, name);
            var bytes = new byte[length];
            Fill(file, name, 0, bytes);
            return bytes;
        }));
    }

    /// <inheritdoc/>
    public ValueTask ReadAsync(string name, IReadOnlyList<ObjectRange> ranges, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            using var file = _root.OpenFile(name);
            for (var i = 0; i < ranges.Count; i++)
                Fill(file, name, ranges[i].Offset, ranges[i].Buffer.Span);
            return ValueTask.CompletedTask;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Translate(name, error);
        }
    }

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult<Stream>(Guard(name, () => new DirectoryObjectReader(Location, name, _root.OpenFile(name), offset)));
    }

    /// <inheritdoc/>
    public ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var writer = new DirectoryObjectWriter(Location, _root, _folders);
        foreach (var bytes in content.Bytes)
            writer.Write(bytes.Span);
        return ValueTask.FromResult(writer.Commit(name, mode));
    }

    /// <inheritdoc/>
    public ValueTask<ObjectWriter> CreateAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult<ObjectWriter>(new DirectoryObjectWriter(Location, _root, _folders));
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string name, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Change(name, () =>
        {
            if (_root.Find(name) is not { } kind)
                throw StorageException.NotFound(Location, name);
            if (kind != FileKind.File)
                throw new ObstacleException(name, kind);
            _root.DeleteFile(name);
            _root.FlushDirectory(DurableFolders.ParentOf(name));
        });
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<bool> TrySetAsideAsync(string name, string newName, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Change(name, () =>
        {
            var newFolder = DurableFolders.ParentOf(newName);
            _folders.Create(newFolder);
            _root.Rename(name, newName);
            _root.FlushDirectory(newFolder);
            _root.FlushDirectory(DurableFolders.ParentOf(name));
        });
        return ValueTask.FromResult(true);
    }

    /// <inheritdoc/>
    public ValueTask MakeDurableAsync(IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        foreach (var name in names)
        {
            cancellation.ThrowIfCancellationRequested();
            Guard(name, () => FlushFile(name));
        }

        foreach (var folder in names.Select(DurableFolders.ParentOf).Distinct(StringComparer.Ordinal))
            Guard(folder, () => FlushFolder(folder));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask RetainAsync(string name, DateTimeOffset until, CancellationToken cancellation) => throw StorageException.RetentionUnsupported(Location, name);

    /// <inheritdoc/>
    public ValueTask<int> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Guard(StoreNames.TemporaryFolder, () => AbandonedFile.RemoveAll(_root, StoreNames.TemporaryFolder, DirectoryObjectWriter.IsTemporary, before)));
    }

    /// <inheritdoc/>
    public void Dispose() => _root.Dispose();

    private static DirectoryObjectStore OpenRoot(string root, IStorageFiles files)
    {
        try
        {
            return new DirectoryObjectStore(root, files.OpenRoot(root, StoreNames.Descriptor));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw StorageException.ReadFailed(root, "", error);
        }
    }

    // Of a copy, inode and change time are others, whatever else of it was kept.
    private static ObjectInfo Describe(string name, FileStatus status) => status.Kind == FileKind.File
        ? new ObjectInfo(name, status.Size, status.ModifiedTime.ToDateTimeOffset()) { Identity = StatusHash.Compute(status) }
        : new ObjectInfo(name, 0, status.ModifiedTime.ToDateTimeOffset()) { Obstacle = ObstacleException.Describe(status.Kind) };

    private IEnumerable<ObjectInfo> Collect(string folder, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var entry in Guard(folder, () => _root.List(folder)))
        {
            var name = folder.Length == 0 ? entry.Name : $"{folder}/{entry.Name}";
            if (entry.Kind == FileKind.File)
            {
                yield return new ObjectInfo(name, entry.Size, entry.ModifiedTime);
            }
            else if (entry.Kind != FileKind.Directory || name.Count('/') == Depth)
            {
                yield return new ObjectInfo(name, 0, entry.ModifiedTime) { Obstacle = ObstacleException.Describe(entry.Kind) };
            }
            else
            {
                foreach (var found in Collect(name, cancellation))
                    yield return found;
            }
        }
    }

    private bool FlushFile(string name)
    {
        _root.FlushFile(name);
        return true;
    }

    private bool FlushFolder(string folder)
    {
        _folders.Create(folder);
        _root.FlushDirectory(folder);
        return true;
    }

    private void Fill(SafeFileHandle file, string name, long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var read = RandomAccess.Read(file, buffer, offset);
            if (read == 0)
                throw StorageException.TooShort(Location, name);
            buffer = buffer[read..];
            offset += read;
        }
    }

    private void Change(string name, Action change)
    {
        try
        {
            change();
        }
        catch (FileNotFoundException error)
        {
            throw StorageException.NotFound(Location, name, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw StorageException.WriteFailed(Location, name, error);
        }
    }

    private T Guard<T>(string name, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Translate(name, error);
        }
    }

    private StorageException Translate(string name, Exception error) => error is FileNotFoundException or DirectoryNotFoundException
        ? StorageException.NotFound(Location, name, error)
        : StorageException.ReadFailed(Location, name, error);
}
