namespace Rekkord.Engine.Progress;

/// <summary>How fast something goes, and how long the rest of it takes, by what was done in the last seconds. For one thread.</summary>
/// <param name="clock">Tells the time.</param>
public sealed class PaceEstimate(TimeProvider clock)
{
    // Long enough for a large file between small ones, short enough to show that a line got slower.
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(20);

    // What is known before this says more about the beginning than about the work.
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Distance = TimeSpan.FromMilliseconds(250);

    private readonly Queue<(long Time, long Done)> _samples = new();
    private (long Time, long Done) _first;
    private (long Time, long Done) _last;

    /// <summary>How much is done in a second; null while that is not known, or nothing is.</summary>
    public double? PerSecond
    {
        get
        {
            var elapsed = clock.GetElapsedTime(_first.Time, _last.Time);
            return elapsed < Least || _last.Done <= _first.Done ? null : (_last.Done - _first.Done) / elapsed.TotalSeconds;
        }
    }

    /// <summary>Says how much is done by now. Less than before is the beginning of something else.</summary>
    public void Update(long done)
    {
        var now = clock.GetTimestamp();
        if (done < _last.Done)
            _samples.Clear();
        if (_samples.Count == 0 || clock.GetElapsedTime(_last.Time, now) >= Distance)
            _samples.Enqueue(_last = (now, done));
        while (clock.GetElapsedTime(_samples.Peek().Time, now) > Window)
            _samples.Dequeue();
        _first = _samples.Peek();
    }

    /// <summary>How long the rest takes at this pace; null while that cannot be told.</summary>
    /// <param name="total">How much there is; zero when that is not known.</param>
    public TimeSpan? TimeLeft(long total) =>
        total <= _last.Done || PerSecond is not { } pace || (total - _last.Done) / pace is not (var seconds and < int.MaxValue) ? null : TimeSpan.FromSeconds(seconds);

    /// <summary>The whole percents that are done; null when the total is not known, or was wrong.</summary>
    /// <param name="done">How much is done.</param>
    /// <param name="total">How much there is; zero when that is not known.</param>
    public static int? Percent(long done, long total) => total <= 0 || done > total ? null : (int)(done * 100.0 / total);
}
