using System.Net.Sockets;
using Rekkord.Engine.FileSystem;
using static Rekkord.Engine.FileSystem.FileName;

namespace Rekkord.Engine.Tests.FileSystem.Linux;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class SpecialFileTests : LinuxFixture
{
    [Fact]
    public void A_fifo_put_where_a_file_was_is_refused_at_once()
    {
        Destination.CreateSpecial(FromText("fifo"), FileKind.Fifo, 0);
        Assert.Equal(FileKind.Fifo, StatusOf("fifo").Kind);
        AssertFails("NotARegularFile", () => Source.OpenFile(FromText("fifo"))); // without a writer a plain open would wait for ever
        AssertFails("NotARegularFile", () => Destination.OpenFile(FromText("fifo")));
        AssertFails("FileExists", () => Destination.CreateSpecial(FromText("fifo"), FileKind.Fifo, 0));
    }

    [RequiresRootFact]
    public void Devices_come_back_with_their_numbers()
    {
        const ulong device = (0x123ul << 32) | 0xabcde;
        Destination.CreateSpecial(FromText("character"), FileKind.CharacterDevice, device);
        Destination.CreateSpecial(FromText("block"), FileKind.BlockDevice, device + 1);
        var metadata = Plain(FileKind.CharacterDevice) with { Mode = Octal("620"), UserId = 54_321, GroupId = 54_322 };
        Assert.Empty(Destination.ApplyMetadata(FromText("character"), metadata));

        var status = StatusOf("character");
        Assert.Equal((FileKind.CharacterDevice, device, Octal("620")), (status.Kind, status.SpecialDevice, status.Mode));
        Assert.Equal((54_321u, metadata.ModifiedTime), (status.UserId, status.ModifiedTime));
        Assert.Equal((FileKind.BlockDevice, device + 1), (StatusOf("block").Kind, StatusOf("block").SpecialDevice));
        AssertFails("NotARegularFile", () => Source.OpenFile(FromText("character")));
    }

    [Fact]
    public void A_socket_is_known_and_neither_opened_nor_made()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Temporary["socket"]));
        Assert.Equal(FileKind.Socket, StatusOf("socket").Kind);
        AssertFails("NotARegularFile", () => Source.OpenFile(FromText("socket")));
        Assert.Throws<ArgumentOutOfRangeException>(() => Destination.CreateSpecial(FromText("x"), FileKind.Socket, 0));
    }

    [Fact]
    public void Hard_links_share_an_inode_and_count_each_other()
    {
        Destination.CreateFile(FromText("one")).Dispose();
        using var directory = Destination.CreateDirectory(FromText("directory"));
        directory.CreateHardLink(Destination, FromText("one"), FromText("two"));
        var second = directory.TryGetStatus(FromText("two"))!.Value;
        Assert.Equal((StatusOf("one").Inode, 2u), (second.Inode, second.LinkCount));
    }
}
