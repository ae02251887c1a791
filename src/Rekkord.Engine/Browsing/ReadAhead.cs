using System.Collections.Concurrent;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Browsing;

/// <summary>
/// Lets a sequence be made on a thread of its own while another takes what it has made, so that reading and decoding do not wait for the
/// reader, and the reader does not wait for them. It is at most a few batches ahead.
/// </summary>
internal static class ReadAhead
{
    private const int BatchLength = 256;
    private const int BatchesAhead = 16;

    /// <summary>Runs a sequence.</summary>
    /// <param name="produce">Makes the sequence; enumerated on the other thread, with a token that ends it when no more is taken.</param>
    /// <param name="failed">Told of the errors, in their places, on the thread that takes.</param>
    /// <param name="cancellation">Ends both.</param>
    /// <returns>The results. An error that the sequence raises comes through it: a <see cref="RekkordException"/> to <paramref name="failed"/>, any other is raised.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IEnumerable<T> Run<T>(
        Func<CancellationToken, IEnumerable<Outcome<T>>> produce, Action<RekkordException> failed, CancellationToken cancellation)
        where T : class
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var batches = new BlockingCollection<List<Outcome<T>>>(BatchesAhead);
        var producer = Task.Factory.StartNew(
            () => Produce(produce, batches, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            foreach (var batch in batches.GetConsumingEnumerable(cancellation))
            {
                foreach (var (value, error) in batch)
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (error is not null)
                        failed(error);
                    else
                        yield return value!;
                }
            }

            producer.GetAwaiter().GetResult();
        }
        finally
        {
            stop.Cancel();

            // It reads from the repository, which may be closed next. Its error, if it has one, was raised above or interests nobody now.
            ((IAsyncResult)producer).AsyncWaitHandle.WaitOne();
            _ = producer.Exception;
        }
    }

    private static void Produce<T>(
        Func<CancellationToken, IEnumerable<Outcome<T>>> produce, BlockingCollection<List<Outcome<T>>> batches, CancellationToken stop)
        where T : class
    {
        try
        {
            var batch = new List<Outcome<T>>(1);
            foreach (var outcome in EndWithError(() => produce(stop)))
            {
                stop.ThrowIfCancellationRequested();
                batch.Add(outcome);
                if (batch.Count < batch.Capacity)
                    continue;

                // The first batches are short: whoever wants five entries shall not wait for more.
                batches.Add(batch, stop);
                batch = new List<Outcome<T>>(Math.Min(batch.Count * 4, BatchLength));
            }

            if (batch.Count > 0)
                batches.Add(batch, stop);
        }
        finally
        {
            batches.CompleteAdding();
        }
    }

    /// <summary>The sequence, with the error that ends it, if one does, as its last step.</summary>
    private static IEnumerable<Outcome<T>> EndWithError<T>(Func<IEnumerable<Outcome<T>>> produce)
        where T : class
    {
        IEnumerator<Outcome<T>>? steps = null;
        RekkordException? end = null;
        try
        {
            while (end is null)
            {
                try
                {
                    steps ??= produce().GetEnumerator();
                    if (!steps.MoveNext())
                        yield break;
                }
                catch (RekkordException error)
                {
                    end = error;
                }

                yield return end is null ? steps!.Current : end;
            }
        }
        finally
        {
            steps?.Dispose();
        }
    }
}

/// <summary>
/// One step of something that goes on after errors: a result, or what kept it from one. It is no value type: a collection of those is
/// compiled anew in each process.
/// </summary>
internal sealed record Outcome<T>(T? Value, RekkordException? Error)
    where T : class
{
    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(RekkordException error) => new(null, error);
}
