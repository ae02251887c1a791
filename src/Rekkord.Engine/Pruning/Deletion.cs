using System.Collections.Concurrent;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Progress;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Workers;

namespace Rekkord.Engine.Pruning;

/// <summary>Deletes objects for a prune, and keeps what the store refuses. That something is gone already is no error.</summary>
/// <param name="repository">The repository, opened with a key that can write.</param>
/// <param name="progress">Counts what is deleted.</param>
internal sealed class Deletion(RepositoryAccess repository, StepProgress progress)
{
    private readonly ConcurrentDictionary<string, StorageException> _refused = new(StringComparer.Ordinal);

    /// <summary>What the store did not delete.</summary>
    public IReadOnlySet<string> Refused => _refused.Keys.ToHashSet(StringComparer.Ordinal);

    /// <summary>Tells of what the store did not delete.</summary>
    public void Tell(Action<string> warn)
    {
        if (_refused.Values.FirstOrDefault() is { } first)
            warn($"The store did not delete {_refused.Count} object(s). The next run tries again. {first.Message}");
    }

    /// <summary>Deletes objects, several at a time.</summary>
    /// <exception cref="StorageException">The store failed.</exception>
    public void Run(IReadOnlyCollection<string> names, CancellationToken cancellation) => Run(names, static () => false, cancellation);

    /// <summary>The same, and no further once the store has refused one.</summary>
    /// <exception cref="StorageException">The store failed.</exception>
    public void RunUntilRefused(IReadOnlyCollection<string> names, CancellationToken cancellation) => Run(names, () => !_refused.IsEmpty, cancellation);

    private void Run(IReadOnlyCollection<string> names, Func<bool> isEnough, CancellationToken cancellation)
    {
        var queue = new ConcurrentQueue<string>(names);
        using var threads = new WorkerThreads("delete", cancellation);
        var stop = threads.Cancellation;
        threads.Run(Enumerable.Repeat(Work, Math.Min(names.Count, repository.Store.Capabilities.Connections)));

        void Work()
        {
            while (!isEnough() && queue.TryDequeue(out var name))
            {
                stop.ThrowIfCancellationRequested();
                Delete(name, stop);
                progress.Advance();
            }
        }
    }

    private void Delete(string name, CancellationToken cancellation)
    {
        try
        {
            repository.Store.Delete(name, cancellation);
        }
        catch (StorageException error) when (error.Kind == RekkordErrorKind.NotFound)
        {
            // Another prune was faster.
            return;
        }
        catch (StorageException error) when (error.Kind == RekkordErrorKind.PermissionDenied)
        {
            _refused[name] = error;
        }
    }
}
