using Rekkord.Engine.FileSystem;
using static Rekkord.Engine.FileSystem.FileName;

namespace Rekkord.Engine.Tests.FileSystem;

/// <summary>What holds for restoring through every implementation.</summary>
public abstract class DestinationContract : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();
    private readonly LocalFileSystem _fileSystem;
    private readonly DestinationDirectory _destination;

    private protected DestinationContract(LocalFileSystem fileSystem)
    {
        _fileSystem = fileSystem;
        _destination = fileSystem.CreateDestination(_temporary.Native("destination"));
    }

    public static TheoryData<string> UnsafeNames => ["", ".", "..", "a/b", "/", "../x", "a\0b"];

    public void Dispose()
    {
        _destination.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public void A_destination_is_made_with_its_parents_and_private()
    {
        using var made = _fileSystem.CreateDestination(_temporary.Native("a//b/./c/"));
        Assert.True(Directory.Exists(_temporary["a/b/c"]));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_temporary["a/b/c"]));

        using var again = _fileSystem.CreateDestination(_temporary.Native("a/b/c"));
        using (again.CreateFile(FromText("file")))
            Assert.True(File.Exists(_temporary["a/b/c/file"]));
    }

    [Fact]
    public void A_read_only_directory_allows_changes_to_its_owner_when_told_to()
    {
        if (OperatingSystem.IsWindows())
            return;
        using var directory = _destination.CreateDirectory(FromText("directory"));
        File.SetUnixFileMode(_temporary["destination/directory"], UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead);

        directory.AllowChanges();

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead,
            File.GetUnixFileMode(_temporary["destination/directory"]));
    }

    [Fact]
    public void A_destination_below_a_file_is_refused()
    {
        File.WriteAllText(_temporary["file"], "");
        AssertFails("NotADirectory", () => _fileSystem.CreateDestination(_temporary.Native("file")));
        Assert.Throws<FileSystemException>(() => _fileSystem.CreateDestination(_temporary.Native("file/below")));
    }

    [Fact]
    public void A_file_is_written_at_any_position()
    {
        using (var file = _destination.CreateFile(FromText("file")))
        {
            file.Write("end"u8, 200_000);
            file.Write("start"u8, 0);
            file.Write([], 5);
            file.SetSize(200_010);
        }

        var expected = new byte[200_010];
        "start"u8.CopyTo(expected);
        "end"u8.CopyTo(expected.AsSpan(200_000));
        Assert.Equal(expected, File.ReadAllBytes(At("file")));
        using var reading = _destination.OpenFile(FromText("file"));
        Assert.Equal(expected.Length, reading.StatusAtOpening.Size);
    }

    [Fact]
    public void What_is_new_is_private()
    {
        if (OperatingSystem.IsWindows())
            return; // has the permissions of its parent there
        _destination.CreateFile(FromText("file")).Dispose();
        _destination.CreateDirectory(FromText("directory")).Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At("file")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(At("directory")));
    }

    [Fact]
    public void A_directory_that_exists_is_opened()
    {
        Directory.CreateDirectory(At("directory"));
        using var directory = _destination.CreateDirectory(FromText("directory"));
        directory.CreateFile(FromText("file")).Dispose();
        Assert.True(File.Exists(At("directory/file")));
        Assert.Equal(At("directory"), directory.DisplayPath);
    }

    [Fact]
    public void A_directory_knows_whether_it_is_new_and_which_it_is()
    {
        using var made = _destination.CreateDirectory(FromText("directory"));
        using var opened = _destination.CreateDirectory(FromText("directory"));
        using var searched = _destination.OpenForSearch(FromText("directory"));
        Assert.Equal((true, false, false), (made.IsNew, opened.IsNew, searched.IsNew));
        Assert.Equal((made.Identity, made.Identity), (opened.Identity, searched.Identity));
        Assert.Equal(made.Identity, _destination.TryGetIdentity(FromText("directory")));
        Assert.Null(_destination.TryGetIdentity(FromText("missing")));
        Directory.CreateSymbolicLink(At("link"), At("directory"));
        Assert.Throws<FileSystemException>(() => _destination.OpenForSearch(FromText("link")));
        Assert.Throws<FileSystemException>(() => _destination.OpenForSearch(FromText("missing")));
    }

    [Fact]
    public void A_taken_name_is_refused()
    {
        File.WriteAllText(At("taken"), "kept");
        AssertFails("FileExists", () => _destination.CreateFile(FromText("taken")));
        AssertFails("NotADirectory", () => _destination.CreateDirectory(FromText("taken")));
        AssertFails("FileExists", () => _destination.CreateSymbolicLink(FromText("taken"), FromText("x")));
        File.WriteAllText(At("other"), "");
        AssertFails("FileExists", () => _destination.CreateHardLink(_destination, FromText("other"), FromText("taken")));
        AssertFails("FileExists", () => _destination.Rename(FromText("other"), FromText("taken"), replace: false));
        Assert.Equal("kept", File.ReadAllText(At("taken")));
    }

    [Fact]
    public void A_link_put_where_a_directory_or_file_goes_is_never_followed()
    {
        Directory.CreateDirectory(_temporary["outside"]);
        File.WriteAllText(_temporary["outside/victim"], "unharmed");
        Directory.CreateSymbolicLink(At("directory"), _temporary["outside"]);
        File.CreateSymbolicLink(At("file"), _temporary["outside/victim"]);
        File.CreateSymbolicLink(At("dangling"), _temporary["outside/new"]);

        AssertFails("NotADirectory", () => _destination.CreateDirectory(FromText("directory")));
        AssertFails("FileExists", () => _destination.CreateFile(FromText("file")));
        AssertFails("FileExists", () => _destination.CreateFile(FromText("dangling")));
        AssertFails("NotARegularFile", () => _destination.OpenFile(FromText("file")));
        Assert.Equal(FileKind.SymbolicLink, _destination.TryGetStatus(FromText("directory"))!.Value.Kind);
        Assert.Equal([_temporary["outside/victim"]], Directory.GetFiles(_temporary["outside"]));
        Assert.Equal("unharmed", File.ReadAllText(_temporary["outside/victim"]));
    }

    [Fact]
    public void Metadata_of_a_link_does_not_reach_its_target()
    {
        File.WriteAllText(_temporary["victim"], "");
        var before = File.GetLastWriteTimeUtc(_temporary["victim"]);
        _destination.CreateSymbolicLink(FromText("link"), FromText("../victim"));
        var metadata = new FileMetadata { Kind = FileKind.SymbolicLink, Mode = 511, ModifiedTime = new FileTime(1_000_000, 500) };

        Assert.Empty(_destination.ApplyMetadata(FromText("link"), metadata));
        Assert.Equal(before, File.GetLastWriteTimeUtc(_temporary["victim"]));
        Assert.Equal(1_000_000, _destination.TryGetStatus(FromText("link"))!.Value.ModifiedTime.Seconds);
        Assert.Equal("../victim", new FileInfo(At("link")).LinkTarget);
    }

    [Fact]
    public void Metadata_of_files_and_directories_is_applied()
    {
        var time = new FileTime(1_234_567_890, 123_456_700);
        using var directory = _destination.CreateDirectory(FromText("directory"));
        using (var file = directory.CreateFile(FromText("file")))
            Assert.Empty(file.ApplyMetadata(new FileMetadata { Kind = FileKind.File, Mode = 292, ModifiedTime = time }));
        Assert.Empty(directory.ApplyMetadata(new FileMetadata { Kind = FileKind.Directory, Mode = 365, ModifiedTime = time }));

        var status = _destination.TryGetStatus(FromText("directory"))!.Value;
        Assert.Equal((time, OperatingSystem.IsWindows() ? 0 : 365u), (status.ModifiedTime, status.Mode));
        status = directory.TryGetStatus(FromText("file"))!.Value;
        Assert.Equal((time, OperatingSystem.IsWindows() ? 0 : 292u), (status.ModifiedTime, status.Mode));
    }

    [Fact]
    public void Renaming_replaces_only_when_told_to_and_a_link_itself()
    {
        File.WriteAllText(_temporary["victim"], "unharmed");
        File.CreateSymbolicLink(At("link"), _temporary["victim"]);
        File.WriteAllText(At("new"), "new");

        _destination.Rename(FromText("new"), FromText("link"), replace: true);
        Assert.Equal("new", File.ReadAllText(At("link")));
        Assert.Null(new FileInfo(At("link")).LinkTarget);
        Assert.Equal("unharmed", File.ReadAllText(_temporary["victim"]));

        _destination.Rename(FromText("link"), FromText("free"), replace: false);
        Assert.Equal("new", File.ReadAllText(At("free")));
        Assert.Null(_destination.TryGetStatus(FromText("link")));
        AssertFails("FileNotFound", () => _destination.Rename(FromText("link"), FromText("x"), replace: false));
    }

    [Fact]
    public void Removing_takes_the_link_not_its_target_and_no_directory()
    {
        File.WriteAllText(_temporary["victim"], "unharmed");
        File.CreateSymbolicLink(At("link"), _temporary["victim"]);
        Directory.CreateDirectory(At("directory"));

        _destination.Remove(FromText("link"));
        _destination.Remove(FromText("link"));
        Assert.True(File.Exists(_temporary["victim"]));
        Assert.Null(_destination.TryGetStatus(FromText("link")));
        Assert.Throws<FileSystemException>(() => _destination.Remove(FromText("directory")));
        Assert.True(Directory.Exists(At("directory")));
    }

    [Fact]
    public void A_hard_link_is_a_second_name()
    {
        File.WriteAllText(At("first"), "one");
        using var directory = _destination.CreateDirectory(FromText("directory"));
        directory.CreateHardLink(_destination, FromText("first"), FromText("second"));
        File.WriteAllText(At("first"), "two");
        Assert.Equal("two", File.ReadAllText(At("directory/second")));
        AssertFails("FileNotFound", () => directory.CreateHardLink(_destination, FromText("missing"), FromText("third")));
    }

    [Fact]
    public void A_hard_link_to_a_link_is_one_to_the_link()
    {
        File.WriteAllText(_temporary["victim"], "");
        File.CreateSymbolicLink(At("link"), _temporary["victim"]);
        _destination.CreateHardLink(_destination, FromText("link"), FromText("second"));
        Assert.Equal(_temporary["victim"], new FileInfo(At("second")).LinkTarget);
    }

    [Theory]
    [MemberData(nameof(UnsafeNames))]
    public void Names_that_are_no_entrys_are_refused(string name)
    {
        var unsafeName = FromText(name);
        var metadata = new FileMetadata { Kind = FileKind.SymbolicLink, ModifiedTime = default };
        File.WriteAllText(At("file"), "");
        Action[] calls =
        [
            () => _destination.TryGetStatus(unsafeName),
            () => _destination.CreateDirectory(unsafeName),
            () => _destination.CreateFile(unsafeName),
            () => _destination.OpenFile(unsafeName),
            () => _destination.CreateSymbolicLink(unsafeName, FromText("x")),
            () => _destination.CreateSpecial(unsafeName, FileKind.Fifo, 0),
            () => _destination.CreateHardLink(_destination, unsafeName, FromText("x")),
            () => _destination.CreateHardLink(_destination, FromText("file"), unsafeName),
            () => _destination.Rename(unsafeName, FromText("x"), replace: true),
            () => _destination.Rename(FromText("file"), unsafeName, replace: true),
            () => _destination.Remove(unsafeName),
            () => _destination.ApplyMetadata(unsafeName, metadata),
        ];

        foreach (var call in calls)
            AssertFails("UnsafeFileName", call);
        Assert.Equal([At("file")], Directory.GetFileSystemEntries(At("")));
        Assert.Equal([_temporary["destination"]], Directory.GetFileSystemEntries(_temporary.Path));
    }

    [Fact]
    public void A_link_target_with_a_nul_byte_is_refused() =>
        AssertFails("UnsafeFileName", () => _destination.CreateSymbolicLink(FromText("link"), "a\0b"u8.ToArray()));

    private string At(string entry) => Path.Join(_temporary["destination"], entry);

    private static void AssertFails(string errorId, Action call) => Assert.Equal(errorId, Assert.Throws<FileSystemException>(call).ErrorId);
}
