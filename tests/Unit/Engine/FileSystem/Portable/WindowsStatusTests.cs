using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Portable;
using Rekkord.Engine.Platform;
using Rekkord.Tests;

namespace Rekkord.Engine.Tests.FileSystem.Portable;

/// <summary>What Windows tells of a file becomes the status by which a save knows that it has not changed.</summary>
public sealed class WindowsStatusTests : IDisposable
{
    // 2026-01-02 03:04:05.6789012 UTC.
    private const long Time = 134_117_966_456_789_012;

    private readonly TemporaryDirectory _directory = new();

    private static WindowsFileRecord Record => new()
    {
        Attributes = 0x20,
        CreationTime = Time - 20,
        LastWriteTime = Time,
        ChangeTime = Time + 10,
        Size = 5,
        AllocatedSize = 4096,
        LinkCount = 2,
        Volume = 7,
        File = 9,
    };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_status_has_the_time_of_change_the_number_and_the_names_of_the_file()
    {
        var status = WindowsStatus.ToStatus(Record, linkTarget: null);

        Assert.Equal((FileKind.File, 5, 4096, 2u), (status.Kind, status.Size, status.AllocatedSize, status.LinkCount));
        Assert.Equal(new FileIdentity(7, 9), status.Identity);
        Assert.Equal(new FileTime(1_767_323_045, 678_901_200), status.ModifiedTime);
        Assert.Equal(new FileTime(1_767_323_045, 678_902_200), status.ChangedTime);
    }

    [Fact]
    public void A_change_of_content_shows_though_size_and_modification_time_are_put_back()
    {
        var before = WindowsStatus.ToStatus(Record, linkTarget: null);
        var changed = WindowsStatus.ToStatus(Record with { ChangeTime = Time + 11 }, linkTarget: null);
        var replaced = WindowsStatus.ToStatus(Record with { File = 10 }, linkTarget: null);

        Assert.NotEqual(StatusHash.Compute(before), StatusHash.Compute(changed));
        Assert.NotEqual(StatusHash.Compute(before), StatusHash.Compute(replaced));
    }

    [Fact]
    public void Where_no_time_of_change_is_kept_that_of_the_content_stands_in_its_place() =>
        Assert.Equal(new FileTime(1_767_323_045, 678_901_200), WindowsStatus.ToStatus(Record with { ChangeTime = 0 }, linkTarget: null).ChangedTime);

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void Times_that_no_calendar_has_are_taken_for_the_nearest(long time) =>
        Assert.NotEqual(default, WindowsStatus.ToStatus(Record with { LastWriteTime = time }, linkTarget: null).ModifiedTime);

    [Theory]
    [InlineData(0x410u, 0xA0000003u, "C:\\there", FileKind.SymbolicLink)] // a junction
    [InlineData(0x410u, 0xA0000003u, null, FileKind.Directory)] // a volume is mounted there
    [InlineData(0x400u, 0xA000000Cu, "there", FileKind.SymbolicLink)]
    [InlineData(0x400u, 0x80000023u, null, FileKind.Socket)]
    [InlineData(0x400u, 0x80000024u, null, FileKind.Fifo)]
    [InlineData(0x400u, 0x80000025u, null, FileKind.CharacterDevice)]
    [InlineData(0x400u, 0x80000026u, null, FileKind.BlockDevice)]
    [InlineData(0x400u, 0x80000013u, null, FileKind.File)] // deduplicated
    [InlineData(0x10u, 0u, null, FileKind.Directory)]
    public void A_reparse_point_is_what_it_stands_for(uint attributes, uint tag, string? target, FileKind kind) =>
        Assert.Equal(kind, WindowsStatus.ToStatus(Record with { Attributes = attributes, ReparseTag = tag }, target).Kind);

    [Fact]
    public void The_numbers_of_two_files_of_ReFS_stay_apart_and_those_of_NTFS_are_as_they_are()
    {
        Assert.Equal(9ul, WindowsFileRecord.Fold(9, 0));
        Assert.NotEqual(WindowsFileRecord.Fold(9, 1), WindowsFileRecord.Fold(9, 2));
        Assert.NotEqual(WindowsFileRecord.Fold(1, 9), WindowsFileRecord.Fold(9, 1));
    }

    // The sizes and places of the fields in winbase.h and fileapi.h, for 64-bit programs.
    [Fact]
    public void The_records_of_the_system_have_its_layout()
    {
        Assert.Equal(
            (40, 24, 8, 24, 52),
            (Unsafe.SizeOf<WindowsFileRecord.Basic>(), Unsafe.SizeOf<WindowsFileRecord.Standard>(), Unsafe.SizeOf<WindowsFileRecord.AttributeTag>(),
                Unsafe.SizeOf<WindowsFileRecord.Id>(), Unsafe.SizeOf<WindowsFileRecord.ByHandle>()));
        Assert.Equal(24, Marshal.OffsetOf<WindowsFileRecord.Basic>("ChangeTime"));
        Assert.Equal(16, Marshal.OffsetOf<WindowsFileRecord.Standard>("LinkCount"));
        Assert.Equal(44, Marshal.OffsetOf<WindowsFileRecord.ByHandle>("FileIndexHigh"));
    }

    [RequiresWindowsFact]
    public void Windows_tells_of_a_change_whose_modification_time_was_put_back()
    {
        var path = Path.Combine(_directory.Path, "file");
        File.WriteAllText(path, "one");
        var before = PortableStatus.Read(path, followLink: false);

        File.WriteAllText(path, "two");
        File.SetLastWriteTimeUtc(path, before.ModifiedTime.ToDateTimeOffset().UtcDateTime);
        var after = PortableStatus.Read(path, followLink: false);

        Assert.Equal((before.Size, before.ModifiedTime, before.Identity), (after.Size, after.ModifiedTime, after.Identity));
        Assert.NotEqual(before.ChangedTime, after.ChangedTime);
        Assert.NotEqual(0ul, after.Inode);
        Assert.Equal(PortableStatus.TryReadIdentity(path), after.Identity);
    }

    [RequiresWindowsFact]
    public void Windows_tells_of_the_names_of_a_file()
    {
        var path = Path.Combine(_directory.Path, "file");
        File.WriteAllText(path, "content");
        HardLink.Create(path, Path.Combine(_directory.Path, "second"));

        Assert.Equal(2u, PortableStatus.Read(path, followLink: false).LinkCount);
    }

    [RequiresWindowsFact]
    public void Windows_keeps_the_time_of_change_on_its_own_drives()
    {
        File.WriteAllText(Path.Combine(_directory.Path, "file"), "content");
        using var directory = new PortableFileSystem().OpenDirectory(FileName.FromText(_directory.Path));

        Assert.Equal(ChangeTimeKeeper.Kernel, directory.GetChangeTimeKeeper("file"u8.ToArray()));
    }
}
