using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Portable;
using Rekkord.Engine.Platform;
using static Rekkord.Engine.FileSystem.FileName;

namespace Rekkord.Engine.Tests.FileSystem.Portable;

/// <summary>Holes as Windows and macOS tell of them.</summary>
public sealed class PortableHolesTests : IDisposable
{
    private const int Small = (int)SparseFile.SmallestHole - 1, Large = (int)SparseFile.SmallestHole, MiB = 1 << 20;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<long[], long, long[]> Files => new()
    {
        { [], 10 * MiB, [] },
        { [MiB, 10], 10 * MiB, [MiB, 10] },
        { [Small, 1], 10 * MiB, [0, Small + 1] },
        { [Large, 1], 10 * MiB, [Large, 1] },
        { [0, 10, 10 + Small, 10, 20 + Small + Large, 10], 10 * MiB, [0, 20 + Small, 20 + Small + Large, 10] },
        { [0, 10, MiB, 10], MiB + 10 + Small, [0, 10, MiB, 10 + Small] },
        { [0, 10, MiB, 10], MiB + 10 + Large, [0, 10, MiB, 10] },
        { [0, 10, MiB, MiB], MiB + 5, [0, 10, MiB, 5] },
        { [0, 10, MiB, MiB], MiB, [0, 10] },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Small_holes_count_as_data_and_ranges_end_at_the_size(long[] allocated, long size, long[] kept) =>
        Assert.Equal(Ranges(kept), SparseFile.Join(Ranges(allocated), size));

    [Fact]
    public void With_too_many_holes_all_is_data()
    {
        const long pitch = SparseFile.SmallestHole + 1;
        var ranges = Enumerable.Range(0, SparseFile.MaxRanges + 1).Select(i => new ByteRange(i * pitch, 1));

        Assert.Equal([new ByteRange(0, long.MaxValue)], SparseFile.Join(ranges, long.MaxValue));
        Assert.Equal(SparseFile.MaxRanges, SparseFile.Join(ranges.SkipLast(1), long.MaxValue).Count);
    }

    [Theory]
    [InlineData(new long[0])]
    [InlineData(new long[] { 0, 100 })]
    [InlineData(new long[] { 0, 10 })]
    [InlineData(new long[] { 90, 10 })]
    [InlineData(new long[] { 40, 20 })]
    [InlineData(new long[] { 0, 10, 90, 10 })]
    [InlineData(new long[] { 0, 1, 2, 1, 4, 1, 50, 20 })]
    public void Data_is_found_on_macOS_where_asking_for_data_within_data_gives_the_next(long[] data)
    {
        (long, long)[] expected = [.. Ranges(data).Select(range => (range.Offset, range.Length))];

        Assert.Equal(expected, DarwinHoles.FindAllocated((offset, whence) => Seek(data, 100, offset, whence), 100)!);
        Assert.Equal(expected, DarwinHoles.FindAllocated((offset, whence) => Seek(data, 100, offset, whence, isWithinFound: true), 100)!);
    }

    [Fact]
    public void What_macOS_refuses_to_tell_or_contradicts_is_all_data()
    {
        const int refused = 45; // ENOTSUP
        Assert.Null(DarwinHoles.FindAllocated((_, _) => (-1, refused), 100));
        Assert.Null(DarwinHoles.FindAllocated((_, _) => (-1, Errno.ENXIO), 100));
        Assert.Null(DarwinHoles.FindAllocated((offset, whence) => whence == DarwinHoles.SeekHole ? (offset, 0) : (-1, refused), 100));
        Assert.Null(DarwinHoles.FindAllocated((offset, whence) => (whence == DarwinHoles.SeekHole ? offset : offset + 10, 0), 100));
        Assert.Null(DarwinHoles.FindAllocated((offset, _) => (offset, 0), 100));
        Assert.Null(DarwinHoles.FindAllocated((offset, whence) => offset == 0 ? Seek([0, 10, 50, 10], 100, offset, whence) : (-1, refused), 100));
    }

    [Theory]
    [InlineData(0x200, true)]
    [InlineData(0x220, true)]
    [InlineData(0x20, false)]
    [InlineData(0x600, false)]
    [InlineData(0x1200, false)]
    [InlineData(0x4_0200, false)]
    [InlineData(0x40_0200, false)]
    public void Only_of_sparse_files_that_lie_on_the_volume_itself_does_Windows_tell_holes(int attributes, bool hasHoles) =>
        Assert.Equal(hasHoles, WindowsSparseFile.HasHoles((FileAttributes)attributes));

    [Theory]
    [InlineData(0, true)]
    [InlineData(0x40, true)]
    [InlineData(0x20, false)]
    [InlineData(0x4000_0000, false)]
    public void Only_of_files_that_lie_on_the_volume_itself_does_macOS_tell_holes(uint flags, bool isInPlace) => Assert.Equal(isInPlace, DarwinHoles.IsInPlace(flags));

    [Fact]
    public void The_flags_of_macOS_are_at_their_place() =>
        Assert.Equal((104, 116), ((int)Marshal.OffsetOf<DarwinStatRecord>("Blocks"), (int)Marshal.OffsetOf<DarwinStatRecord>("Flags")));

    [Fact]
    public void The_ranges_of_Windows_come_in_parts()
    {
        Assert.Equal([(10, 5), (20, 5), (90, 10)], WindowsSparseFile.FindAllocated(start => start == 0 ? (false, [(10, 5), (20, 5)]) : (true, [(90, 10)]), 100)!);
        Assert.Equal([(10, 5)], WindowsSparseFile.FindAllocated(start => start == 0 ? (false, [(10, 5)]) : (true, []), 100)!);
        Assert.Empty(WindowsSparseFile.FindAllocated(_ => (true, []), 100)!);
    }

    [Fact]
    public void What_Windows_does_not_tell_wholly_is_all_data()
    {
        Assert.Null(WindowsSparseFile.FindAllocated(_ => null, 100));
        Assert.Null(WindowsSparseFile.FindAllocated(_ => (false, []), 100));
        Assert.Null(WindowsSparseFile.FindAllocated(start => start == 0 ? (false, [(10, 5)]) : (false, []), 100));
        Assert.Null(WindowsSparseFile.FindAllocated(_ => (false, [(10, 5)]), 100));
        Assert.Null(WindowsSparseFile.FindAllocated(_ => (true, [(10, 0)]), 100));
    }

    [Fact]
    [SupportedOSPlatform("macos")]
    public void Data_before_the_first_hole_is_found()
    {
        using (var destination = new PortableFileSystem().CreateDestination(_directory.NativePath))
        using (var file = destination.CreateFile(FromText("sparse")))
        {
            file.AllowHoles();
            file.SetSize(10 * MiB);
            file.Write(new byte[MiB], 0);
            file.Write(new byte[MiB], 8 * MiB);
        }

        using var source = new PortableFileSystem().OpenDirectory(_directory.NativePath);
        using var sparse = source.OpenFile(FromText("sparse"));
        Assert.Equal([new ByteRange(0, MiB), new ByteRange(8 * MiB, MiB)], sparse.GetDataRanges(10 * MiB));
    }

    [Fact]
    [SupportedOSPlatform("windows")]
    [SupportedOSPlatform("macos")]
    public void Holes_of_other_systems_are_found_and_made_again()
    {
        using (var destination = new PortableFileSystem().CreateDestination(_directory.NativePath))
        using (var file = destination.CreateFile(FromText("sparse")))
        {
            file.AllowHoles();
            file.SetSize(10 * MiB);
            file.Write(new byte[MiB], 4 * MiB);
        }

        using var source = new PortableFileSystem().OpenDirectory(_directory.NativePath);
        using var sparse = source.OpenFile(FromText("sparse"));
        Assert.True(sparse.StatusAtOpening.AllocatedSize < 2 * MiB);
        Assert.Equal([new ByteRange(4 * MiB, MiB)], sparse.GetDataRanges(10 * MiB));
    }

    /// <summary>lseek(2) as macOS has it: the data that begins after the offset; or as other systems do, the data that it is within.</summary>
    private static (long Offset, int Error) Seek(long[] data, long size, long offset, int whence, bool isWithinFound = false)
    {
        var within = Ranges(data).FirstOrDefault(range => offset >= range.Offset && offset < range.Offset + range.Length);
        if (offset < size && whence == DarwinHoles.SeekHole)
            return (within.Length > 0 ? within.Offset + within.Length : offset, 0);
        if (isWithinFound && within.Length > 0)
            return (offset, 0);
        var next = Ranges(data).FirstOrDefault(range => range.Offset > offset);
        return next.Length > 0 ? (next.Offset, 0) : (-1, Errno.ENXIO);
    }

    private static IEnumerable<ByteRange> Ranges(long[] numbers) => numbers.Chunk(2).Select(pair => new ByteRange(pair[0], pair[1]));
}
