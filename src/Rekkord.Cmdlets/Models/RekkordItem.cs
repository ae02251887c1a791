using Rekkord.Engine.Browsing;

namespace Rekkord.Cmdlets.Models;

/// <summary>
/// One file, directory or link in a snapshot. What takes time to make (the path, the mode as text, local times) is made when it is
/// asked for: a listing can have millions of these.
/// </summary>
public sealed class RekkordItem
{
    private readonly SnapshotItem _item;

    internal RekkordItem(SnapshotItem item, string snapshot)
    {
        _item = item;
        Snapshot = snapshot;
    }

    /// <summary>Its whole path, as it was saved. What is no UTF-8 is shown as <c>\xNN</c>.</summary>
    public string Path => _item.Path;

    /// <summary>Its name.</summary>
    public string Name => _item.Name;

    /// <summary>The path of the directory that holds it; empty for the root of a file system.</summary>
    public string Directory => _item.Directory;

    /// <summary>The end of its name from the last dot on; empty for directories, and for names that have none.</summary>
    public string Extension => Kind == RekkordItemKind.Directory ? "" : System.IO.Path.GetExtension(_item.Name);

    /// <summary>Its type.</summary>
    public RekkordItemKind Kind => (RekkordItemKind)_item.Kind;

    /// <summary>Size of a file in bytes; 0 for other types.</summary>
    public long Size => _item.Size;

    /// <summary>Type and permissions as <c>ls -l</c> shows them; for what was saved on Windows, attributes as <c>Get-ChildItem</c> shows them.</summary>
    public string Mode => ItemMode.Format(_item);

    /// <summary>The owner's name; its number where the name was not known; empty where there is none.</summary>
    public string UserName => _item.UserName ?? _item.UserId?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "";

    /// <summary>The group's name; its number where the name was not known; empty where there is none.</summary>
    public string GroupName => _item.GroupName ?? _item.GroupId?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "";

    /// <summary>The owner's number; null for what was saved on Windows.</summary>
    public long? UserId => _item.UserId;

    /// <summary>The group's number; null for what was saved on Windows.</summary>
    public long? GroupId => _item.GroupId;

    /// <summary>When its content was last changed.</summary>
    public DateTimeOffset ModifiedTime => _item.ModifiedTime.ToDateTimeOffset().ToLocalTime();

    /// <summary>When it was made, where that was known.</summary>
    public DateTimeOffset? CreatedTime => _item.CreatedTime?.ToDateTimeOffset().ToLocalTime();

    /// <summary>What a symbolic link points to; null for other types.</summary>
    public string? LinkTarget => _item.LinkTarget;

    /// <summary>Whether the file changed while it was saved, so that its content may mix two states.</summary>
    public bool ChangedWhileSaved => _item.ChangedWhileSaved;

    /// <summary>Whether its content could not be read when it was saved, and is not in the snapshot.</summary>
    public bool ContentMissing => _item.ContentMissing;

    /// <summary>The ID of the snapshot.</summary>
    public string Snapshot { get; }

    /// <summary>The path.</summary>
    public override string ToString() => Path;
}
