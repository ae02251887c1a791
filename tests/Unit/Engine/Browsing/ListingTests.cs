using Rekkord.Engine.Browsing;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Tests.Browsing;

public sealed class ListingTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly List<RekkordException> _failed = [];

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void The_saved_paths_come_first_and_each_directory_before_what_is_in_it()
    {
        foreach (var name in new[] { "b", "a/inner/deep", "a/file", "a.txt" })
            _repository.Write(name, "x"u8);
        _repository.Save();

        Assert.Equal([_repository.Source], List(null));
        Assert.Equal(
            ["", "/a", "/a/file", "/a/inner", "/a/inner/deep", "/a.txt", "/b"], Below(List(null, int.MaxValue)));
        Assert.Equal(["/a", "/a.txt", "/b"], Below(List(_repository.Source)));
        Assert.Equal(["/a", "/a/file", "/a/inner", "/a.txt", "/b"], Below(List(_repository.Source + "/", depth: 1)));
        Assert.Equal(["/a/file"], Below(List($"{_repository.Source}/a/file")));
    }

    [Fact]
    public void A_parent_of_the_saved_paths_holds_them()
    {
        _repository.Write("a/one", "1"u8);
        _repository.Write("b/two", "2"u8);
        _repository.Save(Path.Combine(_repository.Source, "a"), Path.Combine(_repository.Source, "b"));

        Assert.Equal(["/a", "/b"], Below(List(_repository.Source)));
        Assert.Equal(["/a", "/a/one", "/b", "/b/two"], Below(List("/", int.MaxValue)));
    }

    [Fact]
    public void Wildcards_stand_for_characters_of_one_name()
    {
        foreach (var name in new[] { "x/a.txt", "x/b.log", "y/a.txt", "y/sub/a.txt" })
            _repository.Write(name, "x"u8);
        _repository.Save();

        Assert.Equal(["/x/a.txt", "/y/a.txt"], Below(List($"{_repository.Source}/*/*.txt")));
        Assert.Equal(["/y"], Below(List($"{_repository.Source}/?", depth: 0).Where(path => path.EndsWith('y'))));
        Assert.Equal(["/y/sub", "/y/sub/a.txt"], Below(List($"{_repository.Source}/y/s*", int.MaxValue)));
        Assert.Empty(List($"{_repository.Source}/*/nothing*"));
        Assert.Empty(_failed);
    }

    [Fact]
    public void A_path_that_is_not_there_is_reported_with_the_nearest_parent_that_is()
    {
        _repository.Write("a/file", "x"u8);
        _repository.Save();

        Assert.Empty(List($"{_repository.Source}/a/nowhere/else"));
        Assert.Empty(List($"{_repository.Source}/a/file/below"));
        Assert.Empty(List("/elsewhere"));

        Assert.All(_failed, error => Assert.Equal("PathNotInSnapshot", error.ErrorId));
        Assert.Contains($"It has '{_repository.Source}/a':", _failed[0].Message, StringComparison.Ordinal);
        Assert.Contains($"It has '{_repository.Source}/a/file':", _failed[1].Message, StringComparison.Ordinal);
        Assert.Contains($"It holds: {_repository.Source}.", _failed[2].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_entry_of_a_directory_of_many_pages_is_listed_and_found()
    {
        var names = Enumerable.Range(0, 4000).Select(i => $"file{i:0000}").ToArray();
        foreach (var name in names)
            _repository.Write(name, []);
        _repository.Save();

        Assert.Equal(names.Select(name => $"/{name}"), Below(List(_repository.Source)));
        foreach (var name in new[] { names[0], names[1234], names[^1] })
            Assert.Equal([$"/{name}"], Below(List($"{_repository.Source}/{name}")));
    }

    [Fact]
    public void Metadata_is_that_of_the_file()
    {
        var path = _repository.Write("file", new byte[12345]);
        var time = new DateTimeOffset(2020, 2, 3, 4, 5, 6, TimeSpan.Zero);
        File.SetLastWriteTimeUtc(path, time.UtcDateTime);
        File.CreateSymbolicLink(Path.Combine(_repository.Source, "link"), "../target");
        _repository.Save();

        var items = Items(new ListRequest { Path = _repository.Source });

        var (file, link) = (items[0], items[1]);
        Assert.Equal((FileKind.File, 12345, time), (file.Kind, file.Size, file.ModifiedTime.ToDateTimeOffset()));
        Assert.Equal((_repository.Source, "file"), (file.Directory, file.Name));
        Assert.Null(file.LinkTarget);
        Assert.Equal((FileKind.SymbolicLink, "../target"), (link.Kind, link.LinkTarget));
        if (!OperatingSystem.IsWindows())
            Assert.Equal((uint)File.GetUnixFileMode(path), file.Mode);
    }

    [Fact]
    public void A_damaged_directory_is_reported_by_its_path_and_the_others_are_listed()
    {
        var hostile = new HostileSnapshot(_repository);
        hostile.Write(hostile.LostDirectory("a"), hostile.DirectoryOf("b", hostile.FileOf("file", "x")));

        Assert.Equal(["/root", "/root/a", "/root/b", "/root/b/file"], List(null, int.MaxValue, "hostile"));
        var error = Assert.Single(_failed);
        Assert.Equal(("ObjectDamaged", "/root/a"), (error.ErrorId, error.Target));
    }

    [Fact]
    public void A_tree_that_is_nested_too_deep_ends_with_an_error()
    {
        var hostile = new HostileSnapshot(_repository);
        var deep = hostile.FileOf("bottom", "x");
        for (var i = 0; i < FormatLimits.TreeDepth + 10; i++)
            deep = hostile.DirectoryOf("d", deep);
        hostile.Write(deep);

        Assert.InRange(List(null, int.MaxValue, "hostile").Length, 1000, FormatLimits.TreeDepth + 1);
        Assert.Equal("TreeTooDeep", Assert.Single(_failed).ErrorId);
    }

    [Fact]
    public void A_name_that_is_no_text_is_shown_escaped_and_found_by_what_is_shown()
    {
        var hostile = new HostileSnapshot(_repository);
        hostile.Write(
            HostileSnapshot.Entry("", FileKind.File) with { Name = [0x61, 0xff, 0x0a] },
            HostileSnapshot.Entry("plain", FileKind.File));

        Assert.Equal(["/root/a\\xff\\x0a", "/root/plain"], List("/root", 0, "hostile"));
        Assert.Equal(["/root/a\\xff\\x0a"], List("/root/a\\xff\\x0a", 0, "hostile"));
        Assert.Empty(_failed);
    }

    [Fact]
    public void Who_takes_no_more_ends_the_reading_and_a_stop_ends_it_too()
    {
        for (var i = 0; i < 300; i++)
            _repository.Write($"directory{i}/file", "x"u8);
        _repository.Save();
        using (var repository = _repository.Open())
        using (var browser = new SnapshotBrowser(repository))
        using (var stop = new CancellationTokenSource())
        {
            var content = browser.Open("test", _repository.Warn, CancellationToken.None);
            var request = new ListRequest { Depth = int.MaxValue };

            Assert.Equal(5, content.List(request, _failed.Add, stop.Token).Take(5).Count());
            Assert.ThrowsAny<OperationCanceledException>(() =>
            {
                foreach (var item in content.List(request, _failed.Add, stop.Token))
                    stop.Cancel();
            });
        }

        Assert.Empty(_failed);
    }

    [Fact]
    public void A_snapshot_that_was_made_after_the_index_was_read_can_be_opened()
    {
        _repository.Write("file", "1"u8);
        _repository.Save();
        using var repository = _repository.Open();
        using var browser = new SnapshotBrowser(repository);
        browser.Open("test", _repository.Warn, CancellationToken.None);
        _repository.Write("later/file", "2"u8);
        var id = _repository.Save().Snapshot.Id;

        var content = browser.Open("test", _repository.Warn, CancellationToken.None);

        Assert.Equal(id, content.Snapshot.Id);
        Assert.Contains(content.List(new ListRequest { Depth = 9 }, _failed.Add, CancellationToken.None), item => item.Path.EndsWith("later/file", StringComparison.Ordinal));
        Assert.Empty(_failed);
    }

    private List<SnapshotItem> Items(ListRequest request, string snapshot = "test")
    {
        using var repository = _repository.Open();
        using var browser = new SnapshotBrowser(repository);
        return [.. browser.Open(snapshot, _repository.Warn, CancellationToken.None).List(request, _failed.Add, CancellationToken.None)];
    }

    private string[] List(string? path, int depth = 0, string snapshot = "test") =>
        [.. Items(new ListRequest { Path = path, Depth = depth }, snapshot).Select(item => item.Path)];

    private string[] Below(IEnumerable<string> paths) => [.. paths.Select(path =>
    {
        Assert.StartsWith(_repository.Source, path, StringComparison.Ordinal);
        return path[_repository.Source.Length..];
    })];
}
