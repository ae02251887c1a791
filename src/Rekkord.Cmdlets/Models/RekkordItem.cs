using Rekkord.Engine.Browsing;

namespace Rekkord.Cmdlets.Models;

/// <summary>
/// One file, directory or link in a snapshot. What takes time to make (the path, the mode as text, local times) is made when it is
/// asked for: a listing can have millions of these.
/// </summary>
public abstract class RekkordEntry
{
    private readonly SnapshotItem _item;

    private protected RekkordEntry(SnapshotItem item, string snapshot)
    {
        _item = item;
        Snapshot = snapshot;
    }

    /// <summary>Its name.</summary>
    public string Name => _item.Name;

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

    /// <summary>Whether all of it was saved.</summary>
    public RekkordItemStatus Status => ContentMissing ? RekkordItemStatus.Missing : ChangedWhileSaved ? RekkordItemStatus.Changed : RekkordItemStatus.Whole;

    /// <summary>The ID of the snapshot.</summary>
    public string Snapshot { get; }
}

/// <summary>An entry of a snapshot as Get-RekkordItem gives it.</summary>
public sealed class RekkordItem : RekkordEntry
{
    private readonly SnapshotItem _item;

    internal RekkordItem(SnapshotItem item, string snapshot)
        : base(item, snapshot) => _item = item;

    /// <summary>Its whole path, as it was saved. Bytes that are not UTF-8 are shown as <c>\xNN</c>.</summary>
    public string Path => _item.Path;

    /// <summary>The path of the directory that holds it; empty for the root of a file system.</summary>
    public string Directory => _item.Directory;

    /// <summary>The path.</summary>
    public override string ToString() => Path;
}

/// <summary>
/// An entry of a snapshot as a drive gives it. It has no Path: PowerShell's own commands would take that for a path of the file system, and
/// read what is there now.
/// </summary>
public sealed class RekkordDriveItem : RekkordEntry
{
    private readonly SnapshotItem _item;
    private readonly string _place;

    internal RekkordDriveItem(SnapshotItem item, string snapshot, string place)
        : base(item, snapshot) => (_item, _place) = (item, place);

    /// <summary>Its whole path, as it was saved. Bytes that are not UTF-8 are shown as <c>\xNN</c>.</summary>
    public string SavedPath => _item.Path;

    /// <summary>The path in the drive.</summary>
    public override string ToString() => _place;
}

/// <summary>Whether an entry of a snapshot was saved whole.</summary>
public enum RekkordItemStatus
{
    /// <summary>It was.</summary>
    Whole,

    /// <summary>It changed while it was saved, so that its content may mix two states.</summary>
    Changed,

    /// <summary>Its content could not be read, and is not in the snapshot.</summary>
    Missing,
}

/// <summary>The type of an entry of a snapshot.</summary>
public enum RekkordItemKind
{
    /// <summary>A regular file.</summary>
    File = 1,

    /// <summary>A directory.</summary>
    Directory = 2,

    /// <summary>A symbolic link.</summary>
    SymbolicLink = 3,

    /// <summary>A named pipe.</summary>
    Fifo = 4,

    /// <summary>A socket.</summary>
    Socket = 5,

    /// <summary>A character device.</summary>
    CharacterDevice = 6,

    /// <summary>A block device.</summary>
    BlockDevice = 7,
}

/// <summary>Type and permissions of an entry as ten letters (<c>-rw-r--r--</c>), or its Windows attributes as six (<c>d-r---</c>).</summary>
internal static class ItemMode
{
    private const uint SetUserId = 0x800;
    private const uint SetGroupId = 0x400;
    private const uint Sticky = 0x200;

    public static string Format(SnapshotItem item) => item.Mode is { } mode
        ? FormatUnix((RekkordItemKind)item.Kind, mode)
        : FormatWindows((RekkordItemKind)item.Kind, (FileAttributes)(item.WindowsAttributes ?? 0));

    private static string FormatUnix(RekkordItemKind kind, uint mode) => string.Create(10, (kind, mode), static (text, item) =>
    {
        text[0] = item.kind switch
        {
            RekkordItemKind.Directory => 'd',
            RekkordItemKind.SymbolicLink => 'l',
            RekkordItemKind.Fifo => 'p',
            RekkordItemKind.Socket => 's',
            RekkordItemKind.CharacterDevice => 'c',
            RekkordItemKind.BlockDevice => 'b',
            _ => '-',
        };
        for (var bit = 0; bit < 9; bit++)
            text[1 + bit] = (item.mode & (0x100u >> bit)) != 0 ? "rwx"[bit % 3] : '-';
        Overlay(text, 3, item.mode & SetUserId, 's');
        Overlay(text, 6, item.mode & SetGroupId, 's');
        Overlay(text, 9, item.mode & Sticky, 't');
    });

    /// <summary>A special bit takes the place of the execute bit; upper case says that it stands there alone.</summary>
    private static void Overlay(Span<char> text, int position, uint bit, char letter)
    {
        if (bit != 0)
            text[position] = text[position] == 'x' ? letter : char.ToUpperInvariant(letter);
    }

    private static string FormatWindows(RekkordItemKind kind, FileAttributes attributes)
    {
        var isLink = kind == RekkordItemKind.SymbolicLink;
        return new string(
        [
            isLink ? 'l' : kind == RekkordItemKind.Directory ? 'd' : '-',
            Letter(FileAttributes.Archive, 'a'),
            Letter(FileAttributes.ReadOnly, 'r'),
            Letter(FileAttributes.Hidden, 'h'),
            Letter(FileAttributes.System, 's'),
            !isLink && attributes.HasFlag(FileAttributes.ReparsePoint) ? 'l' : '-',
        ]);

        char Letter(FileAttributes bit, char letter) => attributes.HasFlag(bit) ? letter : '-';
    }
}
