using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Tests.FileSystem;

/// <summary>A file is taken as unchanged only while everything that a change would touch is the same.</summary>
public sealed class StatusHashTests
{
    private static readonly FileStatus Status = new()
    {
        Kind = FileKind.File,
        Mode = 0x1a4,
        UserId = 1,
        GroupId = 2,
        Size = 3,
        AllocatedSize = 4096,
        ModifiedTime = new FileTime(4, 5),
        ChangedTime = new FileTime(6, 7),
        CreatedTime = new FileTime(8, 9),
        Inode = 10,
        Device = 11,
        LinkCount = 1,
    };

    [Fact]
    public void Every_change_gives_another_hash()
    {
        FileStatus[] changed =
        [
            Status,
            Status with { Kind = FileKind.Fifo },
            Status with { Mode = 0x1a5 },
            Status with { UserId = 2 },
            Status with { GroupId = 1 },
            Status with { Size = 4 },
            Status with { ModifiedTime = new FileTime(4, 6) },
            Status with { ModifiedTime = new FileTime(5, 5) },
            Status with { ChangedTime = new FileTime(6, 8) },
            Status with { ChangedTime = new FileTime(7, 7) },
            Status with { CreatedTime = new FileTime(8, 10) },
            Status with { CreatedTime = null },
            Status with { Inode = 11 },
            Status with { LinkCount = 2 },
            Status with { LinkCount = 2, Device = 12 },
            Status with { SpecialDevice = 1 },
            Status with { WindowsAttributes = 1 },
        ];

        Assert.Equal(changed.Length, changed.Select(status => StatusHash.Compute(status)).Distinct().Count());
    }

    [Fact]
    public void A_device_that_has_another_number_after_a_restart_does_not_matter_for_a_file_with_one_name() =>
        Assert.Equal(StatusHash.Compute(Status), StatusHash.Compute(Status with { Device = 12 }));

    [Fact]
    public void Where_the_file_system_put_the_blocks_does_not_matter() =>
        Assert.Equal(StatusHash.Compute(Status), StatusHash.Compute(Status with { AllocatedSize = 8192 }));
}
