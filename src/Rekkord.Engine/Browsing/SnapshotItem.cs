using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Browsing;

/// <summary>One entry of a snapshot, as a listing gives it. It holds nothing of the page that it was read from.</summary>
public sealed class SnapshotItem
{
    private readonly byte[]? _linkTarget;
    private readonly EntryFlags _flags;

    internal SnapshotItem(string directory, string name, TreeEntry entry)
    {
        var metadata = entry.Metadata;
        Directory = directory;
        Name = name;
        Kind = metadata.Kind;
        Size = entry.Size;
        Mode = metadata.Mode;
        WindowsAttributes = metadata.WindowsAttributes;
        UserId = metadata.UserId;
        GroupId = metadata.GroupId;
        UserName = metadata.UserName;
        GroupName = metadata.GroupName;
        ModifiedTime = metadata.ModifiedTime;
        CreatedTime = metadata.CreatedTime;
        _linkTarget = entry.LinkTarget;
        _flags = entry.Flags;
    }

    /// <summary>The directory that holds it, as displayed; empty for the root of a file system. Entries of one directory share the string.</summary>
    public string Directory { get; }

    /// <summary>Its name, as displayed.</summary>
    public string Name { get; }

    /// <summary>Its whole path, as displayed; put together anew each time.</summary>
    public string Path => SnapshotPath.Join(Directory, Name);

    /// <summary>Its type.</summary>
    public FileKind Kind { get; }

    /// <summary>Size of a regular file in bytes, holes included; 0 for other types.</summary>
    public long Size { get; }

    /// <summary>Permission bits with setuid, setgid and sticky (07777); null when saved on Windows.</summary>
    public uint? Mode { get; }

    /// <summary>FILE_ATTRIBUTE_* bits; null when not saved on Windows.</summary>
    public uint? WindowsAttributes { get; }

    /// <summary>Owning user's number; null when saved on Windows.</summary>
    public uint? UserId { get; }

    /// <summary>Owning group's number; null when saved on Windows.</summary>
    public uint? GroupId { get; }

    /// <summary>Owning user's name, where it was known.</summary>
    public string? UserName { get; }

    /// <summary>Owning group's name, where it was known.</summary>
    public string? GroupName { get; }

    /// <summary>Time of the last change of the content.</summary>
    public FileTime ModifiedTime { get; }

    /// <summary>Time of creation, where it was known.</summary>
    public FileTime? CreatedTime { get; }

    /// <summary>Target of a symbolic link, as displayed; null for other types.</summary>
    public string? LinkTarget => _linkTarget is null ? null : FileName.ToDisplay(_linkTarget);

    /// <summary>Whether the file changed while it was saved, so that its content may mix two states.</summary>
    public bool ChangedWhileSaved => (_flags & EntryFlags.Changed) != 0;

    /// <summary>Whether the content could not be read when it was saved, and is not in the snapshot.</summary>
    public bool ContentMissing => (_flags & EntryFlags.Unreadable) != 0;

    /// <summary>An entry as the item that a listing gives.</summary>
    internal static SnapshotItem Below(string directory, TreeEntry entry) => new(directory, FileName.ToDisplay(entry.Name), entry);

    /// <summary>A saved path, or what was found under a path, as the item that a listing gives.</summary>
    internal static SnapshotItem At(string path, TreeEntry entry)
    {
        var end = path.LastIndexOf('/');
        return end < 0 || end == path.Length - 1
            ? new SnapshotItem("", path, entry)
            : new SnapshotItem(path[..Math.Max(end, 1)], path[(end + 1)..], entry);
    }
}
