using System.Globalization;
using System.Management.Automation;
using System.Text;
using Rekkord.Cmdlets.Models;
using Rekkord.Engine.Browsing;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Cmdlets.Provider;

/// <summary>Something that a path of a drive leads to: all channels, a channel, a snapshot, or an entry of one.</summary>
/// <param name="name">Its name as it is written in a path.</param>
internal abstract class DriveItem(string name)
{
    /// <summary>Its name as it is written in a path.</summary>
    public string Name { get; } = name;

    /// <summary>Whether things may be in it.</summary>
    public virtual bool IsContainer => true;

    /// <summary>What is written of it.</summary>
    /// <param name="path">Its path in the drive.</param>
    public abstract object ToObject(string path);

    /// <summary>What it holds under a name as it is written; null when there is nothing.</summary>
    public abstract DriveItem? Find(string name);

    /// <summary>What it holds. Reading is done in the view's <see cref="RepositoryView.Read"/>.</summary>
    /// <param name="reader">Whoever reads.</param>
    /// <param name="failed">Told of what cannot be read.</param>
    public abstract IEnumerable<DriveItem> List(object reader, Action<RekkordException> failed);

    /// <summary>Opens the content.</summary>
    /// <exception cref="RekkordException">It has none (<c>ContentNotReadable</c>).</exception>
    public virtual Stream OpenContent() => throw NoContent(Name, "holds files and has no content. Get-ChildItem lists what is in it");

    private protected static RekkordException NoContent(string what, string reason) => new("ContentNotReadable", RekkordErrorKind.ReadError, $"'{what}' {reason}.", what);
}

/// <summary>All channels of a repository.</summary>
internal sealed class RepositoryItem(RepositoryView view) : DriveItem("")
{
    public override object ToObject(string path) => new RekkordChannel("", view.Snapshots);

    public override DriveItem? Find(string name) => Encoding.UTF8.GetString(DriveName.Decode(name)) is var channel
        && view.Snapshots.Any(snapshot => snapshot.Summary.Channel == channel) ? new ChannelItem(view, channel) : null;

    public override IEnumerable<DriveItem> List(object reader, Action<RekkordException> failed) => view
        .Read(reader, () => view.Snapshots)
        .Select(snapshot => snapshot.Summary.Channel)
        .Distinct()
        .Order(StringComparer.Ordinal)
        .Select(channel => new ChannelItem(view, channel));
}

/// <summary>The snapshots of a channel.</summary>
internal sealed class ChannelItem(RepositoryView view, string channel) : DriveItem(DriveName.Encode(channel))
{
    /// <summary>The name that leads to the newest snapshot, beside its own.</summary>
    public const string Latest = "latest";

    public override object ToObject(string path) => new RekkordChannel(channel, [.. Snapshots]);

    public override DriveItem? Find(string name)
    {
        if (name.Equals(Latest, StringComparison.OrdinalIgnoreCase))
            return new SnapshotFolder(view, view.FindNewest(channel), Latest);
        if (List().FirstOrDefault(snapshot => snapshot.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } named)
            return named;
        if (name.Length < SnapshotName.MinimumIdLength || !name.All(char.IsAsciiHexDigit))
            return null;
        var withId = Snapshots.Where(snapshot => snapshot.Id.ToString().StartsWith(name, StringComparison.OrdinalIgnoreCase)).DistinctBy(snapshot => snapshot.Id).ToArray();
        return withId switch
        {
            [] => null,
            [var only] => new SnapshotFolder(view, only, name),
            _ => throw new RekkordException(
                "SnapshotAmbiguous", RekkordErrorKind.InvalidArgument, $"The IDs of {withId.Length} snapshots of channel '{channel}' begin with '{name}'. Give more digits.", name),
        };
    }

    public override IEnumerable<DriveItem> List(object reader, Action<RekkordException> failed)
    {
        foreach (var snapshot in view.Read(reader, List))
            yield return snapshot;
        if (FindNewest(reader, failed) is { } newest)
            yield return newest;
    }

    /// <summary>The newest snapshot; null, and an error, where it cannot be told.</summary>
    private SnapshotFolder? FindNewest(object reader, Action<RekkordException> failed)
    {
        try
        {
            return view.Read(reader, () => new SnapshotFolder(view, view.FindNewest(channel), Latest));
        }
        catch (RekkordException error)
        {
            failed(error);
            return null;
        }
    }

    private IEnumerable<Snapshot> Snapshots => view.Snapshots.Where(snapshot => snapshot.Summary.Channel == channel);

    /// <summary>The snapshots by their times. Where two have the same, the beginning of the ID follows.</summary>
    private List<SnapshotFolder> List()
    {
        var named = Snapshots.ToLookup(snapshot => Name(snapshot.Summary.Time));
        return [.. named.SelectMany(same => same.Select(snapshot => new SnapshotFolder(view, snapshot, same.Count() == 1 ? same.Key : $"{same.Key}-{snapshot.Id.ToString()[..8]}")))];

        // In one time zone, so that a name is that of one snapshot at any time of the year.
        static string Name(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH-mm-ss.fff'Z'", CultureInfo.InvariantCulture);
    }
}

/// <summary>What is in a snapshot.</summary>
internal sealed class SnapshotFolder(RepositoryView view, Snapshot snapshot, string name) : DriveItem(name)
{
    /// <summary>Has a table of its own, with the name.</summary>
    private const string TypeName = "Rekkord.Cmdlets.Models.RekkordSnapshot#Drive";

    public override object ToObject(string path)
    {
        var item = new PSObject(new RekkordSnapshot(snapshot));
        item.TypeNames.Insert(0, TypeName);
        return item;
    }

    public override DriveItem? Find(string name) => view.Open(snapshot).Find(DriveName.Decode(name)) is { } node ? new EntryItem(view, node) : null;

    public override IEnumerable<DriveItem> List(object reader, Action<RekkordException> failed) =>
        view.List(view.Read(reader, () => view.Open(snapshot)), reader, failed).Select(node => new EntryItem(view, node));
}

/// <summary>A file or directory in a snapshot.</summary>
internal sealed class EntryItem(RepositoryView view, SnapshotNode node) : DriveItem(DriveName.Encode(node.Name.Span))
{
    public override bool IsContainer => node.IsDirectory;

    public override object ToObject(string path) => new RekkordDriveItem(node.Item, node.Snapshot.ToString(), path);

    public override DriveItem? Find(string name) => node.Find(DriveName.Decode(name)) is { } below ? new EntryItem(view, below) : null;

    public override IEnumerable<DriveItem> List(object reader, Action<RekkordException> failed) =>
        view.List(node, reader, failed).Select(below => new EntryItem(view, below));

    public override Stream OpenContent()
    {
        var item = node.Item;
        var reason = item.Kind == Engine.FileSystem.FileKind.SymbolicLink ? $"is a symbolic link to '{item.LinkTarget}'. Read what it points to"
            : node.IsDirectory ? "is a directory. Get-ChildItem lists what is in it"
            : item.Kind != Engine.FileSystem.FileKind.File ? $"is a {item.Kind}, which has no content"
            : item.ContentMissing ? "could not be read when it was saved, so its content is not in the snapshot. Look into another snapshot"
            : null;
        return reason is null ? view.OpenContent(node) : throw NoContent(item.Path, reason);
    }
}
