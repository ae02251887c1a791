using System.Runtime.Versioning;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Tests.Storage;

/// <summary>Every way to a store's directory: with openat2, component by component where the kernel has none, and with .NET alone.</summary>
public sealed class StoreRootTests : IDisposable
{
    private const string Temporary = "0123456789abcdef0123456789abcdef";

    private readonly TemporaryDirectory _directory = new();
    private readonly string _outside;
    private readonly string _root;

    public StoreRootTests()
    {
        _root = Directory.CreateDirectory(_directory["root"]).FullName;
        _outside = Obstacle.MakeOutside(_directory["outside"]);
        Directory.CreateDirectory(Path.Combine(_root, "packs", "ab"));
        File.WriteAllText(Path.Combine(_root, "packs", "ab", "one"), "content");
        Directory.CreateSymbolicLink(Path.Combine(_root, "linked"), Path.Combine(_outside, "directory"));
        File.CreateSymbolicLink(Path.Combine(_root, "packs", "link"), Path.Combine(_outside, "file"));
    }

    public static TheoryData<string> Ways => OperatingSystem.IsLinux() ? ["openat2", "components", "portable"] : ["portable"];

    public static TheoryData<string> LinuxWays => ["openat2", "components"];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public void What_is_a_file_is_found_listed_and_read(string way)
    {
        using var root = Open(way);

        using (var file = root.OpenFile("packs/ab/one"))
            Assert.Equal(7, RandomAccess.GetLength(file));
        Assert.Equal(("one", FileKind.File, 7L), root.List("packs/ab").Select(entry => (entry.Name, entry.Kind, entry.Size)).Single());
        Assert.Equal([FileKind.Directory, FileKind.SymbolicLink], root.List("").Select(entry => entry.Kind).Order());
        Assert.Empty(root.List("none"));
        Assert.Null(root.Find("packs/ab/two"));
        Assert.Null(root.Find("none/ab/two"));
        Assert.Throws<FileNotFoundException>(() => root.OpenFile("packs/ab/two"));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void No_call_goes_through_a_linked_directory(string way)
    {
        using var root = Open(way);
        var before = Obstacle.Describe(_outside);
        Action<string>[] calls =
        [
            name => root.Find(name), name => root.OpenFile(name), name => root.CreateFile(name), name => root.FlushFile(name), name => root.DeleteFile(name),
            name => root.CreateDirectory(name), name => root.List(name), name => root.FlushDirectory(name),
            name => root.TryRename(name, "packs/ab/two"), name => root.TryRename("packs/ab/one", name),
            name => root.Rename(name, "packs/ab/two"), name => root.Rename("packs/ab/one", name),
        ];

        Assert.All(calls, call => Assert.Equal("linked", Assert.Throws<ObstacleException>(() => call($"linked/{Temporary}")).Name));
        Assert.False(root.TryDeleteAbandoned($"linked/{Temporary}"));
        Assert.Equal("linked", Assert.Throws<ObstacleException>(() => root.List("linked")).Name);
        Assert.Equal("linked", Assert.Throws<ObstacleException>(() => root.CreateDirectory("linked")).Name);
        Assert.Equal(before, Obstacle.Describe(_outside));
        Assert.True(File.Exists(Path.Combine(_root, "packs", "ab", "one")));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_link_in_the_place_of_a_file_is_moved_and_removed_itself(string way)
    {
        using var root = Open(way);
        var before = Obstacle.Describe(_outside);

        Assert.Equal(FileKind.SymbolicLink, root.Find("packs/link"));
        Assert.Throws<ObstacleException>(() => root.OpenFile("packs/link"));
        Assert.False(root.TryDeleteAbandoned("packs/link"));
        root.Rename("packs/link", "packs/aside");
        Assert.Equal(FileKind.SymbolicLink, root.Find("packs/aside"));
        root.DeleteFile("packs/aside");

        Assert.Null(root.Find("packs/aside"));
        Assert.Equal(before, Obstacle.Describe(_outside));
    }

    [Theory]
    [MemberData(nameof(LinuxWays))]
    [SupportedOSPlatform("linux")]
    public void A_name_leads_nowhere_above_the_directory(string way)
    {
        using var root = Open(way);

        Assert.ThrowsAny<IOException>(() => root.OpenFile("../outside/file"));
        Assert.ThrowsAny<IOException>(() => root.OpenFile("packs/../../outside/file"));
    }

    [Theory]
    [MemberData(nameof(LinuxWays))]
    [SupportedOSPlatform("linux")]
    public void What_is_in_the_opened_directory_is_used_wherever_that_is_moved(string way)
    {
        using var root = Open(way);
        Directory.Move(_root, $"{_root}.moved");
        Directory.CreateDirectory(_root);

        root.CreateDirectory("tmp");
        using (var file = root.CreateFile($"tmp/{Temporary}"))
            root.Write(file, "written"u8, 0);

        Assert.False(root.IsInPlace());
        Assert.Empty(Directory.GetFileSystemEntries(_root));
        Assert.Equal("written", File.ReadAllText(Path.Combine($"{_root}.moved", "tmp", Temporary)));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_directory_that_is_gone_or_another_is_not_in_place(string way)
    {
        using var root = Open(way);
        Assert.True(root.IsInPlace());

        Directory.Move(_root, $"{_root}.moved");
        Assert.False(root.IsInPlace());

        Directory.CreateSymbolicLink(_root, $"{_root}.moved");
        Assert.True(root.IsInPlace());
    }

    [Theory]
    [MemberData(nameof(LinuxWays))]
    [SupportedOSPlatform("linux")]
    public void New_files_and_directories_are_open_to_those_who_the_repository_is_open_to(string way)
    {
        const UnixFileMode group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        const UnixFileMode directory = owner | group | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.SetGroup;
        File.WriteAllText(Path.Combine(_root, "model"), "");
        File.SetUnixFileMode(Path.Combine(_root, "model"), UnixFileMode.UserRead | group);
        File.SetUnixFileMode(_root, directory);
        using var root = Open(way);

        root.CreateDirectory("tags");
        root.CreateFile("tags/new").Dispose();

        Assert.Equal(directory, File.GetUnixFileMode(Path.Combine(_root, "tags")));
        Assert.Equal(owner | group, File.GetUnixFileMode(Path.Combine(_root, "tags", "new")));
    }

    private IStoreRoot Open(string way) => way == "portable" ? new PortableStoreRoot(_root) : LinuxStoreRoot.Open(_root, "model", byComponents: way == "components");
}
