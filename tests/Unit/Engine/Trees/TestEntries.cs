using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Tests.Trees;

/// <summary>Entries to test with, made anew each time.</summary>
internal static class TestEntries
{
    /// <summary>One that has every field, which no real one does.</summary>
    public static TreeEntry Full() => new()
    {
        Name = [0x62, 0xff, 0x0a, 0x20],
        Metadata = new FileMetadata
        {
            Kind = FileKind.File,
            Mode = 0xfff,
            UserId = uint.MaxValue,
            GroupId = 0,
            UserName = "münchen",
            GroupName = "",
            ModifiedTime = new FileTime(-5, 123_456_789),
            CreatedTime = new FileTime(1L << 40, 1),
            WindowsAttributes = 0x20,
            SecurityDescriptor = [1, 0, 4, 0x80],
            ExtendedAttributes = [new("user.a"u8.ToArray(), []), new("user.b"u8.ToArray(), [0, 1, 255])],
        },
        Size = long.MaxValue,
        Chunks = TestRepository.RandomBytes(1, 2 * ChunkReference.EncodedLength),
        ChunkLists = TestRepository.RandomBytes(2, 3 * 32),
        DataRanges = [new ByteRange(0, 1), new ByteRange(4096, 0), new ByteRange(1L << 50, 77)],
        LinkTarget = "../target\xff"u8.ToArray(),
        HardLink = (ulong.MaxValue, 42),
        SpecialDevice = ulong.MaxValue,
        Flags = EntryFlags.Changed | EntryFlags.Unreadable,
    };

    /// <summary>One that has nothing but what every entry has.</summary>
    public static TreeEntry Plain(FileKind kind) => new()
    {
        Name = "n"u8.ToArray(),
        Metadata = new FileMetadata { Kind = kind, ModifiedTime = new FileTime(7, 0) },
    };
}
