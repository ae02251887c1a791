using Rekkord.Engine.Snapshots;

namespace Rekkord.Cmdlets.Models;

/// <summary>The snapshots of one channel, as a drive shows them.</summary>
public sealed class RekkordChannel
{
    internal RekkordChannel(string name, IReadOnlyList<Snapshot> snapshots)
    {
        Name = name;
        SnapshotCount = snapshots.Count;
        if (snapshots is not [.., var last])
            return;
        var newest = new RekkordSnapshot(last);
        (NewestTime, NewestStatus) = (newest.Time, newest.Status);
    }

    /// <summary>The name that the snapshots are filed under; empty for all snapshots of a repository.</summary>
    public string Name { get; }

    /// <summary>How many there are.</summary>
    public int SnapshotCount { get; }

    /// <summary>When the last of them was made; null when there are none.</summary>
    public DateTimeOffset? NewestTime { get; }

    /// <summary>Whether the last of them is good; null when there are none.</summary>
    public RekkordSnapshotStatus? NewestStatus { get; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
