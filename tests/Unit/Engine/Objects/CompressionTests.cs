using System.Buffers.Binary;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Tests.Objects;

public sealed class CompressionTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(16 * 1024 * 1024)]
    public void What_compresses_best_is_read_back(int length)
    {
        var body = new byte[length];

        Assert.Equal(body, Compression.Decompress(Compression.Compress(body), FormatLimits.Record));
    }

    [Fact]
    public void A_length_that_the_bytes_cannot_give_is_refused_before_it_takes_memory()
    {
        var bytes = Compression.Compress(new byte[1000]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, FormatLimits.Record);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<InvalidDataException>(() => Compression.Decompress(bytes, FormatLimits.Record));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
    }
}
