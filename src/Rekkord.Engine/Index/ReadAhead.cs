using System.Collections.Concurrent;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Index;

/// <summary>
/// Reads parts of packs that will be needed soon from a store on another machine, as many at once as it takes. A thread that reads one part
/// after another would mostly wait for the line. Thread-safe.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="packs">The packs, by their numbers.</param>
/// <param name="cancellation">Ends the reading.</param>
internal sealed class ReadAhead(IObjectStore store, IReadOnlyList<StoredPack> packs, CancellationToken cancellation) : IDisposable
{
    // How many bytes may be under way or wait to be taken: more than the fastest lines hold.
    private const long MaximumLength = 64 * 1024 * 1024;

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly ConcurrentDictionary<(int Pack, long Offset), Part> _parts = new();
    private long _length;

    /// <summary>Begins to read a part, unless that has begun, or enough is under way: then whoever needs it reads it.</summary>
    /// <param name="pack">The pack.</param>
    /// <param name="offset">Where the part begins.</param>
    /// <param name="length">Its length.</param>
    public void Begin(int pack, long offset, int length)
    {
        var part = new Part(length, () => Task.Run(() => ReadAsync(pack, offset, length), _stop.Token));
        if (Interlocked.Add(ref _length, length) <= MaximumLength && _parts.TryAdd((pack, offset), part))
            part.Start();
        else
            Interlocked.Add(ref _length, -length);
    }

    /// <summary>Waits for a part that was begun, and gives it to the caller alone.</summary>
    /// <returns>Null when it was not begun, or could not be read: then the caller reads it, and sees why.</returns>
    /// <exception cref="OperationCanceledException">The reading was ended.</exception>
    public byte[]? Take(int pack, long offset)
    {
        if (!_parts.TryRemove((pack, offset), out var part))
            return null;
        Interlocked.Add(ref _length, -part.Length);
        try
        {
            return BlockingCalls.Wait(new ValueTask<byte[]>(part.Reading));
        }
        catch (StorageException)
        {
            return null;
        }
    }

    /// <summary>Drops a part that is not needed any more, to make room for others.</summary>
    public void Drop(int pack, long offset)
    {
        if (_parts.TryGetValue((pack, offset), out var part) && part.Reading.IsCompleted && _parts.TryRemove(KeyValuePair.Create((pack, offset), part)))
            Interlocked.Add(ref _length, -part.Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();

        // The store is closed after this: nothing may be under way then. What failed or was ended is of no interest any more.
        Task.WhenAll(_parts.Values.Select(part => (Task)part.Reading)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        _stop.Dispose();
    }

    private async Task<byte[]> ReadAsync(int pack, long offset, int length)
    {
        var bytes = new byte[length];
        await store.ReadAsync(packs[pack].Name, [new ObjectRange(offset, bytes)], _stop.Token).ConfigureAwait(false);
        return bytes;
    }

    private sealed class Part(int length, Func<Task<byte[]>> start)
    {
        private readonly Lazy<Task<byte[]>> _reading = new(start);

        public int Length => length;

        public Task<byte[]> Reading => _reading.Value;

        public void Start() => _ = _reading.Value;
    }
}
