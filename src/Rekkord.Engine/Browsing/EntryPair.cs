using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Browsing;

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
