using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Tests.Objects;

namespace Rekkord.Engine.Tests.Index;

public sealed class BlobIndexTests
{
    private const int SegmentCount = 50;
    private const int BlobsInSegment = 400;

    [Fact]
    public void Every_blob_of_many_packs_is_found_where_it_is()
    {
        var index = new BlobIndex();
        for (var pack = 0; pack < 5; pack++)
            index.Add(MakePack(pack, i => TestOids.Random(i)));

        Assert.Equal(5 * SegmentCount * BlobsInSegment, index.Count);
        for (var i = 0; i < index.Count; i++)
        {
            Assert.True(index.TryFind(TestOids.Random(i), out var location));
            Assert.Equal((i / BlobsInSegment, i % BlobsInSegment * 10, 10, BlobType.Data), (location.Segment, location.Offset, location.Length, location.Type));
            var segment = index.Segments[location.Segment];
            Assert.Equal((i / BlobsInSegment / SegmentCount, i / BlobsInSegment % SegmentCount), (segment.Pack, segment.Ordinal));
        }

        Assert.False(index.TryFind(TestOids.Random(-1), out _));
        Assert.False(index.TryFind(default, out _));
    }

    [Fact]
    public void Identifiers_that_fall_into_the_same_slot_are_told_apart()
    {
        var index = new BlobIndex();
        index.Add(MakePack(0, i => TestOids.Alike(i), segments: 5));

        for (var i = 0; i < 5 * BlobsInSegment; i++)
        {
            Assert.True(index.TryFind(TestOids.Alike(i), out var location));
            Assert.Equal(i / BlobsInSegment, location.Segment);
        }
    }

    [Fact]
    public void A_blob_in_two_packs_is_counted_once_and_found_in_the_first()
    {
        var index = new BlobIndex();
        index.Add(MakePack(0, i => TestOids.Random(i)));
        index.Add(MakePack(0, i => TestOids.Random(i)));

        Assert.Equal(SegmentCount * BlobsInSegment, index.Count);
        Assert.True(index.TryFind(TestOids.Random(0), out var location));
        Assert.Equal(0, index.Segments[location.Segment].Pack);
    }

    [Fact]
    public void A_pack_whose_size_does_not_fit_and_a_blob_without_an_identifier_are_refused()
    {
        var index = new BlobIndex();
        var pack = MakePack(0, i => TestOids.Random(i));

        Assert.Throws<InvalidDataException>(() => index.Add(pack with { Size = pack.Size + 1 }));
        Assert.Throws<InvalidDataException>(() => index.Add(pack with { Size = pack.Size - 1 }));
        Assert.Throws<InvalidDataException>(() => index.Add(MakePack(0, _ => default)));
        Assert.Equal(0, index.Count);
    }

    private static StoredPack MakePack(int number, Func<int, Oid> makeOid, int segments = SegmentCount)
    {
        var writer = new TableOfContentsWriter();
        for (var segment = 0; segment < segments; segment++)
        {
            var first = ((number * segments) + segment) * BlobsInSegment;
            writer.Add(100, SegmentMethod.Zstandard, [.. Enumerable.Range(first, BlobsInSegment).Select(i => new BlobEntry(BlobType.Data, makeOid(i), 10))]);
        }

        var directory = writer.ToArray(PackKind.Data);
        return new StoredPack(
            new byte[32], PackFormat.HeaderLength + (segments * 100) + directory.Length + PackFormat.EndOverhead, new byte[PackFormat.SealedKeyLength], directory);
    }
}
