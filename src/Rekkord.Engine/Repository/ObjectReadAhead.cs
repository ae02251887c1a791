using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Repository;

/// <summary>
/// Reads objects one after another, with the next ones on their way meanwhile: as many as the store answers at once, and at least as many as
/// there are processors to open them.
/// </summary>
internal static class ObjectReadAhead
{
    /// <summary>Reads each of some objects.</summary>
    /// <param name="repository">Where they are.</param>
    /// <param name="objects">What to read, in the order in which it comes out.</param>
    /// <param name="read">Reads one, on any thread.</param>
    /// <param name="cancellation">Stops between two. What is under way then ends before this does, so that the store can be closed.</param>
    public static IEnumerable<ReadObject<TObject, TResult>> Each<TObject, TResult>(
        RepositoryAccess repository, IEnumerable<TObject> objects, Func<TObject, TResult> read, CancellationToken cancellation)
    {
        var atOnce = repository.Store.Capabilities is { IsDistant: true, Connections: var connections } ? Math.Max(connections, Environment.ProcessorCount) : Environment.ProcessorCount;
        var underWay = new Queue<Task<TResult>>();
        var waiting = new Queue<TObject>();
        try
        {
            foreach (var each in objects)
            {
                cancellation.ThrowIfCancellationRequested();
                waiting.Enqueue(each);
                underWay.Enqueue(Task.Run(() => read(each), CancellationToken.None));
                if (underWay.Count >= atOnce)
                    yield return Next();
            }

            while (underWay.Count > 0)
                yield return Next();
        }
        finally
        {
            ((Task)Task.WhenAll(underWay)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        }

        ReadObject<TObject, TResult> Next() => new(waiting.Dequeue(), underWay.Dequeue().GetAwaiter().GetResult);
    }
}

/// <summary>One object that is read.</summary>
/// <param name="Object">What was to be read.</param>
/// <param name="Result">Waits for it. Raises the <see cref="RekkordException"/> that reading it raised.</param>
internal sealed record ReadObject<TObject, TResult>(TObject Object, Func<TResult> Result);
