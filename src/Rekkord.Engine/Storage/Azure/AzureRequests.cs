namespace Rekkord.Engine.Storage.Azure;

/// <summary>Makes the requests to a container, no more at once than it has connections, and says what their errors mean.</summary>
/// <param name="location">The container.</param>
/// <param name="options">How it is reached.</param>
/// <param name="connections">How many requests may be under way at once.</param>
/// <param name="stallLimit">How long one may go without a byte that moves.</param>
internal sealed class AzureRequests(AzureLocation location, AzureOptions options, int connections, TimeSpan stallLimit) : IDisposable
{
    private readonly AzureErrors _errors = new(location, options, stallLimit);
    private readonly SemaphoreSlim _turns = new(connections);

    /// <summary>How long a request may go without a byte that moves.</summary>
    public TimeSpan StallLimit => stallLimit;

    /// <summary>Makes a request when it has its turn, and says what its error means.</summary>
    /// <param name="action">What it is for.</param>
    /// <param name="name">The object that it is about; empty for none.</param>
    /// <param name="request">Makes it, with the guard's token.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="StorageException">It failed.</exception>
    public async ValueTask<T> CallAsync<T>(AzureAction action, string name, Func<StallGuard, Task<T>> request, CancellationToken cancellation)
    {
        await _turns.WaitAsync(cancellation).ConfigureAwait(false);
        using var guard = new StallGuard(stallLimit, cancellation);
        try
        {
            var answer = await request(guard).ConfigureAwait(false);
            _errors.HasAnswered = true;
            return answer;
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
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
    public StorageException Translate(Exception error, bool hasStalled, AzureAction action, string name) => _errors.Translate(error, hasStalled, action, name);

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();
}
