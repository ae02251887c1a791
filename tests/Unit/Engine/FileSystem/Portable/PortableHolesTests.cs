using System.Runtime.Versioning;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Portable;
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

    private static IEnumerable<ByteRange> Ranges(long[] numbers) => numbers.Chunk(2).Select(pair => new ByteRange(pair[0], pair[1]));
}
