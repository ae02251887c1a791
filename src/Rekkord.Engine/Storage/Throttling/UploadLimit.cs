namespace Rekkord.Engine.Storage.Throttling;

/// <summary>
/// A limit of bytes in a second that all uploads share: a token bucket that holds what may be sent in a tenth of a second. Thread-safe.
/// </summary>
/// <param name="bytesPerSecond">The limit.</param>
/// <param name="time">Measures the time.</param>
public sealed class UploadLimit(long bytesPerSecond, TimeProvider time)
{
    private const double BucketSeconds = 0.1;
    private const int SmallestPiece = 512;
    private const int LargestPiece = 256 * 1024;

    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();

    // When, in seconds since the start, all that was taken has been sent at the limit.
    private double _sentUntil = -BucketSeconds;

    /// <summary>How many bytes are best taken at once, so that they flow evenly.</summary>
    public int PieceLength { get; } = (int)Math.Clamp(bytesPerSecond * BucketSeconds, SmallestPiece, LargestPiece);

    /// <summary>Waits until bytes may be sent.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled. The bytes count as sent.</exception>
    public ValueTask TakeAsync(long length, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        TimeSpan pause;
        lock (_lock)
        {
            var now = time.GetElapsedTime(_start).TotalSeconds;
            _sentUntil = Math.Max(_sentUntil, now - BucketSeconds) + ((double)length / bytesPerSecond);
            pause = TimeSpan.FromSeconds(Math.Max(0, _sentUntil - now));
        }

        return pause == TimeSpan.Zero ? ValueTask.CompletedTask : new ValueTask(Task.Delay(pause, time, cancellation));
    }
}
