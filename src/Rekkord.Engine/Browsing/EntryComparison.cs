using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Browsing;

/// <summary>
/// Tells how two entries of the same path differ. Content that is stored in the same way is not read. What a copy of the
/// same file does not keep is left out: creation time and inode number. So is a directory's modification time, which follows
/// from what changed in it.
/// </summary>
internal static class EntryComparison
{
    private const string Content = "Content";

    /// <summary>Compares.</summary>
    /// <param name="old">What the reference has.</param>
    /// <param name="current">What the other snapshot has.</param>
    /// <param name="haveEqualBytes">Compares the content of two files that are stored in different ways.</param>
    /// <returns>How they differ, and in what; null when they are the same.</returns>
    public static (DifferenceKind Kind, IReadOnlyList<string> Properties)? Compare(
        TreeEntry? old, TreeEntry? current, Func<TreeEntry, TreeEntry, bool> haveEqualBytes)
    {
        if (old is null || current is null)
            return (old is null ? DifferenceKind.Added : DifferenceKind.Removed, []);
        if (old.Kind != current.Kind)
            return (DifferenceKind.TypeChanged, [nameof(SnapshotItem.Kind)]);
        string[] properties = [.. ContentChanges(old, current, haveEqualBytes), .. MetadataChanges(old.Metadata, current.Metadata), .. FlagChanges(old, current)];
        return properties switch
        {
            [] => null,
            [Content, ..] => (DifferenceKind.Modified, properties),
            _ => (DifferenceKind.MetadataChanged, properties),
        };
    }

    private static IEnumerable<string> ContentChanges(TreeEntry old, TreeEntry current, Func<TreeEntry, TreeEntry, bool> haveEqualBytes)
    {
        // What is in a directory is compared by itself.
        if (current.Kind == FileKind.Directory)
            yield break;
        var isSame = IsSame(old.LinkTarget, current.LinkTarget)
            && old.SpecialDevice == current.SpecialDevice
            && IsUnreadable(old) == IsUnreadable(current)
            && (ContentComparison.AreCutEqually(old, current) || (old.Size == current.Size && haveEqualBytes(old, current)));
        if (isSame)
            yield break;
        yield return Content;
        if (old.Size != current.Size)
            yield return nameof(SnapshotItem.Size);
        if (!IsSame(old.LinkTarget, current.LinkTarget))
            yield return nameof(SnapshotItem.LinkTarget);
    }

    private static IEnumerable<string> MetadataChanges(FileMetadata old, FileMetadata current)
    {
        if (old.Mode != current.Mode)
            yield return nameof(SnapshotItem.Mode);
        if (old.UserId != current.UserId)
            yield return nameof(SnapshotItem.UserId);
        if (old.UserName != current.UserName)
            yield return nameof(SnapshotItem.UserName);
        if (old.GroupId != current.GroupId)
            yield return nameof(SnapshotItem.GroupId);
        if (old.GroupName != current.GroupName)
            yield return nameof(SnapshotItem.GroupName);
        if (old.ModifiedTime != current.ModifiedTime && current.Kind != FileKind.Directory)
            yield return nameof(SnapshotItem.ModifiedTime);
        if (!IsSame(old.ExtendedAttributes, current.ExtendedAttributes))
            yield return nameof(FileMetadata.ExtendedAttributes);
        if (old.WindowsAttributes != current.WindowsAttributes)
            yield return "Attributes";
        if (!IsSame(old.SecurityDescriptor, current.SecurityDescriptor))
            yield return nameof(FileMetadata.SecurityDescriptor);
    }

    private static IEnumerable<string> FlagChanges(TreeEntry old, TreeEntry current)
    {
        if (IsUnreadable(old) != IsUnreadable(current))
            yield return nameof(SnapshotItem.ContentMissing);
        if (old.Flags.HasFlag(EntryFlags.Changed) != current.Flags.HasFlag(EntryFlags.Changed))
            yield return nameof(SnapshotItem.ChangedWhileSaved);
    }

    private static bool IsUnreadable(TreeEntry entry) => entry.Flags.HasFlag(EntryFlags.Unreadable);

    private static bool IsSame(byte[]? left, byte[]? right) =>
        left is null == right is null && left.AsSpan().SequenceEqual(right);

    private static bool IsSame(IReadOnlyList<ExtendedAttribute> left, IReadOnlyList<ExtendedAttribute> right) =>
        left.Count == right.Count && left.Zip(right).All(pair => IsSame(pair.First.Name, pair.Second.Name) && IsSame(pair.First.Value, pair.Second.Value));
}

/// <summary>What two snapshots have under one path; at least one has something.</summary>
/// <param name="Path">The path, when it is not that of the directory and the name.</param>
/// <param name="Old">What the reference has.</param>
/// <param name="New">What the other snapshot has.</param>
internal readonly record struct EntryPair(string? Path, TreeEntry? Old, TreeEntry? New)
{
    /// <summary>The directories among the two whose content may differ; null for both when there is nothing to compare in them.</summary>
    public (TreeEntry? Old, TreeEntry? New) Directories
    {
        get
        {
            var old = Old is { Kind: FileKind.Directory } ? Old : null;
            var current = New is { Kind: FileKind.Directory } ? New : null;
            return old is not null && current is not null && old.Chunks.Span.SequenceEqual(current.Chunks.Span) ? (null, null) : (old, current);
        }
    }

    /// <summary>The path below a directory, as displayed.</summary>
    public string PathBelow(string directory) => Path ?? SnapshotPath.Join(directory, FileName.ToDisplay((New ?? Old)!.Name));
}
