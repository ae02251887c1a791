using Rekkord.Engine.FileSystem;
using static Rekkord.Engine.FileSystem.FileName;

namespace Rekkord.Engine.Tests.FileSystem.Linux;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class NameAndDepthTests : LinuxFixture
{
    [Fact]
    public void Every_byte_but_slash_and_nul_can_be_in_a_name()
    {
        var names = Enumerable.Range(1, 255).Where(b => b != '/' && b != '.').Select(b => new[] { (byte)b }).ToArray();
        foreach (var name in names)
            Destination.CreateFile(name).Dispose();

        Assert.Equal(names, Source.ReadNames());
        foreach (var name in names)
            Assert.Equal(FileKind.File, Source.GetStatus(name).Kind);
    }

    [Fact]
    public void Names_of_255_bytes_work_with_every_call_and_longer_ones_are_refused()
    {
        var name = Enumerable.Repeat((byte)0xfe, 255).ToArray();
        var link = Enumerable.Repeat((byte)0xfd, 255).ToArray();
        var directory = Enumerable.Repeat((byte)0xfc, 255).ToArray();
        using (var file = Destination.CreateFile(name))
            Assert.Empty(file.ApplyMetadata(Plain(FileKind.File) with { ExtendedAttributes = [Attribute("user.a", "b")] }));
        Destination.CreateSymbolicLink(link, name);
        Assert.Empty(Destination.ApplyMetadata(link, Plain(FileKind.SymbolicLink)));
        Destination.CreateDirectory(directory).Dispose();

        Assert.Equal([directory, link, name], Source.ReadNames());
        Assert.Equal(name, Source.ReadLink(link));
        Source.OpenFile(link, followLink: true).Dispose();
        Source.OpenDirectory(directory).Dispose();
        Assert.Single(Source.GetExtendedAttributes(name));
        AssertFails("FileWriteError", () => Destination.CreateFile([.. name, 0xfe]));
        AssertFails("FileReadError", () => Source.GetStatus([.. name, 0xfe]));
        AssertFails("FileReadError", () => Source.GetStatus(new byte[5000].Select(_ => (byte)'x').ToArray()));
    }

    [Fact]
    public void A_link_target_has_up_to_4095_bytes_of_any_value()
    {
        var target = Enumerable.Range(0, 4095).Select(i => (byte)(i % 255 + 1)).ToArray();
        Destination.CreateSymbolicLink(FromText("link"), target);
        Assert.Equal(target, Source.ReadLink(FromText("link")));
        Assert.Equal(4095, StatusOf("link").Size);
        AssertFails("FileWriteError", () => Destination.CreateSymbolicLink(FromText("longer"), [.. target, 1]));
    }

    [Fact]
    public void Trees_far_deeper_than_a_path_may_be_long_are_made_and_read()
    {
        const int depth = 250;
        var name = Enumerable.Repeat((byte)'d', 255).ToArray();
        var made = new Stack<DestinationDirectory>();
        for (var i = 0; i < depth; i++)
            made.Push((made.Count == 0 ? Destination : made.Peek()).CreateDirectory(name));
        using (var file = made.Peek().CreateFile(FromText("bottom")))
            file.Write("reached"u8, 0);
        while (made.TryPop(out var directory))
        {
            Assert.Empty(directory.ApplyMetadata(Plain(FileKind.Directory) with { Mode = Octal("750") }));
            directory.Dispose();
        }

        var source = Source.OpenDirectory(name);
        for (var i = 1; i < depth; i++)
        {
            using var above = source;
            source = above.OpenDirectory(name);
        }

        using (source)
        {
            Assert.Equal(Octal("750"), source.GetStatus().Mode);
            Assert.Equal(Temporary.Path.Length + depth * 256, source.DisplayPath.Length);
            using var file = source.OpenFile(FromText("bottom"));
            var buffer = new byte[20];
            Assert.Equal("reached"u8.ToArray(), buffer[..file.Read(buffer, 0)]);
        }
    }

    [Fact]
    public void A_path_longer_than_the_kernel_takes_is_opened_and_made()
    {
        var path = string.Concat(Enumerable.Repeat("/" + new string('p', 200), 60));
        using (var made = FileSystem.CreateDestination(Temporary.Native(path)))
            made.CreateFile(FromText("file")).Dispose();
        using (var again = FileSystem.CreateDestination(Temporary.Native(path)))
            Assert.NotNull(again.TryGetStatus(FromText("file")));

        using var source = FileSystem.OpenDirectory(Temporary.Native(path));
        Assert.Equal([FromText("file")], source.ReadNames());
        AssertFails("FileNotFound", () => FileSystem.OpenDirectory(Temporary.Native(path + "/missing")));
        AssertFails("FileNotFound", () => FileSystem.OpenDirectory(Temporary.Native("/missing" + path)));
    }

    [Fact]
    public void A_directory_that_is_moved_and_replaced_by_a_link_is_still_the_one_that_was_opened()
    {
        Directory.CreateDirectory(Temporary["real"]);
        Directory.CreateDirectory(Temporary["trap"]);
        using var source = Source.OpenDirectory(FromText("real"));
        using var destination = Destination.CreateDirectory(FromText("real"));
        Directory.Move(Temporary["real"], Temporary["moved"]);
        Directory.CreateSymbolicLink(Temporary["real"], Temporary["trap"]);

        destination.CreateFile(FromText("file")).Dispose();
        Assert.Equal([FromText("file")], source.ReadNames());
        Assert.True(File.Exists(Temporary["moved/file"]));
        Assert.Empty(Directory.GetFiles(Temporary["trap"]));
    }

    [Fact]
    public void A_removed_directory_cannot_be_listed_or_filled()
    {
        using var source = FileSystem.CreateDestination(Temporary.Native("gone"));
        using var reading = Source.OpenDirectory(FromText("gone"));
        Directory.Delete(Temporary["gone"]);
        AssertFails("FileNotFound", () => reading.ReadNames());
        AssertFails("FileNotFound", () => source.CreateFile(FromText("x")));
    }

    [Fact]
    public void Many_entries_are_listed_whole_and_in_order()
    {
        var names = Enumerable.Range(0, 5000).Select(i => FromText($"entry-with-a-rather-long-name-{i * 7919 % 5000}")).ToList();
        foreach (var name in names)
            Destination.CreateFile(name).Dispose();
        names.Sort((left, right) => left.AsSpan().SequenceCompareTo(right));
        Assert.Equal(names, Source.ReadNames());
    }
}
