using Rekkord.Engine.Chunking;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Tests.Chunking;

public sealed class FileCutterTests
{
    private static readonly ChunkSizes Small = new(4096, 8192, 65536);

    private readonly FastCdc _chunker = new(TestRepository.RandomBytes(42, FastCdc.GearLength), Small);
    private readonly BlobHasher _hasher = new(TestRepository.RandomBytes(1, 32));
    private readonly byte[] _content = TestRepository.RandomBytes(5, 3_000_000);

    [Fact]
    public void Without_a_history_content_is_cut_as_by_the_algorithm_alone()
    {
        var cuts = Cut(_content, []);

        Assert.Equal(CutByAlgorithm(_content), cuts.Select(cut => cut.Length));
        Assert.All(cuts, cut => Assert.False(cut.IsExpected));
    }

    [Fact]
    public void Unchanged_content_is_what_it_is_expected_to_be_but_for_what_ended_with_the_file()
    {
        var cuts = Cut(_content, References(_content));

        Assert.Equal(CutByAlgorithm(_content), cuts.Select(cut => cut.Length));
        Assert.All(cuts.SkipLast(1), cut => Assert.True(cut is { IsExpected: true, IsSame: true }));
        Assert.False(cuts[^1].IsExpected);
    }

    [Fact]
    public void A_chunk_that_was_changed_inside_ends_where_it_did()
    {
        var lengths = CutByAlgorithm(_content);
        var changed = _content.ToArray();
        var start = lengths.Take(100).Sum();
        TestRepository.RandomBytes(6, lengths[100] - 64).CopyTo(changed, start);

        var cuts = Cut(changed, References(_content));

        Assert.Equal(lengths, cuts.Select(cut => cut.Length));
        Assert.Equal([100], Enumerable.Range(0, cuts.Count - 1).Where(i => !cuts[i].IsSame));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(100_000, 0)]
    [InlineData(2_500_000, 0)]
    [InlineData(0, 1)]
    [InlineData(0, 100_000)]
    [InlineData(0, 1_500_000)]
    [InlineData(50_000, 50_000)]
    [InlineData(70_000, 20_000)]
    public void After_a_change_that_moves_content_its_place_is_found_again(int inserted, int removed)
    {
        byte[] changed = [.. _content[..500_000], .. TestRepository.RandomBytes(7, inserted), .. _content[(500_000 + removed)..]];

        var cuts = Cut(changed, References(_content));

        Assert.True(cuts.Where(cut => !cut.IsSame).Sum(cut => cut.Length) < inserted + (16 * Small.Average), "Too much was looked through.");
        Assert.True(cuts.Take(30).All(cut => cut.IsSame), "What came before the change was looked through.");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(77_777)]
    public void Changes_in_place_cost_no_more_than_the_chunks_whose_ends_they_overwrite(int inserted)
    {
        var changed = _content.ToArray();
        for (var i = 1; i < 30; i++)
            TestRepository.RandomBytes(i, 20_000).CopyTo(changed, i * 100_000);
        var same = Matches(CutByAlgorithm(_content), changed);

        var found = Cut([.. TestRepository.RandomBytes(31, inserted), .. changed], References(_content)).Count(cut => cut.IsSame);

        Assert.InRange(found, same * 95 / 100, same);
    }

    [Fact]
    public void Content_that_went_on_or_ended_before_is_cut_at_the_new_end()
    {
        byte[] longer = [.. _content, .. TestRepository.RandomBytes(8, 300_000)];
        var shorter = _content[..1_234_567];

        Assert.Equal(CutByAlgorithm(longer), Cut(longer, References(_content)).Select(cut => cut.Length));
        Assert.Equal(CutByAlgorithm(shorter), Cut(shorter, References(_content)).Select(cut => cut.Length));
        Assert.Empty(Cut([], References(_content)));
    }

    [Fact]
    public void Other_content_is_cut_as_by_the_algorithm_alone()
    {
        var other = TestRepository.RandomBytes(9, 3_000_000);

        Assert.Equal(CutByAlgorithm(other), Cut(other, References(_content)).Select(cut => cut.Length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(65537)]
    public void A_history_of_lengths_that_are_none_is_not_followed(int length)
    {
        var references = References(_content);
        for (var i = 0; i < references.Length; i += ChunkReference.EncodedLength)
            BitConverter.TryWriteBytes(references.AsSpan(i + Oid.Length), length);

        Assert.Equal(CutByAlgorithm(_content), Cut(_content, references).Select(cut => cut.Length));
    }

    [Fact]
    public void A_chunk_that_is_only_partly_in_memory_is_waited_for()
    {
        // It goes on behind a place where the algorithm alone would cut.
        var length = CutByAlgorithm(_content).Take(2).Sum();
        var references = new byte[ChunkReference.EncodedLength];
        new ChunkReference(Identify(_content.AsSpan(0, length)), length).Encode(references);
        var cutter = new FileCutter(_chunker, EarlierChunks.Of(references));

        Assert.Equal(length - 1, cutter.FindCut(_content.AsSpan(0, length - 1), isEnd: false, out var early));
        Assert.Equal(length, cutter.FindCut(_content, isEnd: false, out var whole));
        Assert.Null(early);
        Assert.NotNull(whole);
    }

    [Fact]
    public void A_chunk_can_end_where_the_algorithm_cuts_and_hardly_anywhere_else()
    {
        var lengths = CutByAlgorithm(_content);
        var start = 0;
        var elsewhere = 0;
        foreach (var length in lengths.SkipLast(1))
        {
            Assert.True(_chunker.CanCutAfter(_content.AsSpan(start, length)));
            elsewhere += Enumerable.Range(1, 20).Count(less => _chunker.CanCutAfter(_content.AsSpan(start, length - less)));
            start += length;
        }

        Assert.InRange(elsewhere, 0, 3);
        Assert.True(_chunker.CanCutAfter(new byte[Small.Maximum]));
        Assert.False(_chunker.CanCutAfter(_content.AsSpan(0, 1)));
    }

    private List<int> CutByAlgorithm(ReadOnlySpan<byte> data)
    {
        var lengths = new List<int>();
        for (; !data.IsEmpty; data = data[lengths[^1]..])
            lengths.Add(_chunker.FindCut(data));
        return lengths;
    }

    private byte[] References(byte[] data)
    {
        var lengths = CutByAlgorithm(data);
        var references = new byte[lengths.Count * ChunkReference.EncodedLength];
        for (var (i, start) = (0, 0); i < lengths.Count; start += lengths[i++])
            new ChunkReference(Identify(data.AsSpan(start, lengths[i])), lengths[i]).Encode(references.AsSpan(i * ChunkReference.EncodedLength));
        return references;
    }

    /// <summary>How many of the earlier chunks are in their places still, the last one aside.</summary>
    private int Matches(List<int> lengths, byte[] changed)
    {
        var count = 0;
        var start = 0;
        foreach (var length in lengths.SkipLast(1))
        {
            if (_content.AsSpan(start, length).SequenceEqual(changed.AsSpan(start, length)))
                count++;
            start += length;
        }

        return count;
    }

    private List<(int Length, bool IsExpected, bool IsSame)> Cut(byte[] data, byte[] references)
    {
        var cutter = new FileCutter(_chunker, EarlierChunks.Of(references));
        var cuts = new List<(int, bool, bool)>();
        for (var rest = data.AsSpan(); !rest.IsEmpty;)
        {
            var length = cutter.FindCut(rest, isEnd: true, out var expected);
            cuts.Add((length, expected is not null, expected == Identify(rest[..length])));
            cutter.Take(length);
            rest = rest[length..];
        }

        return cuts;
    }

    private Oid Identify(ReadOnlySpan<byte> chunk) => _hasher.Compute(BlobType.Data, chunk);
}
