namespace Rekkord.Engine.Progress;

/// <summary>How far an operation is that does one thing after another. Thread-safe.</summary>
internal sealed class StepProgress
{
    private volatile Counter? _current;

    /// <summary>How far it is; null before it has begun.</summary>
    public StepCount? Current => _current?.Read();

    /// <summary>Begins the next thing.</summary>
    /// <param name="activity">What it is, a few words.</param>
    /// <param name="unit">What it goes by, as a plural.</param>
    /// <param name="total">How many there are; 0 when that is not known.</param>
    public void Begin(string activity, string unit, long total = 0) => _current = new Counter(activity, unit, total);

    /// <summary>Says how many there are, where that was not known at the beginning.</summary>
    public void Expect(long total) => _current?.Expect(total);

    /// <summary>One more is done.</summary>
    public void Advance() => _current?.Advance();

    private sealed class Counter(string activity, string unit, long total)
    {
        private long _done;
        private long _total = total;

        public void Expect(long total) => Interlocked.Exchange(ref _total, total);

        public void Advance() => Interlocked.Increment(ref _done);

        public StepCount Read() => new(activity, unit, Interlocked.Read(ref _done), Interlocked.Read(ref _total));
    }
}

/// <summary>How far one thing is.</summary>
/// <param name="Activity">What it is, a few words.</param>
/// <param name="Unit">What it goes by, as a plural.</param>
/// <param name="Done">How many are done.</param>
/// <param name="Total">How many there are; 0 when that is not known.</param>
public readonly record struct StepCount(string Activity, string Unit, long Done, long Total);
