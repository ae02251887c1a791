using System.Security.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Pruning;

/// <summary>Replaces indexes that name packs which are deleted by ones that do not.</summary>
/// <param name="repository">The repository, opened with a key that can write.</param>
/// <param name="isTrue">Whether what is said of a pack is what the pack says itself. Nothing else is signed again: such packs are asked themselves.</param>
internal sealed class IndexRenewal(RepositoryAccess repository, Predicate<StoredPack> isTrue)
{
    /// <summary>Replaces them.</summary>
    /// <param name="leaving">The names of the packs.</param>
    /// <param name="cancellation">Stops between indexes.</param>
    /// <exception cref="StorageException">The store failed.</exception>
    public void Run(IReadOnlySet<string> leaving, CancellationToken cancellation)
    {
        if (leaving.Count == 0)
            return;
        var listed = repository.List(ObjectName.Indexes, cancellation).Select(found => found.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var name in listed)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryRead(name, cancellation) is not { } index || !index.Packs.Any(pack => leaving.Contains(pack.Name)))
                continue;
            var staying = index.Packs.Where(pack => !leaving.Contains(pack.Name) && isTrue(pack)).ToArray();
            string[] replaced = [.. index.Replaced.Where(listed.Contains), name];
            if (staying.Length > 0)
            {
                var bytes = IndexObject.Encode(repository.Keys, replaced, staying);
                repository.Store.Put(ObjectName.For(ObjectName.Indexes, SHA256.HashData(bytes)), bytes, cancellation);
            }

            ReplacedObjects.Delete(repository, replaced, cancellation);
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
            // A save has merged it, or it is damaged, which a scan tells.
            return null;
        }
    }
}
