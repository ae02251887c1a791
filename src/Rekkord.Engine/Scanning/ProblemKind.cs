namespace Rekkord.Engine.Scanning;

/// <summary>What a scan found wrong.</summary>
public enum ProblemKind
{
    /// <summary>A pack has other bytes than were written.</summary>
    PackDamaged,

    /// <summary>A pack that an index names is gone.</summary>
    PackMissing,

    /// <summary>An index object has other bytes than were written, is not signed by a key of this repository, or says something else of a pack than that says itself.</summary>
    IndexDamaged,

    /// <summary>A tag has other bytes than were written, is not signed by a key of this repository, or says something else than its snapshot.</summary>
    TagDamaged,

    /// <summary>A snapshot has other bytes than were written, or is not signed by a key of this repository.</summary>
    SnapshotDamaged,

    /// <summary>A tag names a snapshot that is gone.</summary>
    SnapshotMissing,

    /// <summary>A snapshot has no tag, so that no listing shows it.</summary>
    TagMissing,

    /// <summary>A snapshot refers to content that no pack holds.</summary>
    ContentMissing,

    /// <summary>A snapshot describes something that no restore can make, such as a file whose chunks do not fill it.</summary>
    ContentInvalid,

    /// <summary>A snapshot or tag is signed by a key that was revoked, and is not among those that stay good.</summary>
    SignerRevoked,

    /// <summary>A revocation has other bytes than were written, or is not signed by the master key. Its key counts as revoked.</summary>
    RevocationDamaged,

    /// <summary>An object of the catalogue has other bytes than were written, says something else of a tag than that says itself, or is signed by a key whose word does not count.</summary>
    CatalogueDamaged,

    /// <summary>A record of removed snapshots has other bytes than were written, or is not signed by a key that may remove. It does not count.</summary>
    RemovalDamaged,

    /// <summary>A record of what is to be deleted has other bytes than were written, or is not signed by a key that may remove. It does not count.</summary>
    MarkDamaged,

    /// <summary>An object could not be read.</summary>
    Unreadable,

    /// <summary>A link, fifo, socket, device or directory stands in the place of an object or of a directory of objects. It was not opened.</summary>
    Obstructed,

    /// <summary>Somebody deleted an object that the store still keeps, such as a version in a bucket.</summary>
    Deleted,
}
