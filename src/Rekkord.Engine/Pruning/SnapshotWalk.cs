using Rekkord.Engine.Errors;
using Rekkord.Engine.Index;
using Rekkord.Engine.Progress;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Pruning;

/// <summary>Walks all snapshots of a repository, and later those that have come since, or whose fate has changed for the better.</summary>
/// <param name="repository">The repository.</param>
/// <param name="warn">Is told of what costs no snapshot anything.</param>
/// <param name="progress">Counts the snapshots.</param>
internal sealed class SnapshotWalk(RepositoryAccess repository, Action<string> warn, StepProgress progress)
{
    private readonly Dictionary<string, SnapshotFate> _fates = new(StringComparer.Ordinal);

    /// <summary>What the snapshots need.</summary>
    public NeededBlobs Needed { get; } = new();

    /// <summary>What became of the snapshots that were walked, by the names of their objects.</summary>
    public IReadOnlyDictionary<string, SnapshotFate> Fates => _fates;

    /// <summary>Walks the snapshots that were not walked yet, and those that need more than was known.</summary>
    /// <param name="names">The names of all snapshots.</param>
    /// <param name="fateOf">What becomes of each.</param>
    /// <param name="cancellation">Stops between pages.</param>
    /// <returns>How many were walked.</returns>
    /// <exception cref="RekkordException">What a snapshot that stays needs cannot be found out (<c>PruneRefused</c>).</exception>
    public int Run(IEnumerable<string> names, Func<string, SnapshotFate> fateOf, CancellationToken cancellation)
    {
        var due = names.Select(name => (Name: name, Fate: fateOf(name))).Where(one => !_fates.TryGetValue(one.Name, out var known) || one.Fate < known).OrderBy(one => one.Fate).ToArray();
        if (due.Length == 0)
            return 0;
        progress.Begin("Finding out what snapshots need", "snapshots", due.Length);
        var records = new SnapshotRecords(repository);
        using var blobs = BlobReader.Open(repository, metadataOnly: true, warn, warn, cancellation);
        foreach (var (name, fate) in due)
        {
            cancellation.ThrowIfCancellationRequested();
            Walk(name, fate, records, blobs, cancellation);
            _fates[name] = fate;
            progress.Advance();
        }

        return due.Length;
    }

    private void Walk(string name, SnapshotFate fate, SnapshotRecords records, BlobReader blobs, CancellationToken cancellation)
    {
        IReadOnlyList<SnapshotRoot> roots;
        try
        {
            roots = records.Read(name, cancellation).Roots;
        }
        catch (RekkordException error) when (error.Kind == RekkordErrorKind.NotFound)
        {
            // Its save has withdrawn it, or another prune has deleted it.
            return;
        }
        catch (RekkordException error)
        {
            Fail(name, fate, error);
            return;
        }

        Needed.Walk(fate, roots, blobs, error => Fail(name, fate, error), cancellation);
    }

    /// <summary>Goes on only where nothing that stays can depend on it.</summary>
    private void Fail(string name, SnapshotFate fate, RekkordException error)
    {
        if (fate == SnapshotFate.Live || !(error.MeansLoss || error.Kind == RekkordErrorKind.NotFound))
        {
            throw new RekkordException(
                "PruneRefused",
                error.Kind,
                $"Nothing was deleted, because it is not known what the snapshot '{name}' needs: {error.Message} {(error.MeansLoss ? "Run Invoke-RekkordScan -Repair. If the snapshot stays damaged, remove it with Remove-RekkordSnapshot." : "Try again.")}",
                name,
                error);
        }

        // Of one that is deleted, a prune that was stopped may have deleted a part already.
        if (fate == SnapshotFate.Removed)
            warn($"The removed snapshot '{name}' is damaged, and what only it needs may be deleted: {error.Message}");
    }
}
