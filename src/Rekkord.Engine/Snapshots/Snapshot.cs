using Rekkord.Engine.Repository;

namespace Rekkord.Engine.Snapshots;

/// <summary>A snapshot as a listing gives it: its ID and what its tag says.</summary>
/// <param name="Id">Its object ID.</param>
/// <param name="Summary">What is told of it.</param>
/// <param name="ObjectName">The object that holds its record.</param>
/// <param name="TagName">The object that files it under its channel; empty when it has none.</param>
/// <param name="KeyId">The ID, in hex, of the keyfile that signed it; empty: the master key.</param>
public sealed record Snapshot(Oid Id, SnapshotSummary Summary, string ObjectName, string TagName, string KeyId)
{
    /// <summary>Whether the signature of that keyfile counts.</summary>
    public SignerStatus SignerStatus { get; init; }
}
