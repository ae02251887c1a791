using System.Buffers;

namespace Rekkord.Engine.Storage;

/// <summary>
/// The time that a request may spend without anything being sent or received. A server that hangs, and one that sends a byte now and then,
/// are not waited for. The time that this side takes for itself, for example for an upload limit, does not count.
/// </summary>
internal sealed class StallGuard : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _source;

    /// <summary>Begins to measure.</summary>
    /// <param name="limit">The longest time.</param>
    /// <param name="cancellation">Ends the request too.</param>
    public StallGuard(TimeSpan limit, CancellationToken cancellation)
    {
        _limit = limit;
        _caller = cancellation;
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Resume();
    }

    /// <summary>Is cancelled with the caller's, and when the time is over.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether the time is over.</summary>
    public bool IsOver => _source.IsCancellationRequested && !_caller.IsCancellationRequested;

    /// <summary>Does not count what follows.</summary>
    public void Pause() => _source.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>Counts from the beginning again.</summary>
    public void Resume() => _source.CancelAfter(_limit);

    /// <summary>Reads all of a buffer.</summary>
    public async Task FillAsync(Stream stream, Memory<byte> buffer)
    {
        // A server that sends a byte at a time must not have a new time for each.
        const int step = 64 * 1024;
        for (; buffer.Length > 0; buffer = buffer[Math.Min(step, buffer.Length)..])
        {
            await stream.ReadExactlyAsync(buffer[..Math.Min(step, buffer.Length)], Token).ConfigureAwait(false);
            Resume();
        }
    }

    /// <summary>Reads what nobody wants.</summary>
    public async Task SkipAsync(Stream stream, int length)
    {
        if (length == 0)
            return;
        var skipped = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await FillAsync(stream, skipped.AsMemory(0, length)).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(skipped);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
