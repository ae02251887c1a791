using System.Security.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Index;

/// <summary>
/// Merges small indexes into one at the end of a save, when there are many: each save writes one, and every later command reads all of them. What is merged
/// is deleted, where the store lets this writer do that, and left out by readers where not.
/// </summary>
/// <param name="repository">The repository, opened with a key that can write.</param>
/// <param name="sound">Indexes that agree with all their packs. Only what is true is signed again.</param>
internal sealed class IndexConsolidation(RepositoryAccess repository, IEnumerable<IndexSummary> sound)
{
    // A larger one is read in one request as it is.
    private const int LargestMerged = 4 * 1024 * 1024;

    /// <summary>Merges them, if that is worth it.</summary>
    /// <exception cref="StorageException">The store failed. What there was is as good as before.</exception>
    public void Run(CancellationToken cancellation)
    {
        var small = sound.Where(index => index.Size <= LargestMerged).DistinctBy(index => index.Name, StringComparer.Ordinal).OrderBy(index => index.Size).ToArray();
        var chosen = small[Consolidation.Choose([.. small.Select(index => index.Size)])];
        if (chosen.Length == 0)
            return;
        var packs = new Dictionary<string, StoredPack>(StringComparer.Ordinal);
        var replaced = new HashSet<string>(StringComparer.Ordinal);
        var size = 0L;
        foreach (var index in chosen.TakeWhile(index => (size += index.Size) <= LargestMerged))
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryRead(index.Name, cancellation) is not { } read)
                continue;
            foreach (var pack in read.Packs)
                packs.TryAdd(pack.Name, pack);
            replaced.UnionWith(index.Replaced.Append(index.Name));
        }

        var there = repository.List(ObjectName.Indexes, cancellation).Select(found => found.Name).Where(replaced.Contains).ToArray();
        if (there.Length < 2)
            return;
        var bytes = IndexObject.Encode(repository.Keys, there, packs.Values);
        repository.Store.Put(ObjectName.For(ObjectName.Indexes, SHA256.HashData(bytes)), bytes, cancellation);
        ReplacedObjects.Delete(repository, there, cancellation);
    }

    /// <summary>The indexes all of whose packs are in one that replaces them.</summary>
    public static IEnumerable<string> FindReplaced(IReadOnlyList<IndexSummary> sound)
    {
        var byName = sound.ToDictionary(index => index.Name, StringComparer.Ordinal);
        foreach (var index in sound.Where(index => index.Replaced.Count > 0))
        {
            var packs = index.Packs.ToHashSet(StringComparer.Ordinal);
            foreach (var name in index.Replaced.Where(name => name != index.Name && byName.TryGetValue(name, out var other) && other.Packs.All(packs.Contains)))
                yield return name;
        }
    }

    private StoredIndex? TryRead(string name, CancellationToken cancellation)
    {
        try
        {
            return IndexObject.Read(repository, name, cancellation);
        }
        catch (RekkordException error) when (error.MeansLoss || error.Kind == RekkordErrorKind.NotFound)
        {
            // Another writer has merged it meanwhile, or it is damaged, which the next command tells.
            return null;
        }
    }
}
