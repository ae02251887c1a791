using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Archives;

/// <summary>
/// A repository's store in which snapshots and tags are found whether they are objects by themselves or in an archive. Archives only add: one is never the reason that
/// something is not found. All else is that of the store behind.
/// </summary>
/// <param name="store">The store; is closed with this one.</param>
/// <param name="keys">Says whose archives count.</param>
internal sealed class ArchivedStore(IObjectStore store, KeyMaterial keys) : ObjectStoreDecorator(store)
{
    // What is read whole anyway is kept, so that each snapshot in it is not one more request.
    private const long MostKeptBytes = 64 * 1024 * 1024;

    // An archive that is listed and gone was replaced since, or the listing was late.
    private const int MostListings = 3;

    private readonly SemaphoreSlim _loading = new(1);
    private readonly ConcurrentDictionary<string, ReadOnlyMemory<byte>> _kept = new(StringComparer.Ordinal);
    private volatile ArchiveView? _view;
    private volatile bool _isOutdated;

    /// <summary>The store without archives: what are objects by themselves.</summary>
    public IObjectStore Plain => Inner;

    /// <summary>What is in archives, as it was found last.</summary>
    public ArchiveView Current => _view ?? ArchiveView.Empty;

    /// <inheritdoc/>
    public override IAsyncEnumerable<ObjectInfo> ListAsync(string folder, CancellationToken cancellation) =>
        folder is ObjectName.Snapshots or ObjectName.Tags ? ListRecordsAsync(folder, cancellation) : Inner.ListAsync(folder, cancellation);

    /// <inheritdoc/>
    public override async ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation)
    {
        var found = await Inner.FindAsync(name, cancellation).ConfigureAwait(false);
        if (found is not null || !IsRecord(name))
            return found;
        var holder = Current.Find(name) ?? (await RefreshAsync(cancellation).ConfigureAwait(false)).Find(name);
        return holder?.Describe();
    }

    /// <inheritdoc/>
    public override ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation) =>
        IsRecord(name) ? ReadRecordAsync(name, maximumLength, cancellation) : Inner.ReadAsync(name, maximumLength, cancellation);

    /// <summary>What is in an archive is durable with it.</summary>
    /// <inheritdoc/>
    public override ValueTask MakeDurableAsync(IReadOnlyCollection<string> names, CancellationToken cancellation) =>
        Inner.MakeDurableAsync(Current.Archives.Count == 0 ? names : [.. names.Where(name => Current.Find(name) is null)], cancellation);

    /// <summary>Has the next listing look which archives there are, also one of tags, which otherwise believes the listing of snapshots before it.</summary>
    public void Outdate() => _isOutdated = true;

    /// <summary>Finds out which archives there are now.</summary>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    public async ValueTask<ArchiveView> RefreshAsync(CancellationToken cancellation)
    {
        await _loading.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            _isOutdated = false;
            for (var listings = 1; ; listings++)
            {
                var unread = new List<RekkordException>();
                var listed = await ListArchivesAsync(unread, cancellation).ConfigureAwait(false);
                var archives = new List<Archive>();
                var gone = new Dictionary<string, RekkordException>(StringComparer.Ordinal);
                foreach (var found in listed)
                {
                    try
                    {
                        archives.Add(Current.FindArchive(found) ?? await LoadAsync(found, cancellation).ConfigureAwait(false));
                    }
                    catch (StorageException error) when (error.Kind == RekkordErrorKind.NotFound)
                    {
                        gone[found.Name] = error;
                    }
                    catch (RekkordException error) when (error.MeansLoss)
                    {
                        unread.Add(error);
                    }
                }

                // What a late listing still shows is in those by which it was replaced.
                foreach (var replaced in archives.SelectMany(archive => archive.Replaced))
                    gone.Remove(replaced);
                if (gone.Count > 0 && listings < MostListings)
                    continue;
                unread.AddRange(gone.Values);
                foreach (var name in _kept.Keys.Except(archives.Select(archive => archive.Name), StringComparer.Ordinal))
                    _kept.TryRemove(name, out _);
                return _view = new ArchiveView(archives, unread);
            }
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>Reads what an archive has, and verifies it.</summary>
    /// <exception cref="DamagedObjectException">It is not what its name says.</exception>
    /// <exception cref="StorageException">The archive is gone, or reading failed.</exception>
    public async ValueTask<byte[]> ReadAsync(Archive archive, ArchiveEntry entry, CancellationToken cancellation)
    {
        byte[] bytes;
        if (_kept.TryGetValue(archive.Name, out var whole))
        {
            bytes = whole.Slice((int)entry.Offset, entry.Length).ToArray();
        }
        else
        {
            bytes = new byte[entry.Length];
            if (bytes.Length > 0)
                await Inner.ReadAsync(archive.Name, [new ObjectRange(entry.Offset, bytes)], cancellation).ConfigureAwait(false);
        }

        return SHA256.HashData(bytes).AsSpan().SequenceEqual(ObjectName.TryGetHash(entry.Name))
            ? bytes
            : throw new DamagedObjectException(archive.Name, $"what it has of '{entry.Name}' is not as it was written.");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _loading.Dispose();
        base.Dispose(disposing);
    }

    private static bool IsRecord(string name) => name.StartsWith(ObjectName.Snapshots, StringComparison.Ordinal) || name.StartsWith(ObjectName.Tags, StringComparison.Ordinal);

    /// <summary>
    /// Lists what are objects by themselves, and then what archives have. In this order: an object is deleted only when an archive has it for days, so whatever is not
    /// found any more is in an archive that is listed after that.
    /// </summary>
    private async IAsyncEnumerable<ObjectInfo> ListRecordsAsync(string folder, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var own = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var found in Inner.ListAsync(folder, cancellation).ConfigureAwait(false))
        {
            own.Add(found.Name);
            yield return found;
        }

        var view = folder == ObjectName.Tags && !_isOutdated && _view is { } known ? known : await RefreshAsync(cancellation).ConfigureAwait(false);
        foreach (var holder in view.In(folder).Where(holder => !own.Contains(holder.Entry.Name)))
            yield return holder.Describe();
    }

    private async ValueTask<byte[]> ReadRecordAsync(string name, int maximumLength, CancellationToken cancellation)
    {
        if (Current.Find(name) is { } known && await TryReadAsync(known, maximumLength, cancellation).ConfigureAwait(false) is { } bytes)
            return bytes;
        try
        {
            return await Inner.ReadAsync(name, maximumLength, cancellation).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Kind == RekkordErrorKind.NotFound)
        {
            // It may have come into an archive since it was listed.
            var view = await RefreshAsync(cancellation).ConfigureAwait(false);
            var holder = view.Find(name);
            if (await TryReadAsync(holder, maximumLength, cancellation).ConfigureAwait(false) is { } archived)
                return archived;
            if (holder is not null)
                throw new DamagedObjectException(holder.Archive.Name, $"what it has of '{name}' is not as it was written.", error);

            // Whoever deletes must not take for gone what an archive may have that cannot be read.
            if (view.Unread is [var unread, ..])
                throw new RekkordException(unread.ErrorId, unread.Kind, $"'{name}' was not found, and may be in an archive that cannot be read: {unread.Message}", unread.Target, unread);
            throw;
        }
    }

    /// <summary>Reads a snapshot or tag from any of the archives that have it; null when none has it as it was written.</summary>
    private async ValueTask<byte[]?> TryReadAsync(ArchiveHolder? holder, int maximumLength, CancellationToken cancellation)
    {
        for (; holder is not null; holder = holder.Next)
        {
            if (holder.Entry.Length > maximumLength)
                throw StorageException.TooLarge(Location, holder.Entry.Name);
            try
            {
                return await ReadAsync(holder.Archive, holder.Entry, cancellation).ConfigureAwait(false);
            }
            catch (RekkordException error) when (error.MeansLoss || error.Kind == RekkordErrorKind.NotFound)
            {
                // Another archive, or the object itself, may be whole. A scan tells of this one.
                continue;
            }
        }

        return null;
    }

    private async ValueTask<List<ObjectInfo>> ListArchivesAsync(List<RekkordException> unread, CancellationToken cancellation)
    {
        var listed = new List<ObjectInfo>();
        try
        {
            await foreach (var found in Inner.ListAsync(ObjectName.Archives, cancellation).ConfigureAwait(false))
            {
                if (!ObjectName.IsWellFormed(ObjectName.Archives, found.Name))
                    continue;
                if (found.Obstacle is { } obstacle)
                    unread.Add(StorageException.Obstructed(Location, found.Name, obstacle));
                else
                    listed.Add(found);
            }
        }
        catch (StorageException error) when (error.ErrorId == StorageException.ObstructedId)
        {
            unread.Add(error);
        }

        return listed;
    }

    /// <summary>Reads what an archive says of itself: from another machine all of it at once, which is kept there as a copy, and else only the beginning.</summary>
    private async ValueTask<Archive> LoadAsync(ObjectInfo found, CancellationToken cancellation)
    {
        if (found.Size > Archive.LargestSize)
            throw StorageException.TooLarge(Location, found.Name);
        if (Capabilities.IsDistant)
        {
            var bytes = await Inner.ReadAsync(found.Name, Archive.LargestSize, cancellation).ConfigureAwait(false);
            if (bytes.Length != found.Size || !SHA256.HashData(bytes).AsSpan().SequenceEqual(ObjectName.TryGetHash(found.Name)))
                throw new DamagedObjectException(found.Name, "its bytes do not match its name.");
            if (_kept.Values.Sum(kept => (long)kept.Length) + bytes.Length <= MostKeptBytes)
                _kept[found.Name] = bytes;
            return Archive.ReadHead(found, bytes, keys);
        }

        var start = new byte[Math.Min(found.Size, Archive.FirstRead)];
        if (start.Length > 0)
            await Inner.ReadAsync(found.Name, [new ObjectRange(0, start)], cancellation).ConfigureAwait(false);
        var length = Archive.HeadLength(found, start);
        if (length > start.Length)
        {
            var first = start.Length;
            Array.Resize(ref start, length);
            await Inner.ReadAsync(found.Name, [new ObjectRange(first, start.AsMemory(first))], cancellation).ConfigureAwait(false);
        }

        return Archive.ReadHead(found, start, keys);
    }
}
