namespace Rekkord.Engine.Snapshots;

/// <summary>What a user writes to name a snapshot or a part of one: <c>name</c> or <c>name:path</c>.</summary>
/// <param name="Name">An ID, the beginning of one, or a channel.</param>
/// <param name="Path">A path within the snapshot; null for all of it.</param>
public sealed record SnapshotReference(string Name, string? Path)
{
    /// <summary>Takes a reference apart at its first colon.</summary>
    public static SnapshotReference Parse(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? new SnapshotReference(text, null) : new SnapshotReference(text[..colon], text[(colon + 1)..]);
    }
}
