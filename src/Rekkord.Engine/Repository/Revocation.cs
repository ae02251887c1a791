using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Repository;

/// <summary>The master key's word that a keyfile's signature counts no more, except on what it had signed until then.</summary>
/// <param name="KeyId">The keyfile's ID, as 32 hex digits.</param>
/// <param name="Time">When it was revoked.</param>
/// <param name="Reason">Why, in the words of who did it; empty if they gave none.</param>
/// <param name="Snapshots">The IDs of its snapshots that stay good.</param>
public sealed record Revocation(string KeyId, DateTimeOffset Time, string Reason, IReadOnlySet<Oid> Snapshots)
{
    /// <summary>The hashes in the names of its tags that stay good. A tag can file an old snapshot anew, so the snapshot's ID alone says nothing of it.</summary>
    internal IReadOnlySet<Oid> Tags { get; init; } = new HashSet<Oid>();
}
