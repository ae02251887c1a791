using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Repository;

namespace Rekkord.Cmdlets.Models;

/// <summary>A keyfile.</summary>
public sealed class RekkordKey
{
    internal RekkordKey(KeyMaterial keys, string keyFile, bool hasPassphrase)
        : this(keys.Role, keyFile, hasPassphrase, keys.RepositoryId)
    {
        Id = Convert.ToHexStringLower(keys.KeyId);
        CreatedTime = keys.CreatedTime?.ToLocalTime();
    }

    internal RekkordKey(KeyFileHeading heading, string keyFile)
        : this(heading.Role, keyFile, hasPassphrase: true, heading.RepositoryId)
    {
    }

    private RekkordKey(KeyRole role, string keyFile, bool hasPassphrase, byte[] repositoryId)
    {
        Role = role.ToString();
        Permissions = [.. Enum.GetValues<KeyPermission>().Where(permission => role.Permits(permission)).Select(permission => permission.ToString())];
        KeyFile = keyFile;
        HasPassphrase = hasPassphrase;
        RepositoryId = Convert.ToHexStringLower(repositoryId);
    }

    /// <summary>Its ID: 32 hex digits. Snapshots that it signs show it as KeyId, and Revoke-RekkordKey takes it. Null while its passphrase is not known.</summary>
    public string? Id { get; }

    /// <summary>Master, ReadWrite, WriteOnly, LogOnly or Prune.</summary>
    public string Role { get; }

    /// <summary>What the role may do: Certify, Remove, Save, Read, List.</summary>
    public string[] Permissions { get; }

    /// <summary>Where it is.</summary>
    public string KeyFile { get; }

    /// <summary>Whether it needs a passphrase to be used.</summary>
    public bool HasPassphrase { get; }

    /// <summary>Until when its passphrase is kept in this session; null when it is not.</summary>
    public DateTimeOffset? UnlockedUntil { get; internal init; }

    /// <summary>Whether it was revoked in the repository that was looked at; null when none was.</summary>
    public bool? IsRevoked { get; internal init; }

    /// <summary>The ID of the repository that it belongs to: 32 hex digits.</summary>
    public string RepositoryId { get; }

    /// <summary>When the master key made it; null for the master keyfile, and while its passphrase is not known.</summary>
    public DateTimeOffset? CreatedTime { get; }

    /// <summary>The ID, or the path of a keyfile that is not open.</summary>
    public override string ToString() => Id ?? KeyFile;
}

/// <summary>A keyfile whose signature no longer counts.</summary>
public sealed class RekkordRevocation
{
    internal RekkordRevocation(Revocation revocation, string repository)
    {
        KeyId = revocation.KeyId;
        Time = revocation.Time.ToLocalTime();
        Reason = revocation.Reason;
        Snapshots = [.. revocation.Snapshots.Order().Select(id => id.ToString())];
        Repository = repository;
    }

    /// <summary>The keyfile's ID: 32 hex digits.</summary>
    public string KeyId { get; }

    /// <summary>When it was revoked.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>Why; empty if that was not said.</summary>
    public string Reason { get; }

    /// <summary>The IDs of its snapshots that stay good.</summary>
    public string[] Snapshots { get; }

    /// <summary>The repository.</summary>
    public string Repository { get; }

    /// <summary>The keyfile's ID.</summary>
    public override string ToString() => KeyId;
}
