namespace Rekkord.Engine.Snapshots;

/// <summary>
/// Whether the signature of a snapshot counts. What no key of the repository signed has none of these: it is damage, and never listed.
/// </summary>
public enum SignerStatus
{
    /// <summary>A key of the repository signed it, which was not revoked, or was revoked later.</summary>
    Trusted,

    /// <summary>The key that signed it was revoked, and the snapshot is not among those that stay good.</summary>
    Revoked,
}
