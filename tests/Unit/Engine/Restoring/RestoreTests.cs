using System.Text;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Tests.Restoring;

public sealed class RestoreTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly HostileSnapshot _hostile;

    public RestoreTests() => _hostile = new HostileSnapshot(_repository);

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_destination_with_something_in_it_is_refused_and_left_alone()
    {
        _repository.Write("file", "saved"u8);
        _repository.Save();
        Directory.CreateDirectory(_repository.Destination);
        var existing = Path.Combine(_repository.Destination, "file");
        File.WriteAllText(existing, "mine");

        var error = Assert.Throws<RekkordException>(() => _repository.RestoreSource());

        Assert.Equal("DestinationNotEmpty", error.ErrorId);
        Assert.Equal("mine", File.ReadAllText(existing));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("packs", "")]
    [InlineData("a/new/directory", "")]
    [InlineData("", "link")]
    [InlineData("packs", "link/new")]
    public void The_repository_is_no_destination_whatever_leads_to_it(string within, string below)
    {
        _repository.Write("file", "saved"u8);
        _repository.Save();
        var destination = Path.Combine(_repository.Location, within);
        if (below.Length > 0)
        {
            var link = Path.Combine(Path.GetDirectoryName(_repository.Destination)!, "link");
            Directory.CreateSymbolicLink(link, destination);
            destination = Path.Combine(Path.GetDirectoryName(link)!, below);
        }

        var before = Directory.GetFileSystemEntries(_repository.Location, "*", SearchOption.AllDirectories);
        using var repository = _repository.Open();
        var request = new RestoreRequest { Snapshot = "test", Destination = destination, Force = true };
        var error = Assert.Throws<RekkordException>(() => new RestoreOperation(repository, request, _repository).Run(CancellationToken.None));

        Assert.Equal("DestinationInRepository", error.ErrorId);
        Assert.Equal(before, Directory.GetFileSystemEntries(_repository.Location, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Items_are_restored_under_their_whole_paths_with_what_is_below_and_nothing_else_is()
    {
        foreach (var name in new[] { "a/1", "a/2", "a/b/3", "a/b/c/4", "ab/5", "d/[6]*?", "e" })
            _repository.Write(name, Encoding.UTF8.GetBytes(name));
        _repository.Save();
        var source = _repository.Source;

        var result = RestoreItems($"{source}/a/2", $"{source}/a/b/", $"{source}/d/[6]*?", $"{source}/a/2");

        Assert.Equal(4, result.Files);
        var destination = Path.Join(_repository.Destination, source);
        Assert.Equal(
            ["a/2", "a/b/3", "a/b/c/4", "d/[6]*?"],
            Directory.GetFiles(destination, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(destination, path)).Order(StringComparer.Ordinal));
        Assert.All(["a/2", "d/[6]*?"], name => Assert.Equal(name, File.ReadAllText(Path.Combine(destination, name))));
        Assert.Empty(_repository.Failed);
    }

    [Fact]
    public void Items_that_the_snapshot_does_not_have_are_reported_and_the_others_restored()
    {
        _repository.Write("a", "1"u8);
        _repository.Save();

        var result = RestoreItems($"{_repository.Source}/a", $"{_repository.Source}/a/none", $"{_repository.Source}-none", "none");

        Assert.Equal(1, result.Files);
        Assert.Equal(3, result.ErrorCount);
        Assert.All(_repository.Failed, error => Assert.Equal("PathNotInSnapshot", error.ErrorId));
    }

    [Fact]
    public void An_item_above_the_saved_paths_stands_for_all_of_them()
    {
        _repository.Write("a", "1"u8);
        _repository.Save();

        Assert.Equal(1, RestoreItems(Path.GetDirectoryName(_repository.Source)!).Files);
        Assert.Empty(_repository.Failed);
    }

    private RestoreResult RestoreItems(params string[] items)
    {
        using var repository = _repository.Open();
        return new RestoreOperation(repository, new RestoreRequest { Snapshot = "test", Destination = _repository.Destination, Items = items }, _repository).Run(CancellationToken.None);
    }

    [Fact]
    public void A_destination_beside_the_repository_is_none_of_it()
    {
        _repository.Write("file", "saved"u8);
        _repository.Save();
        using var repository = _repository.Open();

        var request = new RestoreRequest { Snapshot = "test", Destination = _repository.Location + "-beside" };
        Assert.Equal(1, new RestoreOperation(repository, request, _repository).Run(CancellationToken.None).Files);
    }

    [Fact]
    public void With_force_files_of_the_same_names_are_replaced_and_others_stay()
    {
        _repository.Write("file", "saved"u8);
        _repository.Save();
        Directory.CreateDirectory(_repository.Destination);
        File.WriteAllText(Path.Combine(_repository.Destination, "file"), "mine");
        File.WriteAllText(Path.Combine(_repository.Destination, "other"), "other");

        _repository.Restore(new RestoreRequest { Snapshot = "test", Path = _repository.Source, Destination = _repository.Destination, Force = true });

        Assert.Equal("saved", File.ReadAllText(Path.Combine(_repository.Destination, "file")));
        Assert.Equal("other", File.ReadAllText(Path.Combine(_repository.Destination, "other")));
    }

    [Fact]
    public void Whole_snapshots_are_restored_under_their_full_paths()
    {
        _repository.Write("a/one", "1"u8);
        _repository.Write("b/two", "2"u8);
        _repository.Save(Path.Combine(_repository.Source, "a"), Path.Combine(_repository.Source, "b/two"));

        _repository.Restore(new RestoreRequest { Snapshot = "test", Destination = _repository.Destination });

        Assert.Equal("1", File.ReadAllText(Path.Join(_repository.Destination, _repository.Source, "a/one")));
        Assert.Equal("2", File.ReadAllText(Path.Join(_repository.Destination, _repository.Source, "b/two")));
    }

    [Fact]
    public void The_destination_stands_for_the_root_directory_that_was_saved()
    {
        var root = _hostile.DirectoryOf("", _hostile.FileOf("file", "content"));
        _hostile.WriteRoot("/", root with { Metadata = root.Metadata with { Mode = 0x1c9 } });

        _repository.Restore(new RestoreRequest { Snapshot = "hostile", Destination = _repository.Destination });

        Assert.Equal("content", File.ReadAllText(Path.Combine(_repository.Destination, "file")));
        Assert.Equal(DateTime.UnixEpoch.AddSeconds(1), Directory.GetLastWriteTimeUtc(_repository.Destination));
        if (!OperatingSystem.IsWindows())
            Assert.Equal((UnixFileMode)0x1c9, File.GetUnixFileMode(_repository.Destination));
    }

    [Fact]
    public void Content_that_lies_scattered_over_segments_comes_to_its_place()
    {
        const int piece = 300_000;
        var content = TestRepository.RandomBytes(5, 24 * piece);
        byte[] reversed = [.. content.Chunk(piece).Reverse().SelectMany(bytes => bytes)];
        _repository.Write("content", content);
        _repository.Write("reversed", reversed);
        _repository.Write("short", reversed.AsSpan(piece / 2, 2 * piece));
        _repository.Save();

        _repository.RestoreSource();

        foreach (var name in new[] { "content", "reversed", "short" })
            Assert.Equal(File.ReadAllBytes(Path.Combine(_repository.Source, name)), File.ReadAllBytes(Path.Combine(_repository.Destination, name)));
    }

    [Fact]
    public void One_file_is_restored_by_its_path_and_some_by_pattern()
    {
        foreach (var name in new[] { "a/x.txt", "a/y.log", "b/z.txt" })
            _repository.Write(name, Encoding.UTF8.GetBytes(name));
        _repository.Save();

        _repository.Restore(new RestoreRequest { Snapshot = "test", Path = $"{_repository.Source}/a/y.log", Destination = _repository.Destination });
        Assert.Equal("a/y.log", File.ReadAllText(Path.Combine(_repository.Destination, "y.log")));

        var some = $"{_repository.Destination}-some";
        _repository.Restore(new RestoreRequest { Snapshot = "test", Path = _repository.Source, Destination = some, Include = [new("*.txt")] });
        Assert.Equal(["a/x.txt", "b/z.txt"], Directory.GetFiles(some, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(some, path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Directories_that_only_lead_to_what_was_saved_are_not_counted()
    {
        _repository.Write("a/file", "x"u8);
        _repository.Write("b", "x"u8);
        _repository.Save($"{_repository.Source}/a", $"{_repository.Source}/b");
        Assert.Equal(1, _repository.Restore(new RestoreRequest { Snapshot = "test", Destination = _repository.Destination }).Directories);
    }

    [Fact]
    public void Snapshots_are_found_by_id_by_its_beginning_and_by_channel()
    {
        _repository.Write("file", "1"u8);
        var first = _repository.Save().Snapshot.Id.ToString();
        _repository.Write("file", "22"u8);
        var second = _repository.Save().Snapshot.Id.ToString();
        using var repository = _repository.Open();
        var store = new SnapshotStore(repository);

        Assert.Equal(first, store.Find(first, CancellationToken.None).Id.ToString());
        Assert.Equal(first, store.Find(first[..10].ToUpperInvariant(), CancellationToken.None).Id.ToString());
        Assert.Equal(second, store.Find("test", CancellationToken.None).Id.ToString());
        Assert.Equal("SnapshotNotFound", Assert.Throws<RekkordException>(() => store.Find("elsewhere", CancellationToken.None)).ErrorId);
        Assert.Equal(
            "PathNotInSnapshot",
            Assert.Throws<RekkordException>(() => _repository.Restore(new RestoreRequest { Snapshot = "test", Path = "/not/there", Destination = _repository.Destination })).ErrorId);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../outside")]
    [InlineData("/etc/passwd")]
    [InlineData("a/b")]
    [InlineData("nul\0")]
    [InlineData("")]
    [InlineData(".")]
    public void A_name_that_no_file_can_have_is_not_restored_and_the_rest_is(string name)
    {
        _hostile.Write(_hostile.FileOf(name, "evil"), _hostile.FileOf("good", "good"));

        var result = _repository.Restore(new RestoreRequest { Snapshot = "hostile", Destination = _repository.Destination });

        Assert.Equal("UnsafeFileName", Assert.Single(result.Errors).ErrorId);
        Assert.Equal(["good"], Directory.GetFileSystemEntries(Path.Combine(_repository.Destination, "root")).Select(Path.GetFileName));
        Assert.Equal(["root"], Directory.GetFileSystemEntries(_repository.Destination).Select(Path.GetFileName));
    }

    [Fact]
    public void A_link_followed_by_a_directory_of_the_same_name_writes_nothing_through_the_link()
    {
        var outside = Directory.CreateDirectory($"{_repository.Destination}-outside").FullName;
        _hostile.Write(
            HostileSnapshot.Entry("trap", FileKind.SymbolicLink) with { LinkTarget = FileName.FromText(outside) },
            _hostile.DirectoryOf("trap", _hostile.FileOf("planted", "evil")),
            _hostile.FileOf("trap", "evil"));

        var result = _repository.Restore(new RestoreRequest { Snapshot = "hostile", Destination = _repository.Destination });

        Assert.Empty(Directory.GetFileSystemEntries(outside));
        Assert.True(result.ErrorCount >= 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Names_that_come_twice_devices_and_hard_links_of_a_link_change_nothing_that_the_link_leads_to(bool force)
    {
        var outside = Path.Combine(Directory.CreateDirectory($"{_repository.Destination}-outside").FullName, "file");
        File.WriteAllText(outside, "untouched");
        var before = TreeListing.Of(Path.GetDirectoryName(outside)!);
        _hostile.Write(
            HostileSnapshot.Entry("directory", FileKind.SymbolicLink) with { LinkTarget = FileName.FromText(Path.GetDirectoryName(outside)!) },
            _hostile.DirectoryOf("directory", _hostile.FileOf("planted", "evil")),
            HostileSnapshot.Entry("trap", FileKind.SymbolicLink) with { LinkTarget = FileName.FromText(outside), HardLink = (1, 2) },
            _hostile.FileOf("trap", "evil"),
            HostileSnapshot.Entry("trap", FileKind.Fifo),
            HostileSnapshot.Entry("trap", FileKind.CharacterDevice) with { SpecialDevice = (1UL << 32) | 3 },
            _hostile.FileOf("twin", "evil") with { HardLink = (1, 2) });

        _repository.Restore(new RestoreRequest { Snapshot = "hostile", Destination = _repository.Destination, Force = force, Verify = true });

        Assert.Equal(before, TreeListing.Of(Path.GetDirectoryName(outside)!));
        Assert.Equal(["root"], Directory.GetFileSystemEntries(_repository.Destination).Select(Path.GetFileName));
    }

    [Fact]
    public void A_tree_that_contains_itself_ends_with_an_error()
    {
        var deep = _hostile.FileOf("bottom", "x");
        for (var i = 0; i < FormatLimits.TreeDepth + 10; i++)
            deep = _hostile.DirectoryOf("d", deep);
        _hostile.Write(deep);

        var result = _repository.Restore(new RestoreRequest { Snapshot = "hostile", Destination = _repository.Destination });

        Assert.Contains(result.Errors, error => error.ErrorId == "TreeTooDeep");
    }

    [Fact]
    public void A_file_whose_chunks_do_not_fill_it_is_reported_and_not_made()
    {
        _hostile.Write(_hostile.FileOf("short", "content") with { Size = 1_000_000 }, _hostile.FileOf("long", "content") with { Size = 2 });

        var result = _repository.Restore(new RestoreRequest { Snapshot = "hostile", Destination = _repository.Destination });

        Assert.Equal(2, result.ErrorCount);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_repository.Destination, "root")));
    }

    [Fact]
    public void A_restore_that_is_stopped_leaves_no_half_file()
    {
        for (var i = 0; i < 1000; i++)
            _repository.Write($"f{i}", TestRepository.RandomBytes(i, 50_000));
        _repository.Write("large", TestRepository.RandomBytes(1, 60_000_000));
        _repository.Save();
        using var stop = new CancellationTokenSource();
        using var repository = _repository.Open();
        var operation = new RestoreOperation(repository, new RestoreRequest { Snapshot = "test", Path = _repository.Source, Destination = _repository.Destination }, _repository);
        var running = Task.Run(() => operation.Run(stop.Token));
        SpinWait.SpinUntil(() => operation.Progress.Files > 10 || running.IsCompleted);
        stop.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => running.GetAwaiter().GetResult());
        foreach (var path in Directory.GetFiles(_repository.Destination))
            Assert.Equal(File.ReadAllBytes(Path.Combine(_repository.Source, Path.GetFileName(path))), File.ReadAllBytes(path));
        Assert.Equal(0, _repository.Restore(new RestoreRequest { Snapshot = "test", Path = _repository.Source, Destination = _repository.Destination, Force = true }).ErrorCount);
    }
}
