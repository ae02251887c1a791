namespace Rekkord.Stores.Integration.Tests;

/// <summary>A clock that goes on with each pause, once the line has been sent what was allowed until then.</summary>
internal sealed class LineClock(int limit, MisbehavingProxy line) : TimeProvider
{
    /// <summary>What requests are made of beside the content.</summary>
    public const int Heads = 20_000;

    // What has left the limit may be in a buffer on its way to the line.
    private const int Buffers = 200_000;

    private long _ticks;

    public double Seconds => TimeSpan.FromTicks(_ticks).TotalSeconds;

    public bool HasLagged { get; private set; }

    public bool WasOvertaken { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var allowed = Seconds * limit;
        HasLagged |= !SpinWait.SpinUntil(() => line.Sent >= allowed - Buffers, TimeSpan.FromSeconds(30));
        WasOvertaken |= line.Sent > allowed + (limit / 10) + Heads;
        _ticks += dueTime.Ticks;
        return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
