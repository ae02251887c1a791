using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Scanning;

/// <summary>Verifies the catalogue: that it says of each tag what the tag says itself. What is wrong with it costs listings time, or makes them show what is not so.</summary>
internal sealed class CatalogueScan
{
    private readonly RepositoryAccess _repository;
    private readonly RevocationList _revocations;
    private readonly Func<string, Snapshot?> _readTag;

    /// <summary>Prepares it.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="revocations">Whose word does not count.</param>
    /// <param name="readTag">What a tag says itself, by its name; null when it does not exist or cannot be read.</param>
    public CatalogueScan(RepositoryAccess repository, RevocationList revocations, Func<string, Snapshot?> readTag)
    {
        _repository = repository;
        _revocations = revocations;
        _readTag = readTag;
    }

    /// <summary>Objects that a sound one replaces: all that is in them is in that one, too.</summary>
    public HashSet<string> Replaced { get; } = new(StringComparer.Ordinal);

    /// <summary>Verifies objects.</summary>
    public void Run(IEnumerable<ObjectInfo> objects, ProblemList problems, CancellationToken cancellation)
    {
        var sound = new Dictionary<string, CatalogueObject>(StringComparer.Ordinal);
        foreach (var found in objects)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                sound[found.Name] = Verify(found.Name, cancellation);
            }
            catch (StorageException error) when (error.Kind == RekkordErrorKind.NotFound)
            {
                // A save has put it into a larger one meanwhile.
                continue;
            }
            catch (RekkordException error)
            {
                problems.Add(ProblemKind.CatalogueDamaged, found.Name, error, "Until it is put aside, listings may be slow or wrong. Run the scan with -Repair.");
            }
        }

        foreach (var one in sound.Values.Where(one => one.Replaced.Count > 0))
        {
            var tags = one.Tags.ToHashSet(StringComparer.Ordinal);
            Replaced.UnionWith(one.Replaced.Where(name => sound.TryGetValue(name, out var other) && other.Tags.All(tag => tags.Contains(tag) || _readTag(tag) is null)));
        }
    }

    /// <summary>Verifies an object.</summary>
    /// <exception cref="DamagedObjectException">It is damaged, false, or signed by a key whose word does not count.</exception>
    /// <exception cref="StorageException">There is none, or reading failed.</exception>
    public CatalogueObject Verify(string name, CancellationToken cancellation)
    {
        var found = CatalogueObject.Parse(name, _repository.Store.Read(name, FormatLimits.Record, cancellation));
        if (!found.IsOpened)
        {
            var right = found.ReadCopies().Count();
            return right == found.Tags.Count ? found : throw new DamagedObjectException(name, $"{found.Tags.Count - right} of the tags in it are others than it says.");
        }

        using var opener = new RecordOpener(_repository.Keys, _repository.Keys.LogPrivateKey);
        var (tags, keyId) = found.Open(opener);
        var signer = keyId is null ? "" : Convert.ToHexStringLower(keyId);
        if (!_revocations.TrustsAll(signer))
            throw new DamagedObjectException(name, $"it is signed by the key {signer}, which was revoked.");
        var records = new SnapshotRecords(_repository);
        foreach (var (tag, said) in tags)
        {
            if (_readTag(tag) is { } own && !AreSame(own, records.ReadTag(tag, said, cancellation)))
                throw new DamagedObjectException(name, $"it contradicts '{tag}', and {(signer.Length == 0 ? "the master key" : $"the keyfile {signer}")} signed it so.");
        }

        return found;
    }

    private static bool AreSame(Snapshot own, Snapshot said) => own.KeyId == said.KeyId && own.ObjectName == said.ObjectName && own.Describes(said);
}
