namespace Rekkord.Engine.Objects;

/// <summary>What an <see cref="OidTable{TEntry}"/> holds.</summary>
internal interface IOidEntry
{
    /// <summary>What it is found by; all zeros in a free slot.</summary>
    Oid Oid { get; }
}
