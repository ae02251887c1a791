using System.Buffers;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Tests.Objects;

public sealed class PooledBufferWriterTests
{
    [Fact]
    public void What_was_written_in_pieces_of_every_size_is_there_in_order()
    {
        var content = TestRepository.RandomBytes(1, 300_000);
        using var writer = new PooledBufferWriter();

        for (int offset = 0, size = 1; offset < content.Length; size = size * 3 + 1)
        {
            var piece = content.AsSpan(offset, Math.Min(size, content.Length - offset));
            writer.Write(piece);
            offset += piece.Length;
        }

        Assert.Equal(content.Length, writer.WrittenCount);
        Assert.Equal(content, writer.WrittenSpan.ToArray());
    }

    [Fact]
    public void There_is_always_room_for_as_much_as_was_asked()
    {
        using var writer = new PooledBufferWriter();

        Assert.True(writer.GetSpan(100_000).Length >= 100_000);
        Assert.True(writer.GetMemory().Length > 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(writer.GetSpan().Length + 1));
    }
}
