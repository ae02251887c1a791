using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Saving;

/// <summary>Describes what is saved of an entry.</summary>
internal static class SavedEntry
{
    /// <summary>An entry without its content, which is added where that is stored.</summary>
    /// <param name="name">The name that it gets.</param>
    /// <param name="metadata">What it has beside its content.</param>
    /// <param name="status">Its status when its content was read.</param>
    /// <param name="size">The size of a file.</param>
    /// <param name="chunks">References to a file's chunks, or to a directory's pages.</param>
    /// <param name="dataRanges">The stretches of a sparse file that the chunks fill; null where they are all of it.</param>
    /// <param name="linkTarget">What a symbolic link says.</param>
    /// <param name="flags">What a reader must know of the content.</param>
    public static TreeEntry Create(
        byte[] name,
        FileMetadata metadata,
        in FileStatus status,
        long size = 0,
        ReadOnlyMemory<byte> chunks = default,
        IReadOnlyList<ByteRange>? dataRanges = null,
        byte[]? linkTarget = null,
        EntryFlags flags = EntryFlags.None) => new()
        {
            Name = name,
            Metadata = metadata,
            Size = size,
            Chunks = chunks,
            DataRanges = dataRanges ?? [],
            LinkTarget = linkTarget,
            HardLink = LinkOf(status),
            SpecialDevice = status.Kind is FileKind.CharacterDevice or FileKind.BlockDevice ? status.SpecialDevice : 0,
            Flags = flags,
        };

    /// <summary>An entry of which only the status is known.</summary>
    public static EncodedEntry CreateUnreadable(SaveContext context, byte[] name, in FileStatus status)
    {
        var bytes = SaveContext.Encoder.Encode(new TreeEntry
        {
            Name = name,
            Metadata = context.Describe(status, [], null),
            Size = status.Kind == FileKind.File ? status.Size : 0,
            Flags = EntryFlags.Unreadable,
        });
        return new EncodedEntry(name, bytes, null);
    }

    /// <summary>What tells that an entry has several names: its device and inode, if the file system gives it a number at all.</summary>
    private static (ulong Device, ulong Inode)? LinkOf(in FileStatus status) =>
        status.Kind != FileKind.Directory && status.LinkCount > 1 && status.Inode != 0 ? (status.Device, status.Inode) : null;
}
