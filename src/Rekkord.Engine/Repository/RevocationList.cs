using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Repository;

/// <summary>The keys of a repository that were revoked, and which of their signatures still count.</summary>
internal sealed class RevocationList
{
    private readonly Dictionary<string, Revocation> _byKey = new(StringComparer.Ordinal);
    private bool _isUnknown;

    private RevocationList()
    {
    }

    /// <summary>
    /// The revocations that cannot be read. Their keys count as revoked, with nothing that stays good; where something else stands in the
    /// place of them all, so does every key but the master key.
    /// </summary>
    public List<RekkordException> Damaged { get; } = [];

    /// <summary>Reads all that there are.</summary>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    public static RevocationList Load(RepositoryAccess repository, CancellationToken cancellation)
    {
        var list = new RevocationList();
        foreach (var found in list.Find(repository, cancellation))
        {
            var keyId = found.Name[ObjectName.Revocations.Length..];
            try
            {
                list._byKey[keyId] = Read(repository, found.Name, cancellation);
            }
            catch (RekkordException error)
            {
                list.Damaged.Add(error);
                list._byKey[keyId] = new Revocation(keyId, default, "", new HashSet<Oid>());
            }
        }

        return list;
    }

    private IEnumerable<ObjectInfo> Find(RepositoryAccess repository, CancellationToken cancellation)
    {
        try
        {
            return repository.List(ObjectName.Revocations, cancellation);
        }
        catch (StorageException error) when (error.ErrorId == StorageException.ObstructedId)
        {
            Damaged.Add(error);
            _isUnknown = true;
            return [];
        }
    }

    /// <summary>The revocation of a key; null when it has none.</summary>
    /// <exception cref="DamagedObjectException">There is one, and it cannot be read.</exception>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    public static Revocation? Find(RepositoryAccess repository, byte[] keyId, CancellationToken cancellation)
    {
        try
        {
            return Read(repository, ObjectName.ForRevocation(keyId), cancellation);
        }
        catch (StorageException error) when (error.ErrorId == "ObjectNotFound")
        {
            return null;
        }
    }

    /// <summary>Those that can be read, oldest first.</summary>
    public IReadOnlyList<Revocation> Readable => [.. _byKey.Values.Where(revocation => revocation.Time != default).OrderBy(revocation => revocation.Time)];

    /// <summary>Whether a key was revoked, whatever of its signatures stays good.</summary>
    /// <param name="keyId">The key's ID in hex; empty for the master key.</param>
    public bool IsRevoked(string keyId) => _byKey.ContainsKey(keyId);

    /// <summary>Whether whatever a key signed counts.</summary>
    /// <param name="keyId">The key's ID in hex; empty for the master key.</param>
    public bool TrustsAll(string keyId) => !IsRevoked(keyId) && IsNeverRevoked(keyId);

    /// <summary>Whether a key's signature on a snapshot counts.</summary>
    /// <param name="keyId">The key's ID in hex; empty for the master key.</param>
    /// <param name="snapshot">The snapshot's ID.</param>
    public bool TrustsSnapshot(string keyId, Oid snapshot) =>
        !_byKey.TryGetValue(keyId, out var revocation) ? IsNeverRevoked(keyId) : revocation.Snapshots.Contains(snapshot);

    /// <summary>Whether a key's signature on a tag counts.</summary>
    /// <param name="keyId">The key's ID in hex; empty for the master key.</param>
    /// <param name="tag">The tag's name.</param>
    public bool TrustsTag(string keyId, string tag) =>
        !_byKey.TryGetValue(keyId, out var revocation) ? IsNeverRevoked(keyId) : revocation.Tags.Contains(new Oid(ObjectName.TryGetHash(tag)));

    /// <summary>Whether a key's signature on the removal of snapshots counts.</summary>
    /// <param name="keyId">The key's ID in hex; empty for the master key.</param>
    /// <param name="removal">The removal's name.</param>
    public bool TrustsRemoval(string keyId, string removal) =>
        !_byKey.TryGetValue(keyId, out var revocation) ? IsNeverRevoked(keyId) : revocation.Removals.Contains(new Oid(ObjectName.TryGetHash(removal)));

    private bool IsNeverRevoked(string keyId) => keyId.Length == 0 || !_isUnknown;

    private static Revocation Read(RepositoryAccess repository, string name, CancellationToken cancellation) =>
        RevocationCodec.Decode(repository.Store.Read(name, FormatLimits.Record, cancellation), name, repository.Keys);
}
