using System.Text;
using Rekkord.Engine.FileSystem;
using static Rekkord.Engine.FileSystem.FileName;

namespace Rekkord.Engine.Tests.FileSystem;

/// <summary>What holds for reading through every implementation.</summary>
public abstract class SourceContract : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();
    private readonly LocalFileSystem _fileSystem;
    private readonly SourceDirectory _source;

    private protected SourceContract(LocalFileSystem fileSystem)
    {
        _fileSystem = fileSystem;
        _source = fileSystem.OpenDirectory(_temporary.NativePath);
    }

    public static TheoryData<string> UnsafeNames => ["", "..", "a/b", "/", "../x", "a\0b"];

    public void Dispose()
    {
        _source.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public void Names_come_in_byte_order_and_again_on_the_next_call()
    {
        string[] names =
        [
            "", "-", "'", "$x", "a", "aa", "a b", "ä", "z", "~", "日本", "𝄞", "\uffee", ".hidden",
            "prefix-longer-than-eight-1", "prefix-longer-than-eight-10", "prefix-longer-than-eight-2", "prefix-l", "prefix-", "prefix",
            .. OperatingSystem.IsWindows() ? (string[])[] : [" ", "\"", "\n"],
            .. OperatingSystem.IsLinux() ? (string[])["A"] : [], // the others tell no case apart
        ];
        foreach (var name in names.Skip(1))
            File.WriteAllText(_temporary[name], "");
        var expected = names.Skip(1).Select(FromText).ToList();
        expected.Sort((left, right) => left.AsSpan().SequenceCompareTo(right));

        Assert.Equal(expected, _source.ReadNames());
        File.WriteAllText(_temporary["zz"], "");
        Assert.Equal(names.Length, _source.ReadNames().Length);
    }

    [Fact]
    public void An_empty_directory_has_no_names() => Assert.Empty(_source.ReadNames());

    [Fact]
    public void A_status_tells_type_size_mode_and_time()
    {
        File.WriteAllText(_temporary["file"], "12345");
        Directory.CreateDirectory(_temporary["directory"]);
        File.CreateSymbolicLink(_temporary["link"], "nowhere/ä");
        var time = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc).AddTicks(1234567);
        File.SetLastWriteTimeUtc(_temporary["file"], time);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_temporary["file"], UnixFileMode.UserRead | UnixFileMode.GroupWrite | UnixFileMode.StickyBit);

        var file = _source.GetStatus(FromText("file"));
        Assert.Equal((FileKind.File, 5L, 1u), (file.Kind, file.Size, file.LinkCount));
        Assert.Equal(FileTime.FromDateTimeOffset(time), file.ModifiedTime);
        Assert.Equal(OperatingSystem.IsWindows() ? 0 : Convert.ToUInt32("1420", 8), file.Mode);
        Assert.Equal(FileKind.Directory, _source.GetStatus(FromText("directory")).Kind);
        var link = _source.GetStatus(FromText("link"));
        Assert.Equal((FileKind.SymbolicLink, (long)Encoding.UTF8.GetByteCount("nowhere/ä")), (link.Kind, link.Size));
        Assert.Equal(FileKind.Directory, _source.GetStatus().Kind);
    }

    [Fact]
    public void Links_are_followed_only_when_told_to()
    {
        File.WriteAllText(_temporary["file"], "content");
        Directory.CreateDirectory(_temporary["directory"]);
        File.CreateSymbolicLink(_temporary["to-file"], "file");
        Directory.CreateSymbolicLink(_temporary["to-directory"], "directory");

        Assert.Equal(FileKind.File, _source.GetStatus(FromText("to-file"), followLink: true).Kind);
        Assert.Equal(FileKind.Directory, _source.GetStatus(FromText("to-directory"), followLink: true).Kind);
        using (var file = _source.OpenFile(FromText("to-file"), followLink: true))
            Assert.Equal(7, file.StatusAtOpening.Size);
        using (var directory = _source.OpenDirectory(FromText("to-directory"), followLink: true))
            Assert.Empty(directory.ReadNames());

        AssertFails("NotARegularFile", "to-file", () => _source.OpenFile(FromText("to-file")));
        AssertFails("NotADirectory", "to-directory", () => _source.OpenDirectory(FromText("to-directory")));
    }

    [Fact]
    public void A_dangling_link_is_a_link_and_leads_nowhere()
    {
        File.CreateSymbolicLink(_temporary["dangling"], "missing");

        Assert.Equal(FileKind.SymbolicLink, _source.GetStatus(FromText("dangling")).Kind);
        Assert.Equal(FromText("missing"), _source.ReadLink(FromText("dangling")));
        AssertFails("FileNotFound", "dangling", () => _source.GetStatus(FromText("dangling"), followLink: true));
        AssertFails("FileNotFound", "dangling", () => _source.OpenFile(FromText("dangling"), followLink: true));
    }

    [Fact]
    public void A_loop_of_links_is_told_apart()
    {
        File.CreateSymbolicLink(_temporary["one"], "two");
        File.CreateSymbolicLink(_temporary["two"], "one");

        Assert.Equal(FileKind.SymbolicLink, _source.GetStatus(FromText("one")).Kind);
        AssertFails("TooManyLinks", "one", () => _source.GetStatus(FromText("one"), followLink: true));
        AssertFails("TooManyLinks", "one", () => _source.OpenFile(FromText("one"), followLink: true));
        AssertFails("TooManyLinks", "one", () => _source.OpenDirectory(FromText("one"), followLink: true));
    }

    [Fact]
    public void A_file_is_read_from_any_position_to_its_end()
    {
        var content = new byte[300_000];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(_temporary["file"], content);

        using var file = _source.OpenFile(FromText("file"));
        var buffer = new byte[content.Length + 10];
        Assert.Equal(content.Length, file.Read(buffer, 0));
        Assert.Equal(content, buffer[..content.Length]);
        Assert.Equal(100, file.Read(buffer.AsSpan(0, 100), 200_000));
        Assert.Equal(content[200_000..200_100], buffer[..100]);
        Assert.Equal(10, file.Read(buffer, content.Length - 10));
        Assert.Equal(0, file.Read(buffer, content.Length));
        Assert.Equal([new ByteRange(0, content.Length)], file.GetDataRanges(content.Length));
    }

    [Fact]
    public void An_open_file_tells_of_changes()
    {
        File.WriteAllText(_temporary["file"], "1");
        using var file = _source.OpenFile(FromText("file"));
        File.AppendAllText(_temporary["file"], "23");
        File.SetLastWriteTimeUtc(_temporary["file"], DateTime.UnixEpoch);

        Assert.Equal(1, file.StatusAtOpening.Size);
        Assert.Equal((3L, new FileTime(0, 0)), (file.GetStatus().Size, file.GetStatus().ModifiedTime));
    }

    [Fact]
    public void An_empty_file_has_no_data_ranges()
    {
        File.WriteAllText(_temporary["empty"], "");
        using var file = _source.OpenFile(FromText("empty"));
        Assert.Empty(file.GetDataRanges(0));
        Assert.Equal(0, file.Read(new byte[1], 0));
    }

    [Fact]
    public void What_is_no_file_or_no_directory_is_refused_as_such()
    {
        File.WriteAllText(_temporary["file"], "");
        Directory.CreateDirectory(_temporary["directory"]);

        AssertFails("NotARegularFile", "directory", () => _source.OpenFile(FromText("directory")));
        AssertFails("NotADirectory", "file", () => _source.OpenDirectory(FromText("file")));
        AssertFails("FileReadError", "file", () => _source.ReadLink(FromText("file")));
        AssertFails("NotADirectory", "file", () => _fileSystem.OpenDirectory(_temporary.Native("file")));
    }

    [Fact]
    public void A_missing_entry_is_not_found_by_any_call()
    {
        var missing = FromText("missing");
        AssertFails("FileNotFound", "missing", () => _source.GetStatus(missing));
        AssertFails("FileNotFound", "missing", () => _source.OpenFile(missing));
        AssertFails("FileNotFound", "missing", () => _source.OpenDirectory(missing));
        AssertFails("FileNotFound", "missing", () => _source.ReadLink(missing));
        AssertFails("FileNotFound", "missing", () => _fileSystem.OpenDirectory(_temporary.Native("missing")));
    }

    [Theory]
    [MemberData(nameof(UnsafeNames))]
    public void Names_that_are_no_entrys_are_refused(string name)
    {
        var unsafeName = FromText(name);
        AssertFails("UnsafeFileName", "", () => _source.GetStatus(unsafeName));
        AssertFails("UnsafeFileName", "", () => _source.OpenFile(unsafeName));
        AssertFails("UnsafeFileName", "", () => _source.OpenDirectory(unsafeName));
        AssertFails("UnsafeFileName", "", () => _source.ReadLink(unsafeName));
        AssertFails("UnsafeFileName", "", () => _source.GetExtendedAttributes(unsafeName));
    }

    [Fact]
    public void A_dot_is_the_directory_itself()
    {
        File.WriteAllText(_temporary["file"], "");
        using var again = _source.OpenDirectory(FromText("."));
        Assert.Equal([FromText("file")], again.ReadNames());
        Assert.Equal((_temporary.Path, FileKind.Directory), (again.DisplayPath, _source.GetStatus(FromText(".")).Kind));
        Assert.Empty(_source.GetExtendedAttributes(FromText(".")));
    }

    [Theory]
    [InlineData("relative/path")]
    [InlineData("")]
    [InlineData("/a\0b")]
    public void A_path_that_is_not_absolute_is_refused(string path) =>
        AssertFails("PathNotAbsolute", null, () => _fileSystem.OpenDirectory(FromText(path)));

    [Fact]
    public void Display_paths_show_what_was_opened()
    {
        Directory.CreateDirectory(_temporary["ä"]);
        using var directory = _source.OpenDirectory(FromText("ä"));
        Assert.Equal(_temporary["ä"], directory.DisplayPath);
        Assert.Equal(Path.Join(_temporary["ä"], "x\\x0ay"), directory.DisplayPathOf(FromText("x\ny")));
    }

    private void AssertFails(string errorId, string? entry, Func<object> call)
    {
        var failure = Assert.Throws<FileSystemException>(call);
        Assert.Equal(errorId, failure.ErrorId);
        if (entry is null)
            return;
        var path = entry.Length == 0 ? _temporary.Path : _temporary[entry];
        Assert.Equal(path, failure.Target);
        Assert.Contains($"'{path}'", failure.Message, StringComparison.Ordinal);
    }
}
