using Rekkord.Engine.Packs;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Index;

/// <summary>
/// Reads parts of packs that will be needed soon from a store on another machine. A thread that reads one part after another would mostly wait for the line. Parts that are
/// expected together and lie in one pack come in one request. Thread-safe.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="packs">The packs, by their numbers.</param>
/// <param name="cancellation">Ends the reading.</param>
internal sealed class ReadAhead(IObjectStore store, IReadOnlyList<StoredPack> packs, CancellationToken cancellation) : IDisposable
{
    /// <summary>How many bytes one request reads at most, unless a part is larger.</summary>
    public const int RequestLength = 16 * 1024 * 1024;

    // How many bytes may be under way or wait to be taken: more than the fastest lines hold.
    private const long MaximumLength = 64 * 1024 * 1024;

    // How many of these may have been guessed: what is not needed after all is dropped when others come.
    private const long GuessedLength = 16 * 1024 * 1024;

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    private readonly Lock _lock = new();
    private readonly Dictionary<(int Pack, long Offset), Fetch> _parts = [];
    private readonly Queue<(int Pack, long Offset)> _guesses = new();
    private readonly List<Task> _running = [];
    private long _length;
    private long _guessedLength;

    /// <summary>Whether a part is under way, or waits to be taken.</summary>
    public bool Has(int pack, long offset)
    {
        lock (_lock)
            return _parts.ContainsKey((pack, offset));
    }

    /// <summary>Begins to read parts, those of one pack together, unless enough is under way: then whoever needs one reads it.</summary>
    /// <param name="parts">The parts. Those that were begun before are left out.</param>
    public void Begin(IEnumerable<PackPart> parts)
    {
        lock (_lock)
        {
            _running.RemoveAll(task => task.IsCompleted);
            foreach (var pack in parts.Where(part => !_parts.ContainsKey((part.Pack, part.Offset))).OrderBy(part => part.Offset).GroupBy(part => part.Pack))
                Begin(packs[pack.Key].Name, pack);
            while (_guessedLength > GuessedLength && _guesses.TryDequeue(out var oldest))
                Remove(oldest);
        }
    }

    /// <summary>Waits for a part that was begun, and gives it to the caller alone.</summary>
    /// <returns>Null when it was not begun, or could not be read: then the caller reads it, and sees why.</returns>
    /// <exception cref="OperationCanceledException">The reading was ended.</exception>
    public Memory<byte>? Take(int pack, long offset)
    {
        Fetch? fetch;
        lock (_lock)
            fetch = Remove((pack, offset));
        if (fetch is null)
            return null;
        try
        {
            BlockingCalls.Wait(new ValueTask(fetch.Reading));
            return fetch.Bytes;
        }
        catch (StorageException)
        {
            return null;
        }
    }

    /// <summary>Drops a part that is not needed any more, to make room for others.</summary>
    public void Drop(int pack, long offset)
    {
        lock (_lock)
        {
            if (_parts.TryGetValue((pack, offset), out var part) && part.Reading.IsCompleted)
                Remove((pack, offset));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();

        // The store is closed after this: nothing may be under way then. What failed or was ended is of no interest any more.
        Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        _stop.Dispose();
    }

    private void Begin(string pack, IEnumerable<PackPart> parts)
    {
        var together = new List<PackPart>();
        var length = 0L;
        foreach (var part in parts)
        {
            if (length > 0 && length + part.Length > RequestLength)
            {
                Read(pack, together, length);
                (together, length) = ([], 0);
            }

            together.Add(part);
            length += part.Length;
        }

        Read(pack, together, length);
    }

    private void Read(string pack, List<PackPart> parts, long length)
    {
        if (_length + length > MaximumLength)
            return;
        ObjectRange[] ranges = [.. parts.Select(part => new ObjectRange(part.Offset, new byte[part.Length]))];
        var reading = Task.Run(
            async () =>
            {
                await store.ReadAsync(pack, ranges, _stop.Token).ConfigureAwait(false);
            },
            _stop.Token);
        _running.Add(reading);
        _length += length;
        foreach (var (part, range) in parts.Zip(ranges))
        {
            _parts.Add((part.Pack, part.Offset), new Fetch(part, range.Buffer, reading));
            if (!part.IsGuessed)
                continue;
            _guesses.Enqueue((part.Pack, part.Offset));
            _guessedLength += part.Length;
        }
    }

    private Fetch? Remove((int Pack, long Offset) place)
    {
        if (!_parts.Remove(place, out var fetch))
            return null;
        _length -= fetch.Part.Length;
        _guessedLength -= fetch.Part.IsGuessed ? fetch.Part.Length : 0;
        return fetch;
    }

    private sealed record Fetch(PackPart Part, Memory<byte> Bytes, Task Reading);
}

/// <summary>A part of a pack.</summary>
/// <param name="Pack">The pack's number.</param>
/// <param name="Offset">Where the part begins.</param>
/// <param name="Length">Its length.</param>
/// <param name="IsGuessed">Whether nobody has asked for it yet. It may be dropped for others.</param>
internal readonly record struct PackPart(int Pack, long Offset, int Length, bool IsGuessed);
