using System.Diagnostics;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Snapshots;

/// <summary>
/// Many tags in few objects, so that a listing need not read each tag by itself. It is a faster way to the same: which tags there are, only the store's own
/// listing of them tells. Whatever of it is missing, damaged or false costs time only, because the tag itself is read then.
/// </summary>
internal sealed class Catalogue
{
    /// <summary>The largest object that is made or read, in bytes.</summary>
    public const int LargestObject = 16 * 1024 * 1024;

    // Whoever can store objects can store any number of false ones. So no more is read of them than this many, and this many bytes: a tag mostly has
    // less than 1 KiB.
    private const int MostObjects = 64;
    private const long BytesAtLeast = 1024 * 1024;
    private const long BytesForATag = 4096;

    // Where the tags lie on this machine, opening fewer than so many takes less than reading all of the catalogue.
    private const int WorthReadingHere = 64;

    private readonly Dictionary<string, (OpenedTag Tag, byte[]? Voucher)> _opened = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _copies = new(StringComparer.Ordinal);

    private Catalogue()
    {
    }

    /// <summary>Reads from it what it has of some tags. Needs a key that can list.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="revocations">Whose word does not count.</param>
    /// <param name="tags">The names of the tags.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static Catalogue Read(RepositoryAccess repository, RevocationList revocations, IReadOnlyCollection<string> tags, CancellationToken cancellation)
    {
        var catalogue = new Catalogue();
        if (tags.Count < (repository.Store.Capabilities.IsDistant ? Consolidation.Least : WorthReadingHere))
            return catalogue;
        if (TryList(repository, cancellation) is not { Count: > 0 } listed)
            return catalogue;
        var missing = tags.ToHashSet(StringComparer.Ordinal);
        using var opener = new RecordOpener(repository.Keys, repository.Keys.LogPrivateKey);
        foreach (var found in ReadObjects(repository, listed, tags.Count, cancellation))
        {
            catalogue.TryTake(found, opener, revocations, missing);
            if (missing.Count == 0)
                break;
        }

        return catalogue;
    }

    /// <summary>Reads objects, the largest first, without those that one before replaces, and within bounds. What cannot be read is left out.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="listed">The objects.</param>
    /// <param name="tags">For how many tags.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static IEnumerable<CatalogueObject> ReadObjects(RepositoryAccess repository, IReadOnlyList<ObjectInfo> listed, int tags, CancellationToken cancellation)
    {
        var replaced = new HashSet<string>(StringComparer.Ordinal);
        var (objects, bytes) = (MostObjects, BytesAtLeast + (BytesForATag * tags));
        var queue = new Queue<ObjectInfo>(listed.Where(found => found.Obstacle is null && found.Size <= LargestObject).OrderByDescending(found => found.Size).ThenBy(found => found.Name, StringComparer.Ordinal));
        var atOnce = repository.Store.Capabilities is { IsDistant: true, Connections: var connections } ? connections : 1;
        while (queue.Count > 0 && objects > 0 && bytes > 0)
        {
            var batch = new List<Task<CatalogueObject?>>();
            while (batch.Count < Math.Min(atOnce, objects) && queue.TryDequeue(out var next))
            {
                if (replaced.Contains(next.Name) || next.Size > bytes)
                    continue;
                bytes -= next.Size;
                batch.Add(atOnce == 1 ? Task.FromResult(TryRead(repository, next.Name, cancellation)) : Task.Run(() => TryRead(repository, next.Name, cancellation), CancellationToken.None));
            }

            objects -= batch.Count;
            foreach (var found in Task.WhenAll(batch).GetAwaiter().GetResult().OfType<CatalogueObject>().Where(found => !replaced.Contains(found.Name)))
            {
                replaced.UnionWith(found.Replaced);
                yield return found;
            }
        }
    }

    /// <summary>Whether it has anything of a tag.</summary>
    public bool Has(string tag) => _opened.ContainsKey(tag) || _copies.ContainsKey(tag);

    /// <summary>What a tag says, if a key that can read vouches for it; with the ID of its keyfile, null for the master key.</summary>
    public (OpenedTag Tag, byte[]? Voucher)? FindOpened(string tag) => _opened.TryGetValue(tag, out var found) ? found : null;

    /// <summary>A tag as it is stored; null when it is not in the catalogue.</summary>
    public ReadOnlyMemory<byte>? FindCopy(string tag) => _copies.TryGetValue(tag, out var copy) ? copy : default(ReadOnlyMemory<byte>?);

    private static List<ObjectInfo>? TryList(RepositoryAccess repository, CancellationToken cancellation)
    {
        try
        {
            return [.. repository.List(ObjectName.Catalogue, cancellation)];
        }
        catch (StorageException error)
        {
            // The tags tell the same.
            Debug.WriteLine(error.Message);
            return null;
        }
    }

    private static CatalogueObject? TryRead(RepositoryAccess repository, string name, CancellationToken cancellation)
    {
        try
        {
            return CatalogueObject.Parse(name, repository.Store.Read(name, LargestObject, cancellation));
        }
        catch (RekkordException)
        {
            // A scan tells of it.
            return null;
        }
    }

    private void TryTake(CatalogueObject found, RecordOpener opener, RevocationList revocations, HashSet<string> missing)
    {
        try
        {
            if (found.IsOpened)
                Take(found.Open(opener), revocations, missing);
            else
                Take(found.ReadCopies(), missing);
        }
        catch (DamagedObjectException error)
        {
            // What was taken before is right. A scan tells of the rest.
            Debug.WriteLine(error.Message);
        }
    }

    private void Take((IReadOnlyList<KeyValuePair<string, OpenedTag>> Tags, byte[]? KeyId) opened, RevocationList revocations, HashSet<string> missing)
    {
        if (opened.KeyId is { } voucher && !revocations.TrustsAll(Convert.ToHexStringLower(voucher)))
            return;
        foreach (var (name, tag) in opened.Tags)
        {
            if (missing.Remove(name))
                _opened[name] = (tag, opened.KeyId);
        }
    }

    private void Take(IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> copies, HashSet<string> missing)
    {
        foreach (var (name, bytes) in copies)
        {
            if (missing.Remove(name))
                _copies[name] = bytes;
        }
    }
}
