using System.Collections.Concurrent;

namespace Rekkord.Engine.Errors;

/// <summary>
/// What an operation met and went on after: each is told at once and counted, and the first thousand are kept. Thread-safe.
/// </summary>
/// <param name="tell">Told of each.</param>
internal sealed class ErrorLog(Action<RekkordException> tell)
{
    private const int KeptErrors = 1000;

    private readonly ConcurrentQueue<RekkordException> _kept = new();
    private long _count;

    /// <summary>How many there were.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>The first of them.</summary>
    public IReadOnlyList<RekkordException> Kept => [.. _kept];

    public void Add(RekkordException error)
    {
        if (Interlocked.Increment(ref _count) <= KeptErrors)
            _kept.Enqueue(error);
        tell(error);
    }
}
