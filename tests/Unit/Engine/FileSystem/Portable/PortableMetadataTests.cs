using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Linux;
using Rekkord.Engine.FileSystem.Portable;
using Rekkord.Engine.Platform;
using static Rekkord.Engine.FileSystem.FileName;

namespace Rekkord.Engine.Tests.FileSystem.Portable;

public sealed class PortableMetadataTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();
    private readonly DestinationDirectory _destination;

    public PortableMetadataTests() => _destination = new PortableFileSystem().CreateDestination(_temporary.NativePath);

    public void Dispose()
    {
        _destination.Dispose();
        _temporary.Dispose();
    }

    [RequiresRootFact]
    public void On_Unix_the_owner_is_set_before_the_mode_and_links_keep_their_targets()
    {
        var metadata = new FileMetadata
        {
            Kind = FileKind.File,
            Mode = Convert.ToUInt32("4755", 8),
            UserId = 54_321,
            GroupId = 54_322,
            UserName = "nobody-has-this-name",
            ModifiedTime = new FileTime(1_000_000_000, 0),
        };
        using (var file = _destination.CreateFile(FromText("file")))
            Assert.Empty(file.ApplyMetadata(metadata));
        _destination.CreateSymbolicLink(FromText("link"), FromText("file"));
        Assert.Empty(_destination.ApplyMetadata(FromText("link"), metadata with { Kind = FileKind.SymbolicLink, UserId = 54_323 }));

        using var source = new LinuxFileSystem().OpenDirectory(_temporary.NativePath);
        var status = source.GetStatus(FromText("file"));
        Assert.Equal((metadata.Mode, 54_321u, 54_322u), (status.Mode, status.UserId, status.GroupId));
        Assert.Equal(54_323u, source.GetStatus(FromText("link")).UserId);
    }

    [Fact]
    public void What_has_no_place_is_reported()
    {
        using var file = _destination.CreateFile(FromText("file"));
        var problems = file.ApplyMetadata(new FileMetadata
        {
            Kind = FileKind.File,
            ModifiedTime = new FileTime(1_000_000_000, 0),
            ExtendedAttributes = [new(FromText("trusted.a"), [1])],
        });
        Assert.Contains("extended attribute 'trusted.a' was left out", Assert.Single(problems).Message, StringComparison.Ordinal);
        var failure = Assert.Throws<FileSystemException>(() => _destination.CreateSpecial(FromText("fifo"), FileKind.Fifo, 0));
        Assert.Equal("FileWriteError", failure.ErrorId);
    }

    [Fact]
    public void The_streams_of_links_are_left_out_and_reported()
    {
        _destination.CreateSymbolicLink(FromText("link"), FromText("file"));

        var problems = _destination.ApplyMetadata(FromText("link"), new FileMetadata
        {
            Kind = FileKind.SymbolicLink,
            ModifiedTime = new FileTime(1_000_000_000, 0),
            ExtendedAttributes = [new(FromText(":note"), [1])],
        });

        Assert.Equal("The alternate data stream 'note' was left out (the streams of links are not restored).", problems[0].Message);
    }

    [RequiresWindowsFact]
    public void A_junctions_stream_does_not_reach_what_it_leads_to()
    {
        var target = Directory.CreateDirectory(_temporary["target"]).FullName;
        _destination.CreateSymbolicLink(FromText("junction"), FromText(WindowsJunction.Prefix + target));

        var problems = _destination.ApplyMetadata(FromText("junction"), new FileMetadata
        {
            Kind = FileKind.SymbolicLink,
            ModifiedTime = new FileTime(1_000_000_000, 0),
            WindowsAttributes = (uint)(FileAttributes.Directory | FileAttributes.ReparsePoint),
            ExtendedAttributes = [new(FromText(":note"), [1])],
        });

        Assert.Contains("'note' was left out", Assert.Single(problems).Message, StringComparison.Ordinal);
        using var source = new PortableFileSystem().OpenDirectory(_temporary.NativePath);
        Assert.Empty(source.GetExtendedAttributes(FromText("target")));
    }
}
