using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Linux;
using static Rekkord.Engine.FileSystem.FileName;

namespace Rekkord.Engine.Tests.FileSystem.Linux;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class SparseFileTests : LinuxFixture
{
    private const int Block = 4096;
    private const int MiB = 1024 * 1024;

    [Fact]
    public void Holes_are_found_and_made_again()
    {
        Make("sparse", 10L * MiB, (MiB, Block), (5 * MiB, Block));
        using var file = Source.OpenFile(FromText("sparse"));
        Assert.True(file.StatusAtOpening.AllocatedSize < MiB);
        Assert.Equal([new ByteRange(MiB, Block), new ByteRange(5 * MiB, Block)], file.GetDataRanges(10L * MiB));
    }

    [Fact]
    public void Data_at_both_ends_is_kept()
    {
        Make("ends", 2L * MiB, (0, Block), (2 * MiB - Block, Block));
        using var file = Source.OpenFile(FromText("ends"));
        Assert.Equal([new ByteRange(0, Block), new ByteRange(2 * MiB - Block, Block)], file.GetDataRanges(2L * MiB));
    }

    [Fact]
    public void A_file_that_is_all_hole_has_no_data()
    {
        Make("hole", 1L << 40);
        using var file = Source.OpenFile(FromText("hole"));
        Assert.Empty(file.GetDataRanges(1L << 40));
    }

    [Fact]
    public void Holes_smaller_than_64_KiB_count_as_data()
    {
        const int small = (int)DataRanges.SmallestHole - Block;
        // a small hole at the start, one of exactly the smallest size that counts, a small one, and a small one at the end
        Make("small", 4 * small + MiB, (small, Block), (small + Block + 65536, Block), (2 * small + 2 * Block + 65536, Block));
        var size = 3L * small + 3 * Block + 65536;
        using var file = Source.OpenFile(FromText("small"));
        Assert.Equal(
            [new ByteRange(0, small + Block), new ByteRange(small + Block + 65536, size - (small + Block + 65536))],
            file.GetDataRanges(size));
    }

    [Fact]
    public void Ranges_end_at_the_size_the_caller_knows()
    {
        Make("grown", 4L * MiB, (MiB, 2 * MiB));
        using var file = Source.OpenFile(FromText("grown"));
        Assert.Equal([new ByteRange(MiB, MiB)], file.GetDataRanges(2L * MiB));
        Assert.Empty(file.GetDataRanges(MiB));
    }

    [Fact]
    public void A_file_cut_short_since_has_no_ranges_beyond_its_end()
    {
        Make("cut", 4L * MiB, (0, Block), (3 * MiB, Block));
        using var file = Source.OpenFile(FromText("cut"));
        using (var stream = File.OpenWrite(Temporary["cut"]))
            stream.SetLength(MiB);
        Assert.Equal([new ByteRange(0, Block)], file.GetDataRanges(4L * MiB));
    }

    [Fact]
    public void A_file_with_too_many_holes_counts_as_data_throughout()
    {
        const int pitch = Block + 65536;
        var size = (DataRanges.MaxRanges + 2L) * pitch;
        using (var file = Destination.CreateFile(FromText("comb")))
        {
            file.SetSize(size);
            for (var i = 0L; i < DataRanges.MaxRanges + 1; i++)
                file.Write([1], i * pitch);
        }

        using var reading = Source.OpenFile(FromText("comb"));
        Assert.Equal([new ByteRange(0, size)], reading.GetDataRanges(size));
        Assert.Equal(DataRanges.MaxRanges, reading.GetDataRanges((DataRanges.MaxRanges - 1L) * pitch + Block).Count);
    }

    private void Make(string name, long size, params (int Offset, int Length)[] data)
    {
        using var file = Destination.CreateFile(FromText(name));
        file.SetSize(size);
        foreach (var (offset, length) in data)
        {
            var bytes = new byte[length];
            Array.Fill(bytes, (byte)1);
            file.Write(bytes, offset);
        }
    }
}
