using System.Buffers.Binary;
using System.Security.Cryptography;
using Rekkord.Engine.Chunking;

namespace Rekkord.Engine.Tests.Chunking;

public sealed class FastCdcTests
{
    private static readonly ChunkSizes Small = new(4096, 8192, 65536);
    private static readonly byte[] Gear = TestRepository.RandomBytes(42, FastCdc.GearLength);

    private readonly FastCdc _chunker = new(Gear, Small);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(65536)]
    [InlineData(1_000_003)]
    public void Chunks_are_within_their_sizes_and_give_the_content(int length)
    {
        var lengths = Cut(_chunker, TestRepository.RandomBytes(length, length));

        Assert.Equal(length, lengths.Sum());
        Assert.All(lengths.SkipLast(1), chunk => Assert.InRange(chunk, Small.Minimum + 1, Small.Maximum));
        Assert.All(lengths.TakeLast(1), chunk => Assert.InRange(chunk, 1, Small.Maximum));
    }

    [Fact]
    public void Cuts_are_those_of_the_documented_algorithm()
    {
        var data = TestRepository.RandomBytes(7, 2_000_000);

        Assert.Equal(CutAsDocumented(data), Cut(_chunker, data));
    }

    [Fact]
    public void Chunks_of_random_content_have_about_the_average_size()
    {
        var lengths = Cut(_chunker, TestRepository.RandomBytes(3, 8_000_000));

        Assert.InRange(lengths.Average(), Small.Average * 0.9, Small.Average * 1.6);
        Assert.True(lengths.Count(length => length == Small.Maximum) < lengths.Count / 50, "Too many chunks are cut by force.");
    }

    [Fact]
    public void Content_without_any_variety_is_cut_at_the_maximum() =>
        Assert.All(Cut(_chunker, new byte[10 * Small.Maximum]), length => Assert.Equal(Small.Maximum, length));

    [Theory]
    [InlineData(0)]
    [InlineData(500_000)]
    [InlineData(999_000)]
    public void An_insertion_changes_only_the_chunks_beside_it(int position)
    {
        var before = TestRepository.RandomBytes(11, 1_000_000);
        byte[] after = [.. before[..position], 1, 2, 3, .. before[position..]];

        var changed = Hashes(after).Except(Hashes(before)).Count();

        Assert.InRange(changed, 1, 4);
    }

    [Fact]
    public void What_follows_the_largest_chunk_does_not_matter()
    {
        var data = TestRepository.RandomBytes(13, 4 * Small.Maximum);

        Assert.Equal(_chunker.FindCut(data), _chunker.FindCut(data.AsSpan(0, Small.Maximum)));
    }

    [Fact]
    public void Another_secret_cuts_elsewhere()
    {
        var data = TestRepository.RandomBytes(17, 1_000_000);

        Assert.NotEqual(Cut(_chunker, data), Cut(new FastCdc(TestRepository.RandomBytes(43, FastCdc.GearLength), Small), data));
    }

    private static List<int> Cut(FastCdc chunker, ReadOnlySpan<byte> data)
    {
        var lengths = new List<int>();
        while (!data.IsEmpty)
        {
            lengths.Add(chunker.FindCut(data));
            data = data[lengths[^1]..];
        }

        return lengths;
    }

    private List<string> Hashes(byte[] data)
    {
        var hashes = new List<string>();
        var start = 0;
        foreach (var length in Cut(_chunker, data))
        {
            hashes.Add(Convert.ToHexString(SHA256.HashData(data.AsSpan(start, length))));
            start += length;
        }

        return hashes;
    }

    /// <summary>The words of docs/format.md, section 4.3, without any care for speed.</summary>
    private static List<int> CutAsDocumented(byte[] data)
    {
        var lengths = new List<int>();
        for (var start = 0; start < data.Length; start += lengths[^1])
            lengths.Add(NextLength(data.AsSpan(start)));
        return lengths;
    }

    private static int NextLength(ReadOnlySpan<byte> data)
    {
        if (data.Length <= Small.Minimum)
            return data.Length;
        var end = Math.Min(data.Length, Small.Maximum);
        var middle = Math.Min(end, Small.Average);
        var b = (int)Math.Log2(Small.Average);
        var hash = 0UL;
        for (var i = Small.Minimum; i < end; i++)
        {
            hash = unchecked((hash << 1) + BinaryPrimitives.ReadUInt64LittleEndian(Gear.AsSpan(8 * data[i])));
            var bits = i < middle ? b + 2 : b - 2;
            if (hash >> (64 - bits) == 0)
                return i + 1;
        }

        return end;
    }
}
