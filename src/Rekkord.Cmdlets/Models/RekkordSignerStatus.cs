namespace Rekkord.Cmdlets.Models;

/// <summary>Whether the signature of a snapshot counts.</summary>
public enum RekkordSignerStatus
{
    /// <summary>The master key, or a keyfile made with it, signed it.</summary>
    Trusted,

    /// <summary>The keyfile that signed it was revoked, and it is not among the snapshots that stayed good.</summary>
    Revoked,
}
