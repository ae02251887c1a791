using System.Collections.Concurrent;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Workers;

namespace Rekkord.Engine.Protecting;

/// <summary>
/// Prolongs the retention of all that a repository has, so that what a save relies on is kept as long as what it stores. An object is asked for again when
/// half of its time may be over. Which ones that are is kept on this machine. Without that, all are.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="cacheDirectory">A directory to use instead of the user's; null for the user's.</param>
internal sealed class RetentionExtension(RepositoryAccess repository, string? cacheDirectory)
{
    private static readonly string[] Kept = [ObjectName.Packs, ObjectName.Indexes, ObjectName.Snapshots, ObjectName.Tags, ObjectName.Removals, ObjectName.Revocations];

    /// <summary>Prolongs it; does nothing in a repository that is used without.</summary>
    /// <param name="all">Whether it is done for every object, whatever is known.</param>
    /// <param name="cancellation">Stops between objects.</param>
    /// <exception cref="RekkordException">The store keeps nothing (<c>RetentionUnsupported</c>), or refused.</exception>
    public void Run(bool all, CancellationToken cancellation)
    {
        if (repository.RetainDuration is not { } duration)
            return;
        var now = DateTimeOffset.UtcNow;
        var record = RetentionRecord.Load(repository.Id, repository.Location, cacheDirectory);
        var isDue = all || record.Until < now + (duration / 2);
        var found = Kept.SelectMany(folder => repository.Store.List(folder, cancellation)).Where(entry => entry.Obstacle is null && ObjectName.IsWellFormed(entry.Name)).ToList();

        // What was stored since, and in the same second, may have been stored by a machine that asks for no retention.
        List<string> names = [.. found.Where(entry => isDue || entry.ModifiedTime >= record.Newest).Select(entry => entry.Name)];
        if (isDue)
            names.Add(ObjectName.Descriptor);
        Retain(names, now + duration, cancellation);
        new RetentionRecord(found.Select(entry => entry.ModifiedTime).DefaultIfEmpty(DateTimeOffset.MinValue).Max(), isDue ? now + duration : record.Until)
            .Save(repository.Id, repository.Location, cacheDirectory);
    }

    private void Retain(List<string> names, DateTimeOffset until, CancellationToken cancellation)
    {
        var queue = new ConcurrentQueue<string>(names);
        using var threads = new WorkerThreads("retain", cancellation);
        var stop = threads.Cancellation;
        threads.Run(Enumerable.Repeat(Work, Math.Min(names.Count, repository.Store.Capabilities.Connections)));

        void Work()
        {
            while (queue.TryDequeue(out var name))
            {
                stop.ThrowIfCancellationRequested();
                try
                {
                    repository.Store.Retain(name, until, stop);
                }
                catch (StorageException error) when (error.Kind == RekkordErrorKind.NotFound)
                {
                    // A repair has set it aside meanwhile.
                    continue;
                }
            }
        }
    }
}
