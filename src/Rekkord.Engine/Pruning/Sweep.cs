using System.Collections.Concurrent;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Progress;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Workers;

namespace Rekkord.Engine.Pruning;

/// <summary>
/// Deletes what was announced: tags, then snapshots, then what indexes say of packs, and the packs last. So whatever is still there finds what it refers to,
/// wherever this is stopped.
/// </summary>
/// <param name="repository">The repository, opened with a key that can write.</param>
/// <param name="census">Which packs leave.</param>
/// <param name="warn">Is told of what the store does not delete.</param>
/// <param name="progress">Counts what is deleted.</param>
internal sealed class Sweep(RepositoryAccess repository, PackCensus census, Action<string> warn, StepProgress progress)
{
    private readonly ConcurrentDictionary<string, StorageException> _refused = new(StringComparer.Ordinal);

    /// <summary>Deletes.</summary>
    /// <param name="leaving">The snapshots.</param>
    /// <param name="tags">Their tags.</param>
    /// <param name="announced">The packs in all sweeps, by name.</param>
    /// <param name="cancellation">Stops between objects. The next run goes on.</param>
    /// <returns>What the store refused to delete.</returns>
    /// <exception cref="StorageException">The store failed.</exception>
    public IReadOnlySet<string> Run(IReadOnlySet<string> leaving, IReadOnlyCollection<string> tags, IReadOnlySet<string> announced, CancellationToken cancellation)
    {
        progress.Begin("Deleting", "objects", tags.Count + leaving.Count + census.Leaving.Count);
        Delete(tags, cancellation);
        if (_refused.IsEmpty)
            Delete([.. leaving], cancellation);
        if (_refused.IsEmpty)
        {
            string[] packs = [.. census.Leaving.Select(pack => pack.Name)];
            var gone = census.Missing.Where(announced.Contains);
            new IndexRenewal(repository, census.IsTrue).Run(packs.Concat(gone).ToHashSet(StringComparer.Ordinal), cancellation);
            Delete(packs, cancellation);
        }

        if (_refused.Values.FirstOrDefault() is { } first)
            warn($"The store did not delete {_refused.Count} object(s). The next run tries again. {first.Message}");
        return _refused.Keys.ToHashSet(StringComparer.Ordinal);
    }

    private void Delete(IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        var queue = new ConcurrentQueue<string>(names);
        using var threads = new WorkerThreads("sweep", cancellation);
        var stop = threads.Cancellation;
        threads.Run(Enumerable.Repeat(Work, Math.Min(names.Count, repository.Store.Capabilities.Connections)));

        void Work()
        {
            while (queue.TryDequeue(out var name))
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
