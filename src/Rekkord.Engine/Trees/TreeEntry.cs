using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Trees;

/// <summary>One entry of a stored directory: name, metadata, and where its content is.</summary>
internal sealed record TreeEntry
{
    public required byte[] Name { get; init; }

    public required FileMetadata Metadata { get; init; }

    /// <summary>Size of a regular file in bytes, holes included; 0 for other types.</summary>
    public long Size { get; init; }

    /// <summary>References (36 bytes each) to a file's data chunks, or to a directory's pages.</summary>
    public ReadOnlyMemory<byte> Chunks { get; init; }

    /// <summary>IDs (32 bytes each) of chunk list pages, for a file with too many chunks to name here.</summary>
    public ReadOnlyMemory<byte> ChunkLists { get; init; }

    /// <summary>The stretches of a sparse file that the chunks fill, in order; empty where the chunks are all of the file.</summary>
    public IReadOnlyList<ByteRange> DataRanges { get; init; } = [];

    /// <summary>Target text of a symbolic link.</summary>
    public byte[]? LinkTarget { get; init; }

    /// <summary>Device and inode number of a file with several names: entries with the same pair are one file.</summary>
    public (ulong Device, ulong Inode)? HardLink { get; init; }

    /// <summary>For device nodes: major in the upper, minor in the lower 32 bits.</summary>
    public ulong SpecialDevice { get; init; }

    public EntryFlags Flags { get; init; }

    public FileKind Kind => Metadata.Kind;

    /// <summary>Whether a file system can have such an entry: a hostile repository may claim others, and nothing is made of them.</summary>
    public bool IsRestorable => FileName.IsSafe(Name)
        && (Kind != FileKind.SymbolicLink || Flags.HasFlag(EntryFlags.Unreadable) || (LinkTarget is { Length: > 0 } target && !target.Contains((byte)0)));

    /// <summary>The references in <see cref="Chunks"/>.</summary>
    public IEnumerable<ChunkReference> ChunkReferences
    {
        get
        {
            for (var offset = 0; offset < Chunks.Length; offset += ChunkReference.EncodedLength)
                yield return ChunkReference.Decode(Chunks.Span[offset..]);
        }
    }

    /// <summary>The IDs in <see cref="ChunkLists"/>.</summary>
    public IEnumerable<Oid> ChunkListOids
    {
        get
        {
            for (var offset = 0; offset < ChunkLists.Length; offset += Oid.Length)
                yield return new Oid(ChunkLists.Span[offset..]);
        }
    }
}

/// <summary>What a reader must know of an entry's content. Stored; the values never change.</summary>
[Flags]
internal enum EntryFlags
{
    /// <summary>The content is whole.</summary>
    None = 0,

    /// <summary>The file changed while it was read: its content may mix two states.</summary>
    Changed = 1,

    /// <summary>The content could not be read, in part or at all.</summary>
    Unreadable = 2,
}

/// <summary>The keys of an entry's CBOR map. Stored; the values never change.</summary>
internal enum EntryField
{
    Name = 1,
    Kind = 2,
    Mode = 3,
    UserId = 4,
    GroupId = 5,
    UserName = 6,
    GroupName = 7,
    ModifiedSeconds = 8,
    ModifiedNanoseconds = 9,
    CreatedSeconds = 10,
    CreatedNanoseconds = 11,
    Size = 12,
    Chunks = 13,
    ChunkLists = 14,
    DataRanges = 15,
    LinkTarget = 16,
    HardLink = 17,
    ExtendedAttributes = 18,
    SpecialDevice = 19,
    WindowsAttributes = 20,
    SecurityDescriptor = 21,
    Flags = 22,
}
