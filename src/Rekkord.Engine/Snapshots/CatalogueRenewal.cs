using System.Security.Cryptography;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Snapshots;

/// <summary>
/// Brings the catalogue up to date at the end of a save, when enough tags have come that are not in it. A key that can list puts in what tags say;
/// one that cannot copies them as they are. What a new object replaces is deleted, where the store lets this writer do that, and is skipped by readers
/// where not.
/// </summary>
/// <param name="repository">The repository, opened with a key that can write.</param>
/// <param name="snapshots">The snapshots of it; what it knows of tags already is not read again.</param>
internal sealed class CatalogueRenewal(RepositoryAccess repository, SnapshotStore snapshots)
{
    // A larger tag is read by itself. It is of a save of very many paths.
    private const int LargestCopy = 64 * 1024;

    // So many tags at most are read in one save, where a repository has many that nobody has put into the catalogue.
    private const int MostReads = 4096;

    /// <summary>Renews it, if that is worth it.</summary>
    /// <exception cref="StorageException">The store failed. What there was is as good as before.</exception>
    public void Run(CancellationToken cancellation)
    {
        var canList = repository.Keys.CanList;
        var tags = ListTags(canList, cancellation);
        if (tags.Count < Consolidation.Least)
            return;
        var listed = repository.List(ObjectName.Catalogue, cancellation).ToList();
        var objects = Catalogue.ReadObjects(repository, listed, tags.Count, cancellation).ToList();
        var covered = objects.Where(found => found.IsOpened || !canList).SelectMany(found => found.Tags).ToHashSet(StringComparer.Ordinal);
        var loose = tags.Where(tag => !covered.Contains(tag)).Take(MostReads).ToList();
        if (loose.Count < Consolidation.Least)
            return;
        var listedNames = listed.Select(found => found.Name).ToHashSet(StringComparer.Ordinal);
        var (bytes, replaced) = canList ? MergeOpened(objects, loose, tags, listedNames, cancellation) : MergeCopies(objects, loose, tags, listedNames, cancellation);
        if (bytes is null)
            return;
        repository.Store.Put(ObjectName.For(ObjectName.Catalogue, SHA256.HashData(bytes)), bytes, cancellation);
        ReplacedObjects.Delete(repository, replaced, cancellation);
    }

    /// <summary>The names of the tags that may be in the catalogue. What the listing of a save has just found is not listed again.</summary>
    private HashSet<string> ListTags(bool canList, CancellationToken cancellation) => canList && snapshots.Listed is { } listed
        ? [.. listed]
        : [.. repository.List(ObjectName.Tags, cancellation).Where(tag => tag.Obstacle is null && tag.Size <= LargestCopy).Select(tag => tag.Name)];

    /// <summary>
    /// Puts together what tags say. It is signed, so only what this keyfile has verified itself is in it, and what the master key or this keyfile
    /// vouched for before.
    /// </summary>
    private (byte[]? Bytes, IReadOnlyCollection<string> Replaced) MergeOpened(
        List<CatalogueObject> objects, List<string> loose, HashSet<string> tags, HashSet<string> listed, CancellationToken cancellation)
    {
        var entries = snapshots.OpenVerified(loose, cancellation);
        if (entries.Count < Consolidation.Least)
            return default;
        using var opener = new RecordOpener(repository.Keys, repository.Keys.LogPrivateKey);
        List<(CatalogueObject Object, IReadOnlyList<KeyValuePair<string, OpenedTag>> Tags)> own = [];
        foreach (var found in objects.Where(found => found.IsOpened).Reverse())
        {
            if (TryOpen(found, opener) is { } opened && snapshots.IsOwnWord(opened.KeyId))
                own.Add((found, opened.Tags));
        }

        var taken = own.Take(Consolidation.Count(entries.Count, own.Select(one => (long)one.Tags.Count))).ToArray();
        if (taken.Sum(one => (long)one.Object.Size) > Catalogue.LargestObject)
            taken = [];
        foreach (var (name, tag) in taken.SelectMany(one => one.Tags).Where(tag => tags.Contains(tag.Key)))
            entries.TryAdd(name, tag);

        // Copies of tags that are in it opened are of no use any more.
        var covered = objects.Where(found => found.IsOpened).SelectMany(found => found.Tags).Concat(entries.Keys).ToHashSet(StringComparer.Ordinal);
        var idle = objects.Where(found => !found.IsOpened && found.Tags.All(tag => covered.Contains(tag) || !tags.Contains(tag)));
        var replaced = FindReplaced(taken.Select(one => one.Object).Concat(idle), listed);
        return (CatalogueObject.EncodeOpened(repository, replaced, entries), replaced);
    }

    private (byte[]? Bytes, IReadOnlyCollection<string> Replaced) MergeCopies(
        List<CatalogueObject> objects, List<string> loose, HashSet<string> tags, HashSet<string> listed, CancellationToken cancellation)
    {
        var entries = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var name in loose)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryReadCopy(name, cancellation) is { } bytes)
                entries[name] = bytes;
        }

        if (entries.Count < Consolidation.Least)
            return default;
        var copies = objects.Where(found => !found.IsOpened).Reverse().ToArray();
        var taken = copies.Take(Consolidation.Count(entries.Count, copies.Select(found => (long)found.Tags.Count))).ToArray();
        if (taken.Sum(found => (long)found.Size) + entries.Values.Sum(bytes => (long)bytes.Length) > Catalogue.LargestObject)
            taken = [];
        foreach (var (name, bytes) in taken.SelectMany(TryReadCopies).Where(copy => tags.Contains(copy.Key)))
            entries.TryAdd(name, bytes);
        var replaced = FindReplaced(taken, listed);
        return (CatalogueObject.EncodeCopies(replaced, entries), replaced);
    }

    /// <summary>What is replaced by merging objects: these, and what they replaced and nobody has deleted.</summary>
    private static HashSet<string> FindReplaced(IEnumerable<CatalogueObject> merged, HashSet<string> listed) =>
        [.. merged.SelectMany(found => found.Replaced.Append(found.Name)).Where(listed.Contains)];

    private byte[]? TryReadCopy(string tag, CancellationToken cancellation)
    {
        try
        {
            var bytes = repository.Store.Read(tag, LargestCopy, cancellation);
            return SHA256.HashData(bytes).AsSpan().SequenceEqual(ObjectName.TryGetHash(tag)) ? bytes : null;
        }
        catch (RekkordException error) when (error.MeansLoss || error.Kind == RekkordErrorKind.NotFound)
        {
            // Whoever reads it by itself sees why.
            return null;
        }
    }

    private static List<KeyValuePair<string, ReadOnlyMemory<byte>>> TryReadCopies(CatalogueObject found)
    {
        try
        {
            return [.. found.ReadCopies()];
        }
        catch (DamagedObjectException)
        {
            // A false one, which a scan tells of: its tags are read again, one by one.
            return [];
        }
    }

    private static (IReadOnlyList<KeyValuePair<string, OpenedTag>> Tags, byte[]? KeyId)? TryOpen(CatalogueObject found, RecordOpener opener)
    {
        try
        {
            return found.Open(opener);
        }
        catch (DamagedObjectException)
        {
            return null;
        }
    }
}
