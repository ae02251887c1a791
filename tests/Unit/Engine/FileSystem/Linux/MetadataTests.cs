using Rekkord.Engine.FileSystem;
using static Rekkord.Engine.FileSystem.FileName;

namespace Rekkord.Engine.Tests.FileSystem.Linux;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class MetadataTests : LinuxFixture
{
    [Theory]
    [InlineData("0000")]
    [InlineData("0444")]
    [InlineData("1777")]
    [InlineData("2755")]
    [InlineData("4755")]
    [InlineData("6711")]
    [InlineData("7777")]
    public void Every_mode_comes_back_on_files_directories_and_fifos(string mode)
    {
        Assert.Empty(Restore("file", Plain(FileKind.File) with { Mode = Octal(mode) }));
        using (var directory = Destination.CreateDirectory(FromText("directory")))
            Assert.Empty(directory.ApplyMetadata(Plain(FileKind.Directory) with { Mode = Octal(mode) }));
        Destination.CreateSpecial(FromText("fifo"), FileKind.Fifo, 0);
        Assert.Empty(Destination.ApplyMetadata(FromText("fifo"), Plain(FileKind.Fifo) with { Mode = Octal(mode) }));

        Assert.Equal(Octal(mode), StatusOf("file").Mode);
        Assert.Equal(Octal(mode), StatusOf("directory").Mode);
        Assert.Equal(Octal(mode), StatusOf("fifo").Mode);
    }

    [RequiresRootFact]
    public void Setuid_survives_the_change_of_owner()
    {
        Assert.Empty(Restore("file", Plain(FileKind.File) with { Mode = Octal("6755"), UserId = 54_321, GroupId = 54_322 }));
        var status = StatusOf("file");
        Assert.Equal((Octal("6755"), 54_321u, 54_322u), (status.Mode, status.UserId, status.GroupId));
    }

    [RequiresRootFact]
    public void The_owner_goes_by_name_where_the_machine_knows_it_and_else_by_number()
    {
        var metadata = Plain(FileKind.File) with { UserId = 54_321, GroupId = 54_322 };
        Assert.Empty(Restore("known", metadata with { UserName = "daemon", GroupName = "daemon" }));
        Assert.Empty(Restore("unknown", metadata with { UserName = "nobody-has-this-name", GroupName = "daemon\0x" }));
        Assert.Empty(Restore("empty", metadata with { UserName = "", GroupName = "" }));
        Destination.CreateSymbolicLink(FromText("link"), FromText("known"));
        Assert.Empty(Destination.ApplyMetadata(FromText("link"), metadata with { Kind = FileKind.SymbolicLink }));

        Assert.Equal((1u, 1u), (StatusOf("known").UserId, StatusOf("known").GroupId));
        Assert.Equal((54_321u, 54_322u), (StatusOf("unknown").UserId, StatusOf("unknown").GroupId));
        Assert.Equal((54_321u, 54_322u), (StatusOf("empty").UserId, StatusOf("empty").GroupId));
        Assert.Equal((54_321u, 54_322u), (StatusOf("link").UserId, StatusOf("link").GroupId));
    }

    [Theory]
    [InlineData(-2_147_483_647, 1)] // 1901-12-13, a second after the first that ext4 keeps
    [InlineData(-1, 999_999_999)]
    [InlineData(0, 0)]
    [InlineData(1_700_000_000, 123_456_789)]
    [InlineData(13_569_465_600, 987_654_321)] // 2400-01-01
    public void Old_and_far_future_times_come_back_to_the_nanosecond(long seconds, int nanoseconds)
    {
        var time = new FileTime(seconds, nanoseconds);
        Assert.Empty(Restore("file", Plain(FileKind.File) with { ModifiedTime = time }));
        Destination.CreateSymbolicLink(FromText("link"), FromText("nowhere"));
        Assert.Empty(Destination.ApplyMetadata(FromText("link"), Plain(FileKind.SymbolicLink) with { ModifiedTime = time }));
        using (var directory = Destination.CreateDirectory(FromText("directory")))
            Assert.Empty(directory.ApplyMetadata(Plain(FileKind.Directory) with { ModifiedTime = time }));

        Assert.Equal(time, StatusOf("file").ModifiedTime);
        Assert.Equal(time, StatusOf("link").ModifiedTime);
        Assert.Equal(time, StatusOf("directory").ModifiedTime);
    }

    [Fact]
    public void A_stream_of_Windows_is_named_and_left_out()
    {
        using var file = Destination.CreateFile(FromText("file"));
        var problems = file.ApplyMetadata(new FileMetadata
        {
            Kind = FileKind.File,
            ModifiedTime = new FileTime(1_000_000_000, 0),
            ExtendedAttributes = [new(FromText(":Zone.Identifier"), [1])],
        });

        Assert.Equal("The alternate data stream 'Zone.Identifier' was left out, because only Windows has such.", Assert.Single(problems).Message);
    }

    [Fact]
    public void A_time_beyond_what_the_file_system_keeps_is_reported()
    {
        var time = new FileTime(1L << 60, 0);
        var problems = Restore("file", Plain(FileKind.File) with { ModifiedTime = time });
        if (StatusOf("file").ModifiedTime == time) // btrfs and tmpfs keep every time
            Assert.Empty(problems);
        else
            Assert.Contains("the nearest that the file system can keep", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void The_access_time_is_left_alone_by_reading_and_restoring()
    {
        var past = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.WriteAllText(Temporary["file"], "content");
        File.SetLastAccessTimeUtc(Temporary["file"], past);
        using (var file = Source.OpenFile(FromText("file")))
            file.Read(new byte[10], 0);
        Assert.Equal(past, File.GetLastAccessTimeUtc(Temporary["file"]));
    }

    [Fact]
    public void What_was_saved_on_Windows_stays_private()
    {
        Assert.Empty(Restore("file", Plain(FileKind.File) with { WindowsAttributes = 1, SecurityDescriptor = [1, 2, 3] }));
        Assert.Equal(Octal("600"), StatusOf("file").Mode);
    }

    [Fact]
    public void A_status_has_what_the_stat_command_shows()
    {
        Restore("file", Plain(FileKind.File) with { Mode = Octal("4751"), ModifiedTime = new FileTime(1_234_567_890, 42) });
        Destination.CreateHardLink(Destination, FromText("file"), FromText("second"));
        var status = StatusOf("file");
        Assert.True(status.CreatedTime is null || status.CreatedTime.Value.Seconds > 1_700_000_000);
        Temporary.Run("sh", "-c", $"""
            test "$(stat -c '%f %u %g %i %h %s' file)" = "{Octal("4751") | 0x8000:x} {status.UserId} {status.GroupId} {status.Inode} 2 {status.Size}" &&
            test "$(stat -c '%y %Z' file)" = "$(TZ=$TZ date -d @1234567890 '+%Y-%m-%d %H:%M:%S').000000042 $(date -d @1234567890 +%z) {status.ChangedTime.Seconds}" &&
            test "$(stat -c '%d' file)" = "$(( ({status.Device >> 32} << 8) | {(uint)status.Device} ))"
            """);
        Assert.Equal((status.Inode, status.Device), (StatusOf("second").Inode, StatusOf("second").Device));
    }
}
