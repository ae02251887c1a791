using Rekkord.Engine.Browsing;

namespace Rekkord.Cmdlets.Models;

/// <summary>One version of what was saved under a path, and which snapshots have it.</summary>
public sealed class RekkordItemVersion
{
    private readonly RekkordItem _item;

    internal RekkordItemVersion(ItemVersion version)
    {
        _item = new RekkordItem(version.Item, version.Last.Id.ToString());
        LastTime = version.Last.Summary.Time.ToLocalTime();
        Channel = version.Last.Summary.Channel;
        FirstSnapshot = version.First.Id.ToString();
        FirstTime = version.First.Summary.Time.ToLocalTime();
        SnapshotCount = version.Snapshots;
    }

    /// <summary>Its whole path, as it was saved. Bytes that are not UTF-8 are shown as <c>\xNN</c>.</summary>
    public string Path => _item.Path;

    /// <summary>Its name.</summary>
    public string Name => _item.Name;

    /// <summary>The path of the directory that holds it.</summary>
    public string Directory => _item.Directory;

    /// <summary>Its type.</summary>
    public RekkordItemKind Kind => _item.Kind;

    /// <summary>Size of a file in bytes; 0 for other types.</summary>
    public long Size => _item.Size;

    /// <summary>When its content was last changed.</summary>
    public DateTimeOffset ModifiedTime => _item.ModifiedTime;

    /// <summary>Whether all of it was saved.</summary>
    public RekkordItemStatus Status => _item.Status;

    /// <summary>The ID of the last snapshot that has it.</summary>
    public string Snapshot => _item.Snapshot;

    /// <summary>When that was made.</summary>
    public DateTimeOffset LastTime { get; }

    /// <summary>The channel of that.</summary>
    public string Channel { get; }

    /// <summary>The ID of the first snapshot that has it.</summary>
    public string FirstSnapshot { get; }

    /// <summary>When that was made.</summary>
    public DateTimeOffset FirstTime { get; }

    /// <summary>How many snapshots have it.</summary>
    public int SnapshotCount { get; }

    /// <summary>The path.</summary>
    public override string ToString() => Path;
}
