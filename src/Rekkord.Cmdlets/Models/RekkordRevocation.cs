using Rekkord.Engine.Repository;

namespace Rekkord.Cmdlets.Models;

/// <summary>A keyfile whose signature counts no more.</summary>
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
