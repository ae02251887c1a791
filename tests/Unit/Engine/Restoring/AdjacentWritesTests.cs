using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Restoring;

namespace Rekkord.Engine.Tests.Restoring;

public sealed class AdjacentWritesTests : IDisposable
{
    private const int ChunkLength = 64 * 1024;

    private readonly MemoryFile _file = new();
    private readonly Lock _writing = new();
    private readonly SegmentBuffer _segment = new(40 * ChunkLength);
    private readonly List<Blob> _blobs = [];

    public AdjacentWritesTests() => TestRepository.RandomBytes(1, _segment.Bytes.Length).CopyTo(_segment.Bytes);

    public void Dispose()
    {
        _segment.RemoveUser();
        _file.Dispose();
    }

    [Fact]
    public void Chunks_that_follow_one_another_are_written_together()
    {
        Write([0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3, 4, 5, 6, 7]);

        Assert.Equal([(0, 4 * ChunkLength), (4 * ChunkLength, 4 * ChunkLength)], _file.Writes);
        AssertContent([0, 1, 2, 3, 4, 5, 6, 7]);
    }

    [Theory]
    [InlineData(new[] { 0, 2, 1, 3 }, new[] { 0, 1, 2, 3 })] // Not beside each other in memory.
    [InlineData(new[] { 0, 1, 2, 3 }, new[] { 3, 2, 1, 0 })] // Nor in the file.
    [InlineData(new[] { 5, 5, 5, 6, 7 }, new[] { 0, 1, 2, 3, 4 })] // The same chunk again.
    public void Chunks_that_lie_elsewhere_are_written_where_they_belong(int[] chunks, int[] places)
    {
        Write(chunks, places);

        AssertContent([.. chunks.Zip(places).OrderBy(pair => pair.Second).Select(pair => pair.First)]);
        Assert.Equal(chunks.Length * ChunkLength, _file.Writes.Sum(write => write.Length));
    }

    [Fact]
    public void A_chunk_of_a_sparse_file_is_divided_among_its_ranges()
    {
        using (var writes = new AdjacentWrites(_file, _writing))
        {
            writes.Add(BlobOf(0), [new ByteRange(0, 1000), new ByteRange(5000, 500), new ByteRange(5500, ChunkLength - 1500)]);
            writes.Add(BlobOf(1), [new ByteRange(4000 + ChunkLength, ChunkLength)]);
            writes.Flush();
        }

        Assert.Equal([(0, 1000), (5000, (2 * ChunkLength) - 1000)], _file.Writes);
        Assert.True(_file.Content.AsSpan(0, 1000).SequenceEqual(_segment.Bytes.Span[..1000]));
        Assert.True(_file.Content.AsSpan(5000).SequenceEqual(_segment.Bytes.Span[1000..(2 * ChunkLength)]));
    }

    [Fact]
    public async Task More_is_gathered_while_another_thread_writes_and_not_without_limit()
    {
        using var gathered = new ManualResetEventSlim();
        Task writer;
        using (_writing.EnterScope())
        {
            writer = Task.Run(() =>
            {
                using var writes = new AdjacentWrites(_file, _writing);
                for (var i = 0; i < 15; i++)
                    writes.Add(BlobOf(i), [At(i)]);
                gathered.Set();
                for (var i = 15; i < 40; i++)
                    writes.Add(BlobOf(i), [At(i)]);
                writes.Flush();
            });
            gathered.Wait();
            Assert.Empty(_file.Writes);
        }

        await writer;

        Assert.Equal((0, 16 * ChunkLength), _file.Writes[0]);
        AssertContent([.. Enumerable.Range(0, 40)]);
    }

    [Fact]
    public void What_was_written_and_what_was_given_up_is_given_back()
    {
        Write([0, 1, 2], [0, 1, 5]);
        using (var writes = new AdjacentWrites(_file, _writing))
            writes.Add(BlobOf(4), [At(9)]);

        Assert.All(_blobs, blob => Assert.Throws<ObjectDisposedException>(() => blob.Bytes));
        Assert.Equal(6 * ChunkLength, _file.Content.Length);
    }

    [Fact]
    public void A_write_that_fails_lets_the_other_threads_go_on_and_gives_everything_back()
    {
        _file.Fails = true;
        using (var writes = new AdjacentWrites(_file, _writing))
        {
            writes.Add(BlobOf(0), [At(0)]);
            Assert.Throws<FileSystemException>(() => writes.Add(BlobOf(7), [At(1)]));
        }

        Assert.All(_blobs, blob => Assert.Throws<ObjectDisposedException>(() => blob.Bytes));
        Assert.False(_writing.IsHeldByCurrentThread);
    }

    private void Write(int[] chunks, int[] places)
    {
        using var writes = new AdjacentWrites(_file, _writing);
        foreach (var (chunk, place) in chunks.Zip(places))
            writes.Add(BlobOf(chunk), [At(place)]);
        writes.Flush();
    }

    private static ByteRange At(int place) => new(place * ChunkLength, ChunkLength);

    private Blob BlobOf(int chunk)
    {
        _segment.AddUser();
        var blob = new Blob(_segment, _segment.Bytes.Slice(chunk * ChunkLength, ChunkLength));
        _blobs.Add(blob);
        return blob;
    }

    private void AssertContent(int[] chunks)
    {
        byte[] expected = [.. chunks.SelectMany(chunk => _segment.Bytes.Slice(chunk * ChunkLength, ChunkLength).ToArray())];
        Assert.True(expected.AsSpan().SequenceEqual(_file.Content), "The file has other content.");
    }

    /// <summary>A file that remembers how it was written.</summary>
    private sealed class MemoryFile : DestinationFile
    {
        private readonly MemoryStream _content = new();

        public List<(int Offset, int Length)> Writes { get; } = [];

        public bool Fails { get; set; }

        public byte[] Content => _content.ToArray();

        public override void Write(ReadOnlySpan<byte> data, long offset)
        {
            if (Fails)
                throw new FileSystemException("WriteFailed", Errors.RekkordErrorKind.WriteError, "The disk is full.", "file", errorNumber: 28);
            Writes.Add(((int)offset, data.Length));
            _content.Position = offset;
            _content.Write(data);
        }

        public override void SetSize(long size) => _content.SetLength(size);

        public override IReadOnlyList<MetadataProblem> ApplyMetadata(FileMetadata metadata) => [];

        protected override void Dispose(bool disposing) => _content.Dispose();
    }
}
