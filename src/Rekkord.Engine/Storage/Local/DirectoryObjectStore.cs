using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Hashing;

namespace Rekkord.Engine.Storage.Local;

/// <summary>
/// Objects as files of a local directory. A new object is written to <c>tmp/</c>, flushed, renamed to its name, and the
/// directories that the rename changed are flushed, so that what was committed survives a power cut. Anything that is neither file nor
/// directory is reported and not opened.
/// </summary>
public sealed class DirectoryObjectStore : IObjectStore
{
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
    public bool IsInPlace() => _root.IsInPlace();

    /// <inheritdoc/>
    public bool Exists(string name) => Guard(name, () => _root.Find(name) is not null);

    /// <inheritdoc/>
    public byte[] Read(string name, int maximumLength) => Guard(name, () =>
    {
        using var file = _root.OpenFile(name);
        var length = RandomAccess.GetLength(file);
        if (length > maximumLength)
            throw StorageException.TooLarge(Location, name);
        var bytes = new byte[length];
        Fill(file, name, 0, bytes);
        return bytes;
    });

    /// <inheritdoc/>
    public void Read(string name, long offset, Span<byte> buffer)
    {
        try
        {
            using var file = _root.OpenFile(name);
            Fill(file, name, offset, buffer);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Translate(name, error);
        }
    }

    /// <inheritdoc/>
    public Stream OpenRead(string name) => Guard(name, () => new FileStream(_root.OpenFile(name), FileAccess.Read, bufferSize: 0));

    /// <inheritdoc/>
    public ObjectWriter Create() => new DirectoryObjectWriter(Location, _root, _folders);

    /// <inheritdoc/>
    public IEnumerable<ObjectInfo> List(string folder) => Guard(folder, () =>
    {
        var found = new List<ObjectInfo>();
        Collect(folder.TrimEnd('/'), found);
        return found.Where(info => !info.Name.StartsWith($"{StoreNames.TemporaryFolder}/", StringComparison.Ordinal)).OrderBy(info => info.Name, StringComparer.Ordinal).ToArray();
    });

    /// <inheritdoc/>
    public Hash128? Identify(string name)
    {
        // Of a copy, inode and change time are others, whatever else of it was kept.
        try
        {
            return _root.GetStatus(name) is { } status ? StatusHash.Compute(status) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Move(string name, string newName)
    {
        try
        {
            var newFolder = DurableFolders.ParentOf(newName);
            _folders.Create(newFolder);
            _root.Rename(name, newName);
            _root.FlushDirectory(newFolder);
            _root.FlushDirectory(DurableFolders.ParentOf(name));
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

    /// <inheritdoc/>
    public void MakeDurable(IReadOnlyCollection<string> names)
    {
        foreach (var name in names)
            Guard(name, () => FlushFile(name));
        foreach (var folder in names.Select(DurableFolders.ParentOf).Distinct(StringComparer.Ordinal))
            Guard(folder, () => FlushFolder(folder));
    }

    /// <inheritdoc/>
    public int RemoveLeftovers(DateTimeOffset before) =>
        Guard(StoreNames.TemporaryFolder, () => AbandonedFile.RemoveAll(_root, StoreNames.TemporaryFolder, DirectoryObjectWriter.IsTemporary, before));

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

    private void Collect(string folder, List<ObjectInfo> found)
    {
        foreach (var entry in _root.List(folder))
        {
            var name = folder.Length == 0 ? entry.Name : $"{folder}/{entry.Name}";
            if (entry.Kind == FileKind.File)
                found.Add(new ObjectInfo(name, entry.Size, entry.ModifiedTime));
            else if (entry.Kind != FileKind.Directory || name.Count('/') == Depth)
                found.Add(new ObjectInfo(name, 0, entry.ModifiedTime) { Obstacle = ObstacleException.Describe(entry.Kind) });
            else
                Collect(name, found);
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
