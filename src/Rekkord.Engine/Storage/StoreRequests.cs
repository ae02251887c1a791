namespace Rekkord.Engine.Storage;

/// <summary>What the errors of a server mean.</summary>
/// <typeparam name="TAction">What a request can be for.</typeparam>
internal interface IStoreErrors<in TAction>
{
    /// <summary>Whether the server has answered before. One that nobody listens at from the start is a wrong URL rather than a server that starts again.</summary>
    bool HasAnswered { get; set; }

    /// <summary>Says what an error means.</summary>
    /// <param name="error">What was raised.</param>
    /// <param name="hasStalled">Whether the request was ended because nothing moved.</param>
    /// <param name="action">What the request was for.</param>
    /// <param name="name">The object's name; empty where it is about none.</param>
    StorageException Translate(Exception error, bool hasStalled, TAction action, string name);
}

/// <summary>Makes the requests to a server, no more at once than it has connections, and says what their errors mean.</summary>
/// <typeparam name="TAction">What a request can be for.</typeparam>
/// <param name="errors">Knows what errors mean.</param>
/// <param name="connections">How many requests may be under way at once.</param>
/// <param name="stallLimit">How long one may go without a byte that moves.</param>
internal class StoreRequests<TAction>(IStoreErrors<TAction> errors, int connections, TimeSpan stallLimit) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(connections);

    /// <summary>How long a request may go without a byte that moves.</summary>
    public TimeSpan StallLimit => stallLimit;

    /// <summary>Makes a request when it has its turn, and says what its error means.</summary>
    /// <param name="action">What it is for.</param>
    /// <param name="name">The object that it is about; empty for none.</param>
    /// <param name="request">Makes it, with the guard's token.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="StorageException">It failed.</exception>
    public async ValueTask<T> CallAsync<T>(TAction action, string name, Func<StallGuard, Task<T>> request, CancellationToken cancellation)
    {
        await _turns.WaitAsync(cancellation).ConfigureAwait(false);
        using var guard = new StallGuard(stallLimit, cancellation);
        try
        {
            var answer = await request(guard).ConfigureAwait(false);
            errors.HasAnswered = true;
            return answer;
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            // Without the exception behind it, which may tell a secret.
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

    /// <inheritdoc cref="IStoreErrors{TAction}.Translate"/>
    public StorageException Translate(Exception error, bool hasStalled, TAction action, string name) => errors.Translate(error, hasStalled, action, name);

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();
}
