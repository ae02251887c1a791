using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Tests.Trees;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Tests.Snapshots;

/// <summary>Records are signed, but a key of the repository may be in wrong hands: parsing stands any bytes.</summary>
public sealed class SnapshotCodecTests
{
    private const int AllocationBound = 1024 * 1024;

    private static readonly byte[] SnapshotRecord = SnapshotCodec.EncodeRecord(
        TestSummaries.Full(), [("/a"u8.ToArray(), new TreeEntryEncoder().Encode(TestEntries.Full()))]);

    private static readonly byte[] Tag = SnapshotCodec.EncodeTag(new byte[32], new byte[32], TestSummaries.Full());

    [Fact]
    public void Equal_records_have_equal_bytes()
    {
        Assert.Equal(
            SnapshotRecord, SnapshotCodec.EncodeRecord(TestSummaries.Full(), [("/a"u8.ToArray(), new TreeEntryEncoder().Encode(TestEntries.Full()))]));
        Assert.Equal(Tag, SnapshotCodec.EncodeTag(new byte[32], new byte[32], TestSummaries.Full()));
    }

    [Fact]
    public void A_record_that_is_cut_off_anywhere_is_refused()
    {
        Assert.All(Mutations.Truncations(SnapshotRecord), cut => Assert.Throws<InvalidDataException>(() => SnapshotCodec.DecodeRecord(cut)));
        Assert.All(Mutations.Truncations(Tag), cut => Assert.Throws<InvalidDataException>(() => SnapshotCodec.DecodeTag(cut)));
    }

    [Fact]
    public void Control_characters_in_texts_are_shown_and_not_obeyed()
    {
        var summary = TestSummaries.Full() with { Channel = "a\u001b[2J", HostName = "b\n", UserName = "c\u009b", Hooks = [new HookRecord("d\a", HookStatus.Succeeded, 0, default)] };

        var read = SnapshotCodec.DecodeTag(SnapshotCodec.EncodeTag(new byte[32], new byte[32], summary)).Summary;

        Assert.Equal(["a\\x1b[2J", "b\\x0a", "c\\xc2\\x9b", "d\\x07"], [read.Channel, read.HostName, read.UserName, read.Hooks[0].Name]);
    }

    [Theory]
    [InlineData("v2", "release")]
    [InlineData("v2", "v2")]
    [InlineData("")]
    [InlineData(" v2")]
    [InlineData("a,b")]
    [InlineData("v*")]
    [InlineData("a\u001b[2J")]
    [InlineData("a\u2028b")]
    public void Tags_that_no_save_writes_are_refused(params string[] tags) => AssertRefused(TestSummaries.Full() with { Tags = tags });

    [Fact]
    public void More_or_longer_tags_and_notes_than_a_save_writes_are_refused()
    {
        var most = Enumerable.Range(10, SnapshotLabels.MostTags).Select(number => $"tag {number}");
        AssertRead(TestSummaries.Full() with { Tags = [.. most], Note = new string('n', SnapshotLabels.MaximumNoteLength) });
        AssertRead(TestSummaries.Full() with { Tags = [new string('t', SnapshotLabels.MaximumTagLength)], Note = "" });

        AssertRefused(TestSummaries.Full() with { Tags = [.. most, "tag 99"] });
        AssertRefused(TestSummaries.Full() with { Tags = [new string('t', SnapshotLabels.MaximumTagLength + 1)] });
        AssertRefused(TestSummaries.Full() with { Tags = [new string('ü', 33)] });
        AssertRefused(TestSummaries.Full() with { Note = new string('n', SnapshotLabels.MaximumNoteLength + 1) });
        AssertRefused(TestSummaries.Full() with { Note = "two\nlines" });
    }

    [Fact]
    public void Tags_are_stored_in_the_order_of_their_bytes_and_each_once()
    {
        Assert.Equal(["V2", "release", "v2", "\uffee", "\U0001f600"], SnapshotLabels.Order(["v2", "\U0001f600", "release", "\uffee", "V2", "v2"]));
        Assert.Equal(["a", "b c"], SnapshotLabels.Parse(" b c ,a"));
        Assert.Equal("TagInvalid", Assert.Throws<RekkordException>(() => SnapshotLabels.Parse("a,,b")).ErrorId);
        Assert.Equal("TagInvalid", Assert.Throws<RekkordException>(() => SnapshotLabels.Order(["\ud800"])).ErrorId);
        Assert.Equal("NoteInvalid", Assert.Throws<RekkordException>(() => SnapshotLabels.ValidateNote("a\tb")).ErrorId);
    }

    private static void AssertRead(SnapshotSummary summary) =>
        Assert.Equivalent(summary, SnapshotCodec.DecodeTag(SnapshotCodec.EncodeTag(new byte[32], new byte[32], summary)).Summary, strict: true);

    private static void AssertRefused(SnapshotSummary summary) =>
        Assert.Throws<InvalidDataException>(() => SnapshotCodec.DecodeTag(SnapshotCodec.EncodeTag(new byte[32], new byte[32], summary)));

    [Fact]
    public void More_than_a_record_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => SnapshotCodec.DecodeRecord([.. SnapshotRecord, 0]));
        Assert.Throws<InvalidDataException>(() => SnapshotCodec.DecodeTag((byte[])[.. Tag, 0]));
    }

    [Fact]
    public void Changed_bytes_give_a_record_or_the_one_error()
    {
        foreach (var mutated in Mutations.BitFlips(SnapshotRecord).Concat(Mutations.Scrambles(SnapshotRecord, 3_000, seed: 1)))
            AssertDecodesOrIsRefused(mutated, () => SnapshotCodec.DecodeRecord(mutated));
        foreach (var mutated in Mutations.BitFlips(Tag).Concat(Mutations.Scrambles(Tag, 3_000, seed: 2)))
            AssertDecodesOrIsRefused(mutated, () => SnapshotCodec.DecodeTag(mutated));
    }

    [Theory]
    [InlineData("bb7fffffffffffffff")]
    [InlineData("a201af017b7fffffffffffffff")]
    [InlineData("a3015b7fffffffffffffff")]
    [InlineData("a3015a7fffffff")]
    public void A_length_that_the_bytes_do_not_have_is_refused_before_memory_is_taken_for_it(string hex)
    {
        var bytes = Convert.FromHexString(hex);

        Assert.InRange(Mutations.Allocated(() => Assert.Throws<InvalidDataException>(() => SnapshotCodec.DecodeRecord(bytes))), 0, AllocationBound);
        Assert.InRange(Mutations.Allocated(() => Assert.Throws<InvalidDataException>(() => SnapshotCodec.DecodeTag(bytes))), 0, AllocationBound);
    }

    private static void AssertDecodesOrIsRefused(byte[] bytes, Action decode)
    {
        Exception? error = null;
        var allocated = Mutations.Allocated(() => error = Record.Exception(decode));

        Assert.True(error is null or InvalidDataException, $"{error} for {Convert.ToHexStringLower(bytes)}");
        Assert.InRange(allocated, 0, AllocationBound);
    }
}
