using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Snapshots;

/// <summary>One saved path of a snapshot.</summary>
/// <param name="Path">The absolute path, in the system's bytes.</param>
/// <param name="Entry">What was there.</param>
internal sealed record SnapshotRoot(byte[] Path, TreeEntry Entry);
