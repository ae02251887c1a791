namespace Rekkord.Engine.Tests;

/// <summary>A clock on which every pause has passed as soon as it begins. For one thread at a time.</summary>
internal sealed class InstantClock : TimeProvider
{
    private long _ticks;

    /// <summary>The pauses so far.</summary>
    public List<TimeSpan> Pauses { get; } = [];

    /// <summary>How much time has passed.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(_ticks);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Pauses.Add(dueTime);
        _ticks += dueTime.Ticks;
        return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
