namespace Rekkord.Engine.Storage.S3;

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

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
