using System.Formats.Cbor;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Tests.Trees;

/// <summary>Whatever bytes stand where a page should be, decoding gives entries or one kind of error, in memory that the bytes justify.</summary>
public sealed class MalformedTreeTests
{
    private const int AllocationBound = 1024 * 1024;

    private static readonly byte[] Entry = new TreeEntryEncoder().Encode(TestEntries.Full());

    [Fact]
    public void An_entry_that_is_cut_off_anywhere_is_refused() =>
        Assert.All(Mutations.Truncations(Entry), cut => Assert.Throws<InvalidDataException>(() => TreeEntryDecoder.DecodeEntry(cut)));

    [Fact]
    public void More_than_an_entry_is_refused() =>
        Assert.Throws<InvalidDataException>(() => TreeEntryDecoder.DecodeEntry((byte[])[.. Entry, 0]));

    [Fact]
    public void Changed_bytes_give_an_entry_or_the_one_error()
    {
        byte[] page = [0x82, .. Entry, .. new TreeEntryEncoder().Encode(TestEntries.Plain(FileKind.Directory))];

        foreach (var mutated in Mutations.BitFlips(page).Concat(Mutations.Scrambles(page, 5_000, seed: 1)))
            AssertDecodesOrIsRefused(mutated);
    }

    [Theory]
    [InlineData("9b7fffffffffffffff")] // An array of 2^63-1 entries.
    [InlineData("9affffffff")]
    [InlineData("81bb7fffffffffffffff")] // A map of as many fields.
    [InlineData("81ba7fffffff0102")]
    [InlineData("81a1015a7fffffff")] // A name of 2 GiB.
    [InlineData("81a1015b7fffffffffffffff")]
    [InlineData("81a1067b7fffffffffffffff")] // A text.
    [InlineData("81a10d5a7ffffffe")] // References.
    [InlineData("81a10f9a7fffffff")] // Ranges.
    [InlineData("81a1129a7fffffff")] // Extended attributes.
    public void A_length_that_the_bytes_do_not_have_is_refused_before_memory_is_taken_for_it(string hex)
    {
        var page = Convert.FromHexString(hex);

        var allocated = Mutations.Allocated(() => Assert.Throws<InvalidDataException>(() => TreeEntryDecoder.DecodePage(page)));

        Assert.InRange(allocated, 0, AllocationBound);
    }

    [Fact]
    public void Deep_nesting_in_place_of_an_entry_is_refused() =>
        Assert.Throws<InvalidDataException>(() => TreeEntryDecoder.DecodePage(Enumerable.Repeat((byte)0x81, 1_000_000).ToArray()));

    [Fact]
    public void A_field_that_is_missing_is_missed()
    {
        AssertRefused((2, Number(1)), (8, Number(0)));
        AssertRefused((1, Bytes(1)), (8, Number(0)));
        AssertRefused((1, Bytes(1)), (2, Number(1)));
    }

    [Fact]
    public void A_value_out_of_its_bounds_is_refused()
    {
        AssertRefusedBeside(9, Number(1_000_000_000));
        AssertRefusedBeside(9, Number(-1));
        AssertRefusedBeside(12, Number(-1));
        AssertRefusedBeside(3, Number(-1));
        AssertRefusedBeside(4, Number(1L << 32));
        AssertRefusedBeside(13, Bytes(ChunkReference.EncodedLength - 1));
        AssertRefusedBeside(14, Bytes(33));
        AssertRefusedBeside(15, Numbers(5, 5, 9, 1));
        AssertRefusedBeside(15, Numbers(5, -1));
        AssertRefusedBeside(15, Numbers(-1, 5));
        AssertRefusedBeside(15, Numbers(1, long.MaxValue));
        AssertRefusedBeside(15, Numbers(1));
        AssertRefusedBeside(17, Numbers(1));
        AssertRefusedBeside(17, Numbers(1, 2, 3));
        AssertRefusedBeside(18, writer => writer.WriteEncodedValue(Convert.FromHexString("814161")));
        AssertRefusedBeside(6, writer => writer.WriteEncodedValue(Convert.FromHexString("61ff")));
        AssertRefusedBeside(23, Number(1));
    }

    [Fact]
    public void A_field_that_comes_twice_is_refused() =>
        AssertRefused((1, Bytes(1)), (1, Bytes(2)), (2, Number(1)), (8, Number(0)));

    [Fact]
    public void Fields_out_of_their_order_are_refused() =>
        AssertRefused((2, Number(1)), (1, Bytes(1)), (8, Number(0)));

    private static Action<CborWriter> Number(long value) => writer => writer.WriteInt64(value);

    private static Action<CborWriter> Bytes(int length) => writer => writer.WriteByteString(new byte[length]);

    private static Action<CborWriter> Numbers(params long[] values) => writer =>
    {
        writer.WriteStartArray(values.Length);
        Array.ForEach(values, writer.WriteInt64);
        writer.WriteEndArray();
    };

    /// <summary>The field stands in an entry that is whole without it.</summary>
    private static void AssertRefusedBeside(int key, Action<CborWriter> value)
    {
        (int Key, Action<CborWriter> Value)[] whole = [(1, Bytes(1)), (2, Number(1)), (8, Number(0))];

        TreeEntryDecoder.DecodeEntry(Map(whole));
        AssertRefused([.. whole.Append((key, value)).OrderBy(field => field.Item1)]);
    }

    private static void AssertRefused(params (int Key, Action<CborWriter> Value)[] fields) =>
        Assert.Throws<InvalidDataException>(() => TreeEntryDecoder.DecodeEntry(Map(fields)));

    private static byte[] Map((int Key, Action<CborWriter> Value)[] fields)
    {
        var writer = new CborWriter(CborConformanceMode.Lax);
        writer.WriteStartMap(fields.Length);
        foreach (var (key, value) in fields)
        {
            writer.WriteInt32(key);
            value(writer);
        }

        writer.WriteEndMap();
        return writer.Encode();
    }

    private static void AssertDecodesOrIsRefused(byte[] page)
    {
        Exception? error = null;
        var allocated = Mutations.Allocated(() => error = Record.Exception(() => TreeEntryDecoder.DecodePage(page)));

        Assert.True(error is null or InvalidDataException, $"{error} for {Convert.ToHexStringLower(page)}");
        Assert.InRange(allocated, 0, AllocationBound);
    }
}
