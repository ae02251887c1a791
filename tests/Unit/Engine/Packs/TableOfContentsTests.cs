using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Tests.Objects;

namespace Rekkord.Engine.Tests.Packs;

public sealed class TableOfContentsTests
{
    private static readonly BlobEntry[] First = [new(BlobType.Data, TestOids.Random(1), 1), new(BlobType.Data, TestOids.Random(2), 300_000), new(BlobType.Data, TestOids.Random(3), 70_000)];
    private static readonly BlobEntry[] Second = [new(BlobType.Data, TestOids.Random(4), 8 * 1024 * 1024)];

    [Fact]
    public void A_directory_is_read_as_it_was_written()
    {
        var reader = new TableOfContentsReader(Encode());
        var segments = new List<(int, SegmentMethod, BlobEntry[])>();
        while (reader.NextSegment(out var length, out var method))
        {
            var blobs = new List<BlobEntry>();
            while (reader.NextBlob(out var blob))
                blobs.Add(blob);
            segments.Add((length, method, [.. blobs]));
        }

        Assert.Equal(PackKind.Data, reader.Kind);
        Assert.Equal([(1234, SegmentMethod.Zstandard), (Second[0].Length + 16, SegmentMethod.Stored)], segments.Select(segment => (segment.Item1, segment.Item2)));
        Assert.Equal(First, segments[0].Item3);
        Assert.Equal(Second, segments[1].Item3);
    }

    [Fact]
    public void A_malformed_directory_is_refused_or_consistent_and_never_anything_else()
    {
        var valid = Encode();
        var refused = 0;
        foreach (var directory in Malformed.From(valid, 20_000))
        {
            var pack = new StoredPack(new byte[32], SizeOf(valid), new byte[PackFormat.SealedKeyLength], directory);
            var index = new BlobIndex();
            try
            {
                index.Add(pack);
            }
            catch (InvalidDataException)
            {
                refused++;
                Assert.Empty(index.Packs);
                Assert.Equal(0, index.Count);
                continue;
            }

            Assert.All(index.Segments, segment => Assert.InRange(segment.Offset + segment.StoredLength, 0, pack.Size));
        }

        // Most changes hit an ID, and give another valid directory.
        Assert.True(refused > 5_000, $"Only {refused} were refused.");
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(127UL)]
    [InlineData(128UL)]
    [InlineData(300_000UL)]
    [InlineData((ulong)int.MaxValue)]
    public void A_number_is_read_as_it_was_written_and_refused_above_its_bound(ulong value)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        VarInt.Write(output, value);
        var input = output.WrittenSpan;

        Assert.Equal((int)value, VarInt.Read(ref input, int.MaxValue));
        Assert.True(input.IsEmpty);
        if (value > 0)
            Assert.Throws<InvalidDataException>(() => Read(output.WrittenSpan.ToArray(), (int)value - 1));
        Assert.Throws<InvalidDataException>(() => Read(output.WrittenSpan[..^1].ToArray(), int.MaxValue));
    }

    [Fact]
    public void A_number_without_end_is_refused() =>
        Assert.Throws<InvalidDataException>(() => Read([.. Enumerable.Repeat((byte)0x80, 100)], int.MaxValue));

    private static int Read(byte[] bytes, int maximum)
    {
        ReadOnlySpan<byte> input = bytes;
        return VarInt.Read(ref input, maximum);
    }

    private static byte[] Encode()
    {
        var writer = new TableOfContentsWriter();
        writer.Add(1234, SegmentMethod.Zstandard, First);
        writer.Add(Second[0].Length + PackFormat.TagLength, SegmentMethod.Stored, Second);
        return writer.ToArray(PackKind.Data);
    }

    private static long SizeOf(byte[] directory) =>
        PackFormat.HeaderLength + 1234 + Second[0].Length + PackFormat.TagLength + directory.Length + PackFormat.EndOverhead;
}
