using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Linux;
using Rekkord.Engine.FileSystem.Portable;
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
}
