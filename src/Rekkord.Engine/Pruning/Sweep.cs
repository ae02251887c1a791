using Rekkord.Engine.Progress;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

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
    private readonly Deletion _deletion = new(repository, progress);

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
        _deletion.Run(tags, cancellation);
        if (_deletion.Refused.Count == 0)
            _deletion.Run([.. leaving], cancellation);
        if (_deletion.Refused.Count == 0)
        {
            string[] packs = [.. census.Leaving.Select(pack => pack.Name)];
            var gone = census.Missing.Where(announced.Contains);
            new IndexRenewal(repository, census.IsTrue).Run(packs.Concat(gone).ToHashSet(StringComparer.Ordinal), cancellation);
            _deletion.Run(packs, cancellation);
        }

        _deletion.Tell(warn);
        return _deletion.Refused;
    }
}
