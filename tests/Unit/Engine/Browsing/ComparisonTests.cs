using Rekkord.Engine.Browsing;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Tests.Browsing;

public sealed class ComparisonTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly List<RekkordException> _failed = [];

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Equal_snapshots_have_no_difference()
    {
        Write("a/file", "b/file");
        var first = Save();
        File.SetLastAccessTimeUtc(Path.Combine(_repository.Source, "a/file"), DateTime.UnixEpoch);

        Assert.Empty(Compare(first, Save()));
    }

    [Fact]
    public void What_was_added_removed_and_changed_is_told_in_the_order_of_paths()
    {
        Write("a/gone", "a/kept", "content", "directory/x", "removed/deep/file", "time");
        var first = Save();
        File.Delete(PathOf("a/gone"));
        Write("a/new", "z");
        _repository.Write("content", "another"u8);
        Directory.Delete(PathOf("directory"), recursive: true);
        Write("directory");
        Directory.Delete(PathOf("removed"), recursive: true);
        File.SetLastWriteTimeUtc(PathOf("time"), DateTime.UnixEpoch);

        Assert.Equal(
            [
                "Removed /a/gone ", "Added /a/new ", "Modified /content Content,Size,ModifiedTime", "TypeChanged /directory Kind",
                "Removed /directory/x ", "Removed /removed ", "Removed /removed/deep ", "Removed /removed/deep/file ",
                "MetadataChanged /time ModifiedTime", "Added /z ",
            ],
            Compare(first, Save()).Select(Describe));
        Assert.Empty(_failed);
    }

    [Fact]
    public void Content_of_the_same_size_and_time_is_told_apart()
    {
        _repository.Write("file", "one"u8);
        File.SetLastWriteTimeUtc(PathOf("file"), DateTime.UnixEpoch);
        var first = Save();
        _repository.Write("file", "two"u8);
        File.SetLastWriteTimeUtc(PathOf("file"), DateTime.UnixEpoch);

        var difference = Assert.Single(Compare(first, Save()));

        Assert.Equal("Modified /file Content", Describe(difference));
        Assert.Equal((3L, 3L), (difference.Old!.Size, difference.New!.Size));
    }

    [Fact]
    public void Equal_bytes_are_equal_however_they_are_cut_and_whether_zeros_are_holes()
    {
        var hostile = new HostileSnapshot(_repository);
        var zeros = new string('\0', 6);
        var whole = hostile.FileOf("file", $"head{zeros}tail");
        var first = hostile.Write(whole, hostile.FileOf("hole", zeros));
        var cut = hostile.Write(
            whole with { Chunks = Chunks("he", $"ad{zeros}t", "ail") }, HostileSnapshot.Entry("hole", FileKind.File) with { Size = 6 });
        var sparse = hostile.Write(
            whole with { Chunks = Chunks("head", "tail"), DataRanges = [new(0, 4), new(10, 4)] }, hostile.FileOf("hole", zeros));
        var other = hostile.Write(whole with { Chunks = Chunks("he", $"ad{zeros}t", "ali") }, hostile.FileOf("hole", "\0\0\0\0\0x"));

        Assert.Empty(Compare(first, cut));
        Assert.Empty(Compare(cut, sparse));
        Assert.Empty(Compare(sparse, first));
        Assert.Equal(["Modified /root/file Content", "Modified /root/hole Content"], Compare(sparse, other).Select(Describe));
        Assert.Equal(["Modified /root/file Content", "Modified /root/hole Content"], Compare(cut, other).Select(Describe));
        Assert.Empty(_failed);

        byte[] Chunks(params string[] pieces) => [.. pieces.SelectMany(piece => hostile.FileOf("", piece).Chunks.ToArray())];
    }

    [Fact]
    public void Content_that_cannot_be_read_is_reported_and_taken_for_changed()
    {
        var hostile = new HostileSnapshot(_repository);
        var file = hostile.FileOf("file", "1");
        var first = hostile.Write(file, hostile.FileOf("other", "1"));
        var second = hostile.Write(file with { Chunks = hostile.LostDirectory("").Chunks }, hostile.FileOf("other", "2"));

        Assert.Equal(["Modified /root/file Content", "Modified /root/other Content"], Compare(first, second).Select(Describe));
        Assert.Equal(("ObjectDamaged", "/root/file"), (Assert.Single(_failed).ErrorId, _failed[0].Target!));
    }

    [Fact]
    public void A_file_that_was_followed_where_it_was_cut_equals_one_that_is_cut_anew()
    {
        var content = TestRepository.RandomBytes(1, 6 << 20);
        _repository.Write("file", content);
        Save();
        for (var i = 1; i <= 12; i++)
            TestRepository.RandomBytes(i, 40_000).CopyTo(content.AsSpan(i * 450_000));
        _repository.Write("file", [.. content.AsSpan(0, 1_000_000), .. content.AsSpan(1_000_007)]);
        var followed = Save();
        var anew = _repository.Save(new Rekkord.Engine.Saving.SaveRequest { Channel = "test", Paths = [FileName.FromText(_repository.Source)], IgnoreCache = true }).Snapshot.Id.ToString();

        Assert.Empty(Compare(followed, anew));
    }

    [Fact]
    public void A_link_with_another_target_is_modified()
    {
        File.CreateSymbolicLink(PathOf("link"), "old");
        var first = Save();
        File.Delete(PathOf("link"));
        File.CreateSymbolicLink(PathOf("link"), "new");

        var difference = Assert.Single(Compare(first, Save()));

        Assert.StartsWith("Modified /link Content,LinkTarget", Describe(difference), StringComparison.Ordinal);
        Assert.Equal(("old", "new"), (difference.Old!.LinkTarget, difference.New!.LinkTarget));
    }

    [Fact]
    public void Metadata_is_compared_apart_from_content_and_what_no_copy_keeps_is_not()
    {
        var hostile = new HostileSnapshot(_repository);
        var file = hostile.FileOf("file", "1");
        var directory = hostile.DirectoryOf("directory");
        var first = hostile.Write(directory, file);
        var second = hostile.Write(
            directory with { Metadata = directory.Metadata with { ModifiedTime = new FileTime(9, 9) } },
            file with { HardLink = (1, 2), Metadata = file.Metadata with { CreatedTime = new FileTime(9, 9) } });
        var third = hostile.Write(
            directory with { Metadata = directory.Metadata with { Mode = 0 } },
            file with { Metadata = file.Metadata with { UserName = "other", ExtendedAttributes = [new("user.a"u8.ToArray(), [1])] } });

        Assert.Empty(Compare(first, second));
        Assert.Equal(
            ["MetadataChanged /root/directory Mode", "MetadataChanged /root/file UserName,ExtendedAttributes"], Compare(second, third).Select(Describe));
    }

    [Fact]
    public void Only_what_is_below_a_path_is_compared()
    {
        Write("a/file", "b/file");
        var first = Save();
        Write("a/new", "b/new");
        var second = Save();

        Assert.Equal(["Added /a/new "], Compare(first, second, PathOf("a")).Select(Describe));
        Assert.Equal(["Added /b/new "], Compare(first, second, PathOf("b/new")).Select(Describe));
        Assert.Equal(["Added /a/new ", "Added /b/new "], Compare(first, second, "/").Select(Describe));
        Assert.Empty(Compare(first, second, PathOf("nowhere")));
        Assert.Equal("PathNotInSnapshot", Assert.Single(_failed).ErrorId);
    }

    [Fact]
    public void Directories_that_both_snapshots_share_are_not_read()
    {
        // Nobody can read what is in 'same'.
        var hostile = new HostileSnapshot(_repository);
        var first = hostile.Write(hostile.LostDirectory("same"), hostile.DirectoryOf("other", hostile.FileOf("file", "1")));
        var second = hostile.Write(hostile.LostDirectory("same"), hostile.DirectoryOf("other", hostile.FileOf("file", "2")));

        Assert.Equal(["Modified /root/other/file Content"], Compare(first, second).Select(Describe));
        Assert.Empty(_failed);
    }

    [Fact]
    public void Pages_that_two_directories_share_are_not_read()
    {
        var hostile = new HostileSnapshot(_repository);
        var first = hostile.Write(WithLostPage(hostile.DirectoryOf("directory", hostile.FileOf("file", "1"))));
        var second = hostile.Write(WithLostPage(hostile.DirectoryOf("directory", hostile.FileOf("file", "2"))));

        Assert.Equal(["Modified /root/directory/file Content"], Compare(first, second).Select(Describe));
        Assert.Empty(_failed);

        TreeEntry WithLostPage(TreeEntry directory) =>
            directory with { Chunks = (byte[])[.. hostile.LostDirectory("").Chunks.Span, .. directory.Chunks.Span] };
    }

    [Fact]
    public void A_directory_that_cannot_be_read_is_reported_and_the_others_are_compared()
    {
        var hostile = new HostileSnapshot(_repository);
        var unread = HostileSnapshot.Entry("b", FileKind.Directory) with { Flags = EntryFlags.Unreadable };
        var first = hostile.Write(DirectoryOfOne("a"), DirectoryOfOne("b"), DirectoryOfOne("c"));
        var second = hostile.Write(hostile.LostDirectory("a"), unread, hostile.DirectoryOf("c", hostile.FileOf("file", "2")));

        Assert.Equal(["MetadataChanged /root/b ContentMissing", "Modified /root/c/file Content"], Compare(first, second).Select(Describe));
        Assert.Equal([("ObjectDamaged", "/root/a"), ("ContentNotSaved", "/root/b")], _failed.Select(error => (error.ErrorId, error.Target!)));

        TreeEntry DirectoryOfOne(string name) => hostile.DirectoryOf(name, hostile.FileOf("file", "1"));
    }

    [Fact]
    public void Pages_of_a_large_directory_are_compared_entry_by_entry()
    {
        Write([.. Enumerable.Range(0, 4000).Select(i => $"file{i:0000}")]);
        var first = Save();
        File.Delete(PathOf("file0000"));
        File.Delete(PathOf("file2222"));
        Write("file1111x", "file3999x");

        Assert.Equal(
            ["Removed /file0000 ", "Added /file1111x ", "Removed /file2222 ", "Added /file3999x "], Compare(first, Save()).Select(Describe));
    }

    private void Write(params string[] names)
    {
        foreach (var name in names)
            _repository.Write(name, "x"u8);
    }

    private string PathOf(string name) => Path.Combine(_repository.Source, name);

    private string Save() => _repository.Save().Snapshot.Id.ToString();

    private List<SnapshotDifference> Compare(string first, string second, string? path = null)
    {
        using var repository = _repository.Open();
        using var browser = new SnapshotBrowser(repository);
        var old = browser.Open(first, _repository.Warn, CancellationToken.None);
        return Find(old, browser.Open(second, _repository.Warn, CancellationToken.None), path);
    }

    private List<SnapshotDifference> Find(SnapshotContent old, SnapshotContent current, string? path = null) =>
        [.. SnapshotComparison.Compare(old, current, path, path, _failed.Add, CancellationToken.None)];

    private string Describe(SnapshotDifference difference) =>
        $"{difference.Kind} {difference.Path.Replace(_repository.Source, "", StringComparison.Ordinal)} {string.Join(',', difference.ChangedProperties)}";
}
