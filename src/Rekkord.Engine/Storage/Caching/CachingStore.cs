using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Storage.Caching;

/// <summary>
/// A store on another machine, of which what every command reads anew is kept on this one: objects of some folders, as they are stored. Their
/// names are the hashes of their bytes, so a copy is checked each time it is read. One that is damaged or lost costs time only.
/// </summary>
public sealed class CachingStore : ObjectStoreDecorator
{
    // A day ago or earlier: no writer takes so long.
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);

    private readonly DirectoryObjectStore _copies;
    private readonly string[] _folders;
    private readonly long _maximumSize;
    private readonly Action<string> _note;
    private long _size;
    private int _failures;

    private CachingStore(IObjectStore store, DirectoryObjectStore copies, string[] folders, long maximumSize, Action<string> note)
        : base(store)
    {
        _copies = copies;
        _folders = folders;
        _maximumSize = maximumSize;
        _note = note;
    }

    /// <summary>Keeps copies of a store's objects in a directory. Where that cannot be used, the store is used without.</summary>
    /// <param name="store">The store; is closed with this one.</param>
    /// <param name="directory">Where the copies lie. It is made if it does not exist, and is for this repository alone.</param>
    /// <param name="folders">The folders of whose objects copies are kept. Every object in them must be named by the SHA-256 of its bytes.</param>
    /// <param name="maximumSize">How many bytes all copies may have; what does not fit is not kept, and the oldest go when there are more.</param>
    /// <param name="note">Told, from any thread, why there are no copies.</param>
    /// <param name="cancellation">Ends the look at what is kept already.</param>
    public static IObjectStore Open(
        IObjectStore store, string directory, string[] folders, long maximumSize, Action<string> note, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(folders);
        ArgumentNullException.ThrowIfNull(note);
        try
        {
            var copies = DirectoryObjectStore.CreateOrOpen(directory);
            copies.RemoveLeftovers(DateTimeOffset.UtcNow - LeftoverAge, cancellation);
            return new CachingStore(store, copies, folders, maximumSize, note) { _size = Shrink(copies, folders, maximumSize, cancellation) };
        }
        catch (StorageException error)
        {
            note($"Nothing of the repository is kept on this machine: {error.Message}");
            return store;
        }
    }

    /// <summary>Removes the oldest copies when there are more than there may be.</summary>
    /// <returns>The bytes of those that stay.</returns>
    private static long Shrink(DirectoryObjectStore copies, string[] folders, long maximumSize, CancellationToken cancellation)
    {
        var kept = folders.SelectMany(folder => copies.List(folder, cancellation)).ToList();
        var size = kept.Sum(copy => copy.Size);
        foreach (var copy in kept.OrderBy(copy => copy.ModifiedTime.UtcTicks))
        {
            if (size <= maximumSize)
                break;
            copies.Delete(copy.Name, cancellation);
            size -= copy.Size;
        }

        return size;
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ObjectInfo> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var names = Array.IndexOf(_folders, folder) < 0 ? null : new HashSet<string>(StringComparer.Ordinal);
        await foreach (var found in Inner.ListAsync(folder, cancellation).ConfigureAwait(false))
        {
            names?.Add(found.Name);
            yield return found;
        }

        if (names is not null)
            await TryAsync(() => RemoveOthersAsync(folder, names, cancellation)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation)
    {
        if (!IsKept(name))
            return await Inner.ReadAsync(name, maximumLength, cancellation).ConfigureAwait(false);
        if (await FindCopyAsync(name, maximumLength, cancellation).ConfigureAwait(false) is { } copy)
            return copy;
        var bytes = await Inner.ReadAsync(name, maximumLength, cancellation).ConfigureAwait(false);
        if (IsNamedBy(name, bytes))
            await KeepAsync(name, ObjectContent.From(bytes), cancellation).ConfigureAwait(false);
        return bytes;
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(content);
        var made = await Inner.PutAsync(name, content, mode, cancellation).ConfigureAwait(false);
        if (made && IsKept(name))
            await KeepAsync(name, content, cancellation).ConfigureAwait(false);
        return made;
    }

    /// <inheritdoc/>
    public override async ValueTask DeleteAsync(string name, CancellationToken cancellation)
    {
        await Inner.DeleteAsync(name, cancellation).ConfigureAwait(false);
        await ForgetAsync(name, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> TrySetAsideAsync(string name, string newName, CancellationToken cancellation)
    {
        var done = await Inner.TrySetAsideAsync(name, newName, cancellation).ConfigureAwait(false);
        if (done)
            await ForgetAsync(name, cancellation).ConfigureAwait(false);
        return done;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _copies.Dispose();
        base.Dispose(disposing);
    }

    private bool IsKept(string name) => Array.Exists(_folders, folder => name.StartsWith(folder, StringComparison.Ordinal));

    private static bool IsNamedBy(string name, ReadOnlySpan<byte> bytes) =>
        name.AsSpan(name.LastIndexOf('/') + 1).SequenceEqual(Convert.ToHexStringLower(SHA256.HashData(bytes)));

    private async ValueTask<byte[]?> FindCopyAsync(string name, int maximumLength, CancellationToken cancellation)
    {
        byte[]? found = null;
        await TryAsync(async () =>
        {
            if (await _copies.FindAsync(name, cancellation).ConfigureAwait(false) is null)
                return;
            var copy = await _copies.ReadAsync(name, maximumLength, cancellation).ConfigureAwait(false);
            if (IsNamedBy(name, copy))
                found = copy;
            else
                await RemoveAsync(name, copy.Length, cancellation).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return found;
    }

    private ValueTask KeepAsync(string name, ObjectContent content, CancellationToken cancellation) => TryAsync(async () =>
    {
        if (Interlocked.Add(ref _size, content.Length) > _maximumSize
            || !await _copies.PutAsync(name, content, PutMode.Create, cancellation).ConfigureAwait(false))
        {
            Interlocked.Add(ref _size, -content.Length);
        }
    });

    private ValueTask ForgetAsync(string name, CancellationToken cancellation) => !IsKept(name) ? ValueTask.CompletedTask : TryAsync(async () =>
    {
        if (await _copies.FindAsync(name, cancellation).ConfigureAwait(false) is { } copy)
            await RemoveAsync(name, copy.Size, cancellation).ConfigureAwait(false);
    });

    private async ValueTask RemoveOthersAsync(string folder, HashSet<string> names, CancellationToken cancellation)
    {
        await foreach (var copy in _copies.ListAsync(folder, cancellation).ConfigureAwait(false))
        {
            if (!names.Contains(copy.Name) && copy.Obstacle is null)
                await RemoveAsync(copy.Name, copy.Size, cancellation).ConfigureAwait(false);
        }
    }

    private async ValueTask RemoveAsync(string name, long size, CancellationToken cancellation)
    {
        await _copies.DeleteAsync(name, cancellation).ConfigureAwait(false);
        Interlocked.Add(ref _size, -size);
    }

    /// <summary>Does something with the copies. That it fails costs time, and is told once: the same disk would fail again.</summary>
    private async ValueTask TryAsync(Func<ValueTask> action)
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (StorageException error)
        {
            if (Interlocked.Increment(ref _failures) == 1)
                _note($"A copy of the repository's on this machine cannot be used: {error.Message}");
        }
    }
}
