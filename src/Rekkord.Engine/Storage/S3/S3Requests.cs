namespace Rekkord.Engine.Storage.S3;

/// <summary>Makes the requests to a bucket, no more at once than it has connections, and says what their errors mean.</summary>
/// <param name="location">The bucket.</param>
/// <param name="connections">How many requests may be under way at once.</param>
/// <param name="stallLimit">How long one may go without a byte that moves.</param>
internal sealed class S3Requests(S3Location location, int connections, TimeSpan stallLimit) : IDisposable
{
    private readonly S3Errors _errors = new(location.Text, location.Bucket, stallLimit);
    private readonly SemaphoreSlim _turns = new(connections);

    /// <summary>The bucket.</summary>
    public S3Location Location => location;

    /// <summary>How long a request may go without a byte that moves.</summary>
    public TimeSpan StallLimit => stallLimit;

    /// <summary>Makes a request when it has its turn, and says what its error means.</summary>
    /// <param name="action">What it is for.</param>
    /// <param name="name">The object that it is about; empty for none.</param>
    /// <param name="request">Makes it, with the guard's token.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="StorageException">It failed.</exception>
    public async ValueTask<T> CallAsync<T>(S3Action action, string name, Func<StallGuard, Task<T>> request, CancellationToken cancellation)
    {
        await _turns.WaitAsync(cancellation).ConfigureAwait(false);
        using var guard = new StallGuard(stallLimit, cancellation);
        try
        {
            var answer = await request(guard).ConfigureAwait(false);
            _errors.HasAnswered = true;
            return answer;
        }
        catch (Exception error) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(error.Message, error, cancellation);
        }
        catch (Exception error)
        {
            throw Translate(error, guard.IsOver, action, name);
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>What an error means.</summary>
    /// <param name="error">The error.</param>
    /// <param name="hasStalled">Whether no byte has moved for too long.</param>
    /// <param name="action">What the request was for.</param>
    /// <param name="name">The object that it was about.</param>
    public StorageException Translate(Exception error, bool hasStalled, S3Action action, string name) => _errors.Translate(error, hasStalled, action, name);

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();
}
