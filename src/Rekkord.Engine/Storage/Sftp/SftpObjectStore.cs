using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Storage.Sftp;

/// <summary>
/// Objects as files of a directory on an SFTP server. A new object is written to <c>tmp/</c>, flushed where the server can, and renamed to its name. A
/// directory is never flushed: SFTP has no request for that.
/// </summary>
public sealed class SftpObjectStore : IObjectStore
{
    // packs/xx: a store has no deeper directories.
    private const int Depth = 2;

    // Directories that are listed at once: few enough for the open files that a server allows.
    private const int ListingsAtOnce = 48;

    // Parts of an object so close together that reading what is between them costs less than another request.
    private const int NearLength = 16 * 1024;

    private readonly SftpLocation _location;
    private readonly SftpConnections _connections;

    // Folders that were seen to be folders: looking at them again with each request would be in vain.
    private readonly ConcurrentDictionary<string, bool> _folders = new(StringComparer.Ordinal);
    private readonly SftpUploads _uploads;

    private SftpObjectStore(SftpLocation location, SftpOptions options)
    {
        _location = location;
        _connections = new SftpConnections(
            async cancellation => await SftpConnection.OpenAsync(SshProcess.Start(location, options), options.Timeout, cancellation).ConfigureAwait(false), options.Connections);
        Capabilities = new StoreCapabilities { Connections = options.Connections, IsDistant = true, ServerClock = true, DurableOnReturn = true };
        _uploads = new SftpUploads(this);
    }

    /// <inheritdoc/>
    public string Location => _location.Url;

    /// <inheritdoc/>
    public StoreCapabilities Capabilities { get; private set; }

    /// <summary>How many requests were made to the server.</summary>
    internal long Requests => _connections.Requests;

    /// <summary>Opens the store in an existing directory.</summary>
    /// <exception cref="RekkordException">There is no such directory (<c>RepositoryNotFound</c>), or the server cannot be reached.</exception>
    public static async ValueTask<SftpObjectStore> OpenAsync(SftpLocation location, SftpOptions options, CancellationToken cancellation)
    {
        var store = new SftpObjectStore(location, options);
        try
        {
            await store.GuardAsync("", isWrite: false, () => store.RequireRootAsync(cancellation)).ConfigureAwait(false);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Opens the store in a directory that is made if it does not exist, and tries out what the server can do.</summary>
    /// <exception cref="RekkordException">The directory cannot be made, or the server cannot be reached.</exception>
    public static async ValueTask<SftpObjectStore> CreateOrOpenAsync(SftpLocation location, SftpOptions options, CancellationToken cancellation)
    {
        var store = new SftpObjectStore(location, options);
        try
        {
            await store.GuardAsync("", isWrite: true, async () =>
            {
                await store.MakeRootAsync(location.Path, cancellation).ConfigureAwait(false);
                await store.RequireRootAsync(cancellation).ConfigureAwait(false);
                await store.MakeFolderAsync(StoreNames.TemporaryFolder, cancellation).ConfigureAwait(false);
                store.Capabilities = store.Capabilities with { ExclusiveCreate = await store._uploads.TryExclusiveCreateAsync(cancellation).ConfigureAwait(false) };
                return true;
            }).ConfigureAwait(false);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> IsInPlaceAsync(CancellationToken cancellation) => ValueTask.FromResult(true);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var folders = new Queue<string>([folder.TrimEnd('/')]);
        var listings = new Queue<(string Folder, Task<List<(string Name, SftpAttributes Attributes)>> Entries)>();
        while (folders.Count > 0 || listings.Count > 0)
        {
            while (listings.Count < ListingsAtOnce && folders.TryDequeue(out var next))
                listings.Enqueue((next, ListFolderAsync(next, next == folder.TrimEnd('/'), cancellation)));
            var (listed, entries) = listings.Dequeue();
            foreach (var (entry, attributes) in await entries.ConfigureAwait(false))
            {
                var name = listed.Length == 0 ? entry : $"{listed}/{entry}";
                if (attributes.Kind == FileKind.Directory && name.Count('/') < Depth)
                {
                    if (name != StoreNames.TemporaryFolder)
                        folders.Enqueue(name);
                }
                else
                {
                    yield return Describe(name, attributes);
                }
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation) => GuardAsync(name, isWrite: false, async () =>
    {
        var connection = await _connections.GetAsync(cancellation).ConfigureAwait(false);
        return await LookAtWayAsync(connection, name).WaitAsync(cancellation).ConfigureAwait(false) is { } attributes ? Describe(name, attributes) : null;
    });

    /// <inheritdoc/>
    public ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation) => GuardAsync(name, isWrite: false, async () =>
    {
        using var file = await OpenFileAsync(name, cancellation).ConfigureAwait(false);
        if (file.Size > maximumLength)
            throw StorageException.TooLarge(Location, name);
        var bytes = new byte[file.Size];
        return await file.ReadAsync([(0, bytes.Length)], (offset, read) => read.CopyTo(bytes.AsSpan((int)offset)), cancellation).ConfigureAwait(false)
            ? bytes
            : throw StorageException.TooShort(Location, name);
    });

    /// <inheritdoc/>
    public async ValueTask ReadAsync(string name, IReadOnlyList<ObjectRange> ranges, CancellationToken cancellation) => await GuardAsync(name, isWrite: false, async () =>
    {
        using var file = await OpenFileAsync(name, cancellation).ConfigureAwait(false);
        var first = 0;
        var isWhole = await file.ReadAsync(Join(ranges), Take, cancellation).ConfigureAwait(false);
        return isWhole ? true : throw StorageException.TooShort(Location, name);

        // What is read comes in order, and in pieces that begin and end anywhere in the ranges.
        void Take(long offset, ReadOnlySpan<byte> read)
        {
            while (first < ranges.Count && ranges[first].End <= offset)
                first++;
            for (var i = first; i < ranges.Count && ranges[i].Offset < offset + read.Length; i++)
            {
                var start = Math.Max(offset, ranges[i].Offset);
                var end = Math.Min(offset + read.Length, ranges[i].End);
                read[(int)(start - offset)..(int)(end - offset)].CopyTo(ranges[i].Buffer.Span[(int)(start - ranges[i].Offset)..]);
            }
        }
    }).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellation) => GuardAsync<Stream>(name, isWrite: false, async () => new SftpObjectReader(
        await OpenFileAsync(name, cancellation).ConfigureAwait(false),
        offset,
        () => StorageException.TooShort(Location, name),
        error => Translate(name, isWrite: false, error)));

    /// <inheritdoc/>
    public ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation) =>
        GuardAsync(name, isWrite: true, () => _uploads.PutAsync(name, content, mode, cancellation));

    /// <inheritdoc/>
    public ValueTask<ObjectWriter> CreateAsync(CancellationToken cancellation) => ValueTask.FromResult<ObjectWriter>(new BufferedObjectWriter(this));

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string name, CancellationToken cancellation) => await GuardAsync(name, isWrite: true, async () =>
    {
        var connection = await _connections.GetAsync(cancellation).ConfigureAwait(false);
        var found = await LookAtWayAsync(connection, name).WaitAsync(cancellation).ConfigureAwait(false) ?? throw StorageException.NotFound(Location, name);
        if (found.Kind != FileKind.File)
            throw new ObstacleException(name, found.Kind);
        await connection.RemoveAsync(PathOf(name)).WaitAsync(cancellation).ConfigureAwait(false);
        return true;
    }).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<bool> TrySetAsideAsync(string name, string newName, CancellationToken cancellation) => GuardAsync(name, isWrite: true, async () =>
    {
        var connection = await _connections.GetAsync(cancellation).ConfigureAwait(false);
        if (!connection.Has(SftpExtensions.ReplacingRename))
            return false;
        await MakeFolderAsync(FolderOf(newName), cancellation).ConfigureAwait(false);
        await connection.ReplaceAsync(PathOf(name), PathOf(newName)).WaitAsync(cancellation).ConfigureAwait(false);
        return true;
    });

    /// <inheritdoc/>
    public ValueTask MakeDurableAsync(IReadOnlyCollection<string> names, CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask RetainAsync(string name, DateTimeOffset until, CancellationToken cancellation) => throw StorageException.RetentionUnsupported(Location, name);

    /// <inheritdoc/>
    public ValueTask<int> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellation) => GuardAsync(StoreNames.TemporaryFolder, isWrite: true, async () =>
    {
        var connection = await _connections.GetAsync(cancellation).ConfigureAwait(false);
        var entries = await ListFolderAsync(StoreNames.TemporaryFolder, isNamed: true, cancellation).ConfigureAwait(false);
        var removals = entries
            .Where(entry => entry.Attributes.Kind == FileKind.File && entry.Attributes.ModifiedTime < before && SftpUploads.IsTemporary(entry.Name))
            .Select(entry => connection.RemoveAsync(PathOf($"{StoreNames.TemporaryFolder}/{entry.Name}")))
            .ToList();
        await Task.WhenAll(removals).WaitAsync(cancellation).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return removals.Count(removal => removal.IsCompletedSuccessfully);
    });

    /// <inheritdoc/>
    public void Dispose() => _connections.Dispose();

    /// <summary>A connection to send requests on.</summary>
    internal ValueTask<SftpConnection> GetConnectionAsync(CancellationToken cancellation) => _connections.GetAsync(cancellation);

    /// <summary>The path of an object or folder on the server.</summary>
    internal string PathOf(string name) => name.Length == 0 ? _location.Path : $"{_location.Path.TrimEnd('/')}/{name}";

    /// <summary>The folder of an object; empty for the root.</summary>
    internal static string FolderOf(string name) => name.LastIndexOf('/') is var slash and >= 0 ? name[..slash] : "";

    /// <summary>
    /// Looks at what stands under a name, and at those folders on the way to it that were not looked at before: none may be a link. The requests have left when this
    /// returns its task.
    /// </summary>
    /// <returns>What stands there; null for nothing.</returns>
    internal async Task<SftpAttributes?> LookAtWayAsync(SftpConnection connection, string name)
    {
        var looks = FoldersOf(name).Where(folder => !_folders.ContainsKey(folder)).Select(folder => (Folder: folder, Found: connection.LookAtAsync(PathOf(folder)))).ToList();
        var last = connection.LookAtAsync(PathOf(name));
        foreach (var (folder, look) in looks)
        {
            if (await look.ConfigureAwait(false) is not { } found)
                continue;
            if (found.Kind != FileKind.Directory)
                throw new ObstacleException(folder, found.Kind);
            _folders.TryAdd(folder, true);
        }

        return await last.ConfigureAwait(false);
    }

    /// <summary>Looks once whether a folder is one, unless it is missing. The request has left when this returns its task.</summary>
    internal async Task RequireFolderAsync(SftpConnection connection, string folder)
    {
        if (_folders.ContainsKey(folder) || await connection.LookAtAsync(PathOf(folder)).ConfigureAwait(false) is not { } found)
            return;
        if (found.Kind != FileKind.Directory)
            throw new ObstacleException(folder, found.Kind);
        _folders.TryAdd(folder, true);
    }

    /// <summary>Makes a folder, and those that it is in.</summary>
    internal async Task MakeFolderAsync(string folder, CancellationToken cancellation)
    {
        var connection = await _connections.GetAsync(cancellation).ConfigureAwait(false);
        var all = FoldersOf($"{folder}/").Where(each => !_folders.ContainsKey(each)).ToList();
        var making = all.Select(each => connection.MakeDirectoryAsync(PathOf(each))).ToList();
        var looking = all.Count > 0 ? LookAtWayAsync(connection, all[^1]) : null;
        for (var i = 0; i < all.Count; i++)
        {
            try
            {
                await making[i].WaitAsync(cancellation).ConfigureAwait(false);
                _folders.TryAdd(all[i], true);
            }
            catch (SftpException error)
            {
                // Servers do not say that one exists already, so it is looked at.
                var found = await looking!.WaitAsync(cancellation).ConfigureAwait(false) ?? throw SftpErrors.WriteFailed(Location, all[i], error);
                if (i == all.Count - 1 && found.Kind != FileKind.Directory)
                    throw new ObstacleException(all[i], found.Kind);
            }
        }
    }

    private static IEnumerable<string> FoldersOf(string name)
    {
        for (var slash = name.IndexOf('/'); slash >= 0; slash = name.IndexOf('/', slash + 1))
            yield return name[..slash];
    }

    private static ObjectInfo Describe(string name, SftpAttributes attributes) => attributes.Kind == FileKind.File
        ? new ObjectInfo(name, attributes.Size, attributes.ModifiedTime)
        : new ObjectInfo(name, 0, attributes.ModifiedTime) { Obstacle = ObstacleException.Describe(attributes.Kind) };

    private static IEnumerable<(long Offset, long Length)> Join(IReadOnlyList<ObjectRange> ranges)
    {
        var start = ranges.Count > 0 ? ranges[0].Offset : 0;
        for (var i = 0; i < ranges.Count; i++)
        {
            if (i + 1 < ranges.Count && ranges[i + 1].Offset - ranges[i].End <= NearLength)
                continue;
            yield return (start, ranges[i].End - start);
            start = i + 1 < ranges.Count ? ranges[i + 1].Offset : 0;
        }
    }

    /// <summary>Opens an object, and looks meanwhile whether it is one.</summary>
    private async Task<SftpFile> OpenFileAsync(string name, CancellationToken cancellation)
    {
        var connection = await _connections.GetAsync(cancellation).ConfigureAwait(false);
        var looking = LookAtWayAsync(connection, name);
        var opening = connection.OpenAsync(PathOf(name), SftpOpenModes.Read);
        try
        {
            var found = await looking.WaitAsync(cancellation).ConfigureAwait(false) ?? throw StorageException.NotFound(Location, name);
            if (found.Kind != FileKind.File)
                throw new ObstacleException(name, found.Kind);
            return new SftpFile(connection, await opening.WaitAsync(cancellation).ConfigureAwait(false), found.Size);
        }
        catch (Exception error)
        {
            // A server that opens a fifo waits for its other end, and answers nothing more.
            if (error is ObstacleException)
                connection.Abandon("Something that is no file was opened.");
            connection.CloseWhenOpen(opening);
            throw;
        }
    }

    private async Task<List<(string Name, SftpAttributes Attributes)>> ListFolderAsync(string folder, bool isNamed, CancellationToken cancellation)
    {
        // What is read ahead costs no more than the time for it: most folders have few entries.
        const int readsAhead = 2;
        return await GuardAsync(folder, isWrite: false, async () =>
        {
            var entries = new List<(string Name, SftpAttributes Attributes)>();
            var connection = await _connections.GetAsync(cancellation).ConfigureAwait(false);
            var looking = isNamed && folder.Length > 0 ? LookAtWayAsync(connection, folder) : null;
            var opening = connection.OpenDirectoryAsync(PathOf(folder));
            try
            {
                if (looking is not null && await looking.WaitAsync(cancellation).ConfigureAwait(false) is { } found && found.Kind != FileKind.Directory)
                    throw new ObstacleException(folder, found.Kind);
                var handle = await opening.WaitAsync(cancellation).ConfigureAwait(false);
                var reads = new Queue<Task<List<(string Name, SftpAttributes Attributes)>?>>();
                do
                {
                    while (reads.Count < readsAhead)
                        reads.Enqueue(connection.ReadDirectoryAsync(handle));
                    if (await reads.Dequeue().WaitAsync(cancellation).ConfigureAwait(false) is not { } read)
                        break;
                    entries.AddRange(read.Where(entry => IsName(entry.Name)));
                }
                while (true);
                await Task.WhenAll(reads).WaitAsync(cancellation).ConfigureAwait(false);
            }
            catch (SftpException error) when (error.IsMissing())
            {
                // A folder that does not exist is empty.
                entries.Clear();
            }
            finally
            {
                connection.CloseWhenOpen(opening);
            }

            return entries;
        }).ConfigureAwait(false);
    }

    // A server may send anything for a name.
    private static bool IsName(string name) => name is not ("." or ".." or "") && !name.AsSpan().ContainsAny('/', '\0');

    private async Task<bool> RequireRootAsync(CancellationToken cancellation)
    {
        var connection = await _connections.GetAsync(cancellation).ConfigureAwait(false);
        var found = await connection.LookAtTargetAsync(_location.Path).WaitAsync(cancellation).ConfigureAwait(false);
        return found is { Kind: FileKind.Directory } ? true : throw new StorageException(
            "RepositoryNotFound",
            RekkordErrorKind.NotFound,
            $"There is no repository at '{Location}': the {(found is null ? "directory does not exist" : "path leads to no directory")}. Check the path, or make one with Initialize-RekkordRepository.",
            Location);
    }

    private async Task MakeRootAsync(string path, CancellationToken cancellation)
    {
        var connection = await _connections.GetAsync(cancellation).ConfigureAwait(false);
        try
        {
            await connection.MakeDirectoryAsync(path).WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (SftpException error) when (error.IsMissing() && path.TrimEnd('/').LastIndexOf('/') is var slash and > 0)
        {
            await MakeRootAsync(path[..slash], cancellation).ConfigureAwait(false);
            await connection.MakeDirectoryAsync(path).WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (SftpException error) when (!error.IsMissing())
        {
            // That it exists looks the same as any other failure.
            if (await connection.LookAtTargetAsync(path).WaitAsync(cancellation).ConfigureAwait(false) is null)
                throw;
        }
    }

    private async ValueTask<T> GuardAsync<T>(string name, bool isWrite, Func<Task<T>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (Exception error) when (Translate(name, isWrite, error) is { } known)
        {
            throw known;
        }
    }

    private StorageException? Translate(string name, bool isWrite, Exception error) => error switch
    {
        SftpException failed => isWrite ? SftpErrors.WriteFailed(Location, name, failed) : SftpErrors.ReadFailed(Location, name, failed),
        ObstacleException => StorageException.ReadFailed(Location, name, error),
        InvalidDataException => SftpErrors.NotSftp(Location, error),
        _ => null,
    };
}
