using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Repository;

namespace Rekkord.Cmdlets.Models;

/// <summary>A keyfile that was made.</summary>
public sealed class RekkordKey
{
    internal RekkordKey(KeyMaterial keys, string keyFile, bool hasPassphrase)
    {
        Id = Convert.ToHexStringLower(keys.KeyId);
        Role = keys.Role.ToString();
        KeyFile = keyFile;
        HasPassphrase = hasPassphrase;
        RepositoryId = Convert.ToHexStringLower(keys.RepositoryId);
        CreatedTime = (keys.CreatedTime ?? DateTimeOffset.Now).ToLocalTime();
    }

    /// <summary>Its ID: 32 hex digits. Snapshots that it signs show it as KeyId, and Revoke-RekkordKey takes it.</summary>
    public string Id { get; }

    /// <summary>What it can do: ReadWrite, WriteOnly, LogOnly or Prune.</summary>
    public string Role { get; }

    /// <summary>Where it is.</summary>
    public string KeyFile { get; }

    /// <summary>Whether it needs a passphrase to be used.</summary>
    public bool HasPassphrase { get; }

    /// <summary>The ID of the repository that it belongs to: 32 hex digits.</summary>
    public string RepositoryId { get; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedTime { get; }

    /// <summary>The ID.</summary>
    public override string ToString() => Id;
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
