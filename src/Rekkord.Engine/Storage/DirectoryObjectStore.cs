using Rekkord.Engine.Caching;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Storage;

/// <summary>
/// Objects as files of a local directory. A new object is written to <c>tmp/</c>, flushed, renamed to its name, and the
/// directories that the rename changed are flushed, so that what was committed survives a power cut.
/// </summary>
public sealed class DirectoryObjectStore : IObjectStore
{
    internal const string TemporaryFolder = "tmp";

    private readonly string _root;

    private readonly IStorageFiles _files;
    private readonly DurableFolders _folders;

    private DirectoryObjectStore(string root, IStorageFiles files)
    {
        _root = root;
        _files = files;
        _folders = new DurableFolders(files);
    }

    /// <inheritdoc/>
    public string Location => _root;

    /// <summary>Opens the store in an existing directory.</summary>
    /// <exception cref="StorageException">There is no such directory (<c>RepositoryNotFound</c>).</exception>
    public static DirectoryObjectStore Open(string directory) => Open(directory, SystemStorageFiles.Instance);

    /// <summary>Opens the store in a directory that is made if it does not exist.</summary>
    /// <exception cref="StorageException">The directory cannot be made (<c>RepositoryWriteError</c>).</exception>
    public static DirectoryObjectStore CreateOrOpen(string directory) => CreateOrOpen(directory, SystemStorageFiles.Instance);

    internal static DirectoryObjectStore Open(string directory, IStorageFiles files)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (!Directory.Exists(root))
        {
            throw new StorageException(
                "RepositoryNotFound",
                RekkordErrorKind.NotFound,
                $"There is no repository at '{root}': the directory does not exist. Check the path, mount the disk, or make one with Initialize-RekkordRepository.",
                root);
        }

        return new DirectoryObjectStore(root, files);
    }

    internal static DirectoryObjectStore CreateOrOpen(string directory, IStorageFiles files)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        var store = new DirectoryObjectStore(root, files);
        try
        {
            store._folders.CreateRoot(root);
            return store;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw StorageException.WriteFailed(root, root, error);
        }
    }

    /// <inheritdoc/>
    public bool Exists(string name) => File.Exists(PathOf(name));

    /// <inheritdoc/>
    public byte[] Read(string name, int maximumLength) => Guard(name, path =>
    {
        using var file = File.OpenHandle(path);
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
            using var file = File.OpenHandle(PathOf(name));
            Fill(file, name, offset, buffer);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Translate(name, error);
        }
    }

    /// <inheritdoc/>
    public Stream OpenRead(string name) => Guard(name, path =>
        new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan));

    /// <inheritdoc/>
    public ObjectWriter Create() => new DirectoryObjectWriter(_root, _files, _folders);

    /// <inheritdoc/>
    public IEnumerable<ObjectInfo> List(string folder)
    {
        var directory = new DirectoryInfo(PathOf(folder.TrimEnd('/')));
        try
        {
            return [.. directory.EnumerateFiles("*", SearchOption.AllDirectories)
                .Select(file => new ObjectInfo(Path.GetRelativePath(_root, file.FullName).Replace('\\', '/'), file.Length, file.LastWriteTimeUtc))
                .Where(found => !found.Name.StartsWith($"{TemporaryFolder}/", StringComparison.Ordinal))
                .OrderBy(found => found.Name, StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Translate(folder, error);
        }
    }

    /// <inheritdoc/>
    public UInt128? Identify(string name)
    {
        // Of a copy, inode and change time are others, whatever else of it was kept.
        var path = PathOf(name);
        try
        {
            using var directory = LocalFileSystem.Current.OpenDirectory(FileName.FromText(Path.GetDirectoryName(path)!));
            return StatusHash.Compute(directory.GetStatus(FileName.FromText(Path.GetFileName(path))));
        }
        catch (RekkordException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Move(string name, string newName)
    {
        try
        {
            var target = PathOf(newName);
            var targetDirectory = Path.GetDirectoryName(target)!;
            _folders.Create(_root, targetDirectory);
            _files.Rename(PathOf(name), target);
            _files.FlushDirectory(targetDirectory);
            _files.FlushDirectory(Path.GetDirectoryName(PathOf(name))!);
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
    public int RemoveLeftovers(DateTimeOffset before) => AbandonedFile.RemoveAll(PathOf(TemporaryFolder), "*", before);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Every call opens and closes what it needs.
    }

    private static string Join(string root, string name) => Path.Combine(root, name.Replace('/', Path.DirectorySeparatorChar));

    private string PathOf(string name) => Join(_root, name);

    private void Fill(Microsoft.Win32.SafeHandles.SafeFileHandle file, string name, long offset, Span<byte> buffer)
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

    private T Guard<T>(string name, Func<string, T> read)
    {
        try
        {
            return read(PathOf(name));
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
