using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Tests.Trees;

/// <summary>Entries, pages and snapshot records: what is written is read again, and what is malformed is refused.</summary>
public sealed class TreeEntryTests
{
    private static readonly TreeEntry Everything = new()
    {
        Name = [0x62, 0xff, 0x20],
        Metadata = new FileMetadata
        {
            Kind = FileKind.File,
            Mode = 0xfff,
            UserId = uint.MaxValue,
            GroupId = 0,
            UserName = "ünï",
            GroupName = "",
            ModifiedTime = new FileTime(-5_000_000_000, 999_999_999),
            CreatedTime = new FileTime(long.MaxValue, 1),
            WindowsAttributes = 0x20,
            SecurityDescriptor = [1, 2, 3],
            ExtendedAttributes = [new ExtendedAttribute([1], []), new ExtendedAttribute("user.x"u8.ToArray(), new byte[300])],
        },
        Size = long.MaxValue,
        Chunks = new byte[3 * ChunkReference.EncodedLength],
        ChunkLists = new byte[64],
        DataRanges = [new ByteRange(0, 4096), new ByteRange(8192, 1)],
        LinkTarget = "target"u8.ToArray(),
        HardLink = (ulong.MaxValue, 7),
        SpecialDevice = ulong.MaxValue,
        Flags = EntryFlags.Changed | EntryFlags.Unreadable,
    };

    private static readonly TreeEntry Nothing = new()
    {
        Name = [1],
        Metadata = new FileMetadata { Kind = FileKind.Directory, ModifiedTime = new FileTime(0, 0) },
    };

    private readonly TreeEntryEncoder _encoder = new();

    [Fact]
    public void An_entry_with_everything_and_one_with_nothing_are_read_as_they_were_written()
    {
        foreach (var entry in new[] { Everything, Nothing })
        {
            var encoded = _encoder.Encode(entry);
            var decoded = TreeEntryDecoder.DecodeEntry(encoded);

            Assert.Equal(encoded, _encoder.Encode(decoded));
            Assert.Equal(entry.Name, decoded.Name);
            Assert.Equivalent(entry.Metadata, decoded.Metadata, strict: true);
            Assert.Equal(
                (entry.Size, entry.HardLink, entry.SpecialDevice, entry.Flags), (decoded.Size, decoded.HardLink, decoded.SpecialDevice, decoded.Flags));
            Assert.Equal(entry.Chunks.ToArray(), decoded.Chunks.ToArray());
            Assert.Equal(entry.ChunkLists.ToArray(), decoded.ChunkLists.ToArray());
            Assert.Equal(entry.DataRanges, decoded.DataRanges);
            Assert.Equal(entry.LinkTarget, decoded.LinkTarget);
        }
    }

    [Fact]
    public void The_place_of_the_chunks_is_told()
    {
        var encoded = _encoder.Encode(Everything with { Chunks = TestRepository.RandomBytes(1, 72) });

        Assert.Equal(TestRepository.RandomBytes(1, 72), encoded[_encoder.ChunksOffset..(_encoder.ChunksOffset + 72)]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(23)]
    [InlineData(24)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(70_000)]
    public void A_page_of_any_number_of_entries_is_read_as_it_was_written(int count)
    {
        var entry = _encoder.Encode(Nothing);
        var page = new byte[CborHead.ArrayLength(count) + (count * entry.Length)];
        var offset = CborHead.WriteArray(page, count);
        for (; offset < page.Length; offset += entry.Length)
            entry.CopyTo(page, offset);

        Assert.Equal(count, TreeEntryDecoder.DecodePage(page).Count);
    }

    [Fact]
    public void A_malformed_entry_is_refused_or_is_another_valid_one()
    {
        foreach (var bytes in Malformed.From(_encoder.Encode(Everything), 20_000))
            AssertRefusedOr(() => _encoder.Encode(TreeEntryDecoder.DecodeEntry(bytes)));
    }

    [Fact]
    public void An_entry_that_is_cut_off_or_followed_by_more_is_refused()
    {
        var encoded = _encoder.Encode(Everything);
        for (var length = 0; length < encoded.Length; length++)
            Assert.Throws<InvalidDataException>(() => TreeEntryDecoder.DecodeEntry(encoded.AsMemory(0, length)));
        Assert.Throws<InvalidDataException>(() => TreeEntryDecoder.DecodeEntry((byte[])[.. encoded, 0]));
    }

    [Fact]
    public void Values_that_no_writer_gives_are_refused()
    {
        Assert.Throws<InvalidDataException>(() => Decode(Everything with { Metadata = Everything.Metadata with { Kind = (FileKind)8 } }));
        Assert.Throws<InvalidDataException>(() => Decode(Everything with { Chunks = new byte[35] }));
        Assert.Throws<InvalidDataException>(() => Decode(Everything with { ChunkLists = new byte[33] }));
        Assert.Throws<InvalidDataException>(() => Decode(Everything with { DataRanges = [new ByteRange(10, 5), new ByteRange(14, 1)] }));
        Assert.Throws<InvalidDataException>(() => Decode(Everything with { DataRanges = [new ByteRange(10, -1)] }));
        Assert.Throws<InvalidDataException>(() => Decode(Everything with { DataRanges = [new ByteRange(long.MaxValue, 1)] }));
        Assert.Throws<InvalidDataException>(() => Decode(Everything with { Metadata = Everything.Metadata with { ModifiedTime = new FileTime(0, 1_000_000_000) } }));
        Assert.Throws<InvalidDataException>(() => TreeEntryDecoder.DecodePage(new byte[] { 0x9a, 0x7f, 0xff, 0xff, 0xff }));
    }

    [Fact]
    public void A_malformed_snapshot_or_tag_is_refused_or_is_another_valid_one()
    {
        var summary = new SnapshotSummary
        {
            Channel = "channel",
            Time = DateTimeOffset.UnixEpoch.AddDays(20_000),
            Paths = ["/a"u8.ToArray(), [0xff]],
            Hooks = [new HookRecord("hook", HookStatus.Failed, 3, TimeSpan.FromSeconds(1)), new HookRecord("other", HookStatus.Refused, null, TimeSpan.Zero)],
        };
        var record = SnapshotCodec.EncodeRecord(summary, [("/a"u8.ToArray(), _encoder.Encode(Nothing))]);
        var tag = SnapshotCodec.EncodeTag(new byte[32], new byte[32], summary);

        Assert.Equivalent(summary, SnapshotCodec.DecodeRecord(record).Summary, strict: true);
        Assert.Equivalent(summary, SnapshotCodec.DecodeTag(tag).Summary, strict: true);
        foreach (var bytes in Malformed.From(record, 10_000))
            AssertRefusedOr(() => SnapshotCodec.DecodeRecord(bytes));
        foreach (var bytes in Malformed.From(tag, 10_000))
            AssertRefusedOr(() => SnapshotCodec.DecodeTag(bytes));
    }

    private TreeEntry Decode(TreeEntry entry) => TreeEntryDecoder.DecodeEntry(_encoder.Encode(entry));

    private static void AssertRefusedOr(Action decode)
    {
        var error = Record.Exception(decode);
        Assert.True(error is null or InvalidDataException, $"It raised {error}");
    }
}
