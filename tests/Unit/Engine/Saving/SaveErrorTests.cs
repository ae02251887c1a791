using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Tests.Saving;

/// <summary>What goes wrong has an error of its own, and leaves nothing half-written.</summary>
public sealed class SaveErrorTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_missing_source_is_named_and_nothing_is_written()
    {
        var error = Assert.Throws<RekkordException>(() => _repository.Save(_repository.Source, "/no/such/place"));

        Assert.Equal("SourceNotFound", error.ErrorId);
        Assert.Equal("/no/such/place", error.Target);
        Assert.Equal(["rekkord"], WrittenObjects());
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    public void A_channel_that_cannot_be_a_name_is_refused(string channel)
    {
        var request = new SaveRequest { Channel = channel, Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory };

        Assert.Equal("ChannelInvalid", Assert.Throws<RekkordException>(() => _repository.Save(request)).ErrorId);
        Assert.Equal("ChannelInvalid", Assert.Throws<RekkordException>(() => SaveOperation.ValidateChannel(new string('ü', 129))).ErrorId);
    }

    [Fact]
    public void Another_repositorys_key_is_refused()
    {
        var other = Path.Combine(_repository.Source, "other.key");
        using (var keys = KeyMaterial.CreateMaster())
            KeyFile.Write(other, keys);

        var error = Assert.Throws<RekkordException>(() => RepositoryAccess.Open(DirectoryObjectStore.Open(_repository.Location), KeyFile.Read(other)));

        Assert.Equal("KeyFileMismatch", error.ErrorId);
    }

    [Fact]
    public void A_missing_key_a_directory_that_is_no_repository_and_a_missing_one_are_told_apart()
    {
        Assert.Equal("KeyFileNotFound", Assert.Throws<RekkordException>(() => KeyFile.Read("/no/such.key")).ErrorId);
        Assert.Equal("RepositoryNotFound", Assert.Throws<StorageException>(() => DirectoryObjectStore.Open("/no/such/place")).ErrorId);
        Assert.Equal(
            "NotARepository",
            Assert.Throws<RekkordException>(() => RepositoryAccess.Open(DirectoryObjectStore.Open(_repository.Source), KeyFile.Read(_repository.KeyFilePath))).ErrorId);
    }

    [Fact]
    public void A_newer_format_version_is_refused_by_name()
    {
        var path = Path.Combine(_repository.Location, "rekkord");
        var bytes = File.ReadAllBytes(path);
        bytes[8] = 99;
        File.WriteAllBytes(path, bytes);

        var error = Assert.Throws<RekkordException>(() => _repository.Save());

        Assert.Equal("RepositoryVersionUnknown", error.ErrorId);
        Assert.Contains("99", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_restricted_key_does_what_its_role_says_and_no_more()
    {
        _repository.Write("file", "content"u8);
        using var master = KeyFile.Read(_repository.KeyFilePath);
        var writeOnly = Path.Combine(_repository.Source, "..", "write.key");
        KeyFile.Write(writeOnly, master.Derive(KeyRole.WriteOnly));
        using var repository = RepositoryAccess.Open(DirectoryObjectStore.Open(_repository.Location), KeyFile.Read(writeOnly));
        var request = new SaveRequest { Channel = "by-server", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory };

        new SaveOperation(repository, request, _repository).Run(CancellationToken.None);

        Assert.Equal("KeyRoleInsufficient", Assert.Throws<RekkordException>(repository.RequireReading).ErrorId);
        Assert.Equal(0, _repository.RestoreSource("by-server").ErrorCount);
        Assert.Empty(_repository.Scan(new() { Full = true }).Problems);
    }

    [Fact]
    public void A_save_that_is_stopped_makes_no_snapshot_and_the_next_one_succeeds()
    {
        for (var i = 0; i < 2000; i++)
            _repository.Write($"d{i % 20}/f{i}", TestRepository.RandomBytes(i, 20_000));
        using var stop = new CancellationTokenSource();
        using var repository = _repository.Open();
        var request = new SaveRequest { Channel = "test", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory };
        var operation = new SaveOperation(repository, request, _repository);
        var running = Task.Run(() => operation.Run(stop.Token));
        SpinWait.SpinUntil(() => operation.Progress.Files > 50 || running.IsCompleted);
        stop.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => running.GetAwaiter().GetResult());
        Assert.Empty(_repository.Objects("snapshots"));
        Assert.Empty(_repository.Objects("tmp"));
        Assert.Empty(_repository.Scan().Problems);
        _repository.Save();
        Assert.Equal(0, _repository.RestoreSource().ErrorCount);
    }

    [Fact]
    public void A_stop_while_leftovers_are_removed_leaves_a_save_that_was_made()
    {
        _repository.Write("file", "content"u8);
        using var stop = new CancellationTokenSource();
        _repository.OpenStore = location => new StoppedAtTheEnd(DirectoryObjectStore.Open(location), stop);
        var request = new SaveRequest { Channel = "test", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory };

        var result = _repository.Save(request, stop.Token);

        Assert.True(stop.IsCancellationRequested);
        Assert.False(result.IsPartial);
        Assert.Empty(_repository.Warnings);
        _repository.OpenStore = DirectoryObjectStore.Open;
        Assert.Equal(0, _repository.RestoreSource().ErrorCount);
    }

    [Fact]
    public void What_is_excluded_is_not_in_the_snapshot()
    {
        foreach (var name in new[] { "keep.txt", "drop.tmp", "node_modules/a.js", "deep/er/obj/x", "deep/er/kept" })
            _repository.Write(name, "x"u8);

        _repository.Save(new SaveRequest
        {
            Channel = "test",
            Paths = [FileName.FromText(_repository.Source)],
            Exclude = [new("*.tmp"), new("node_modules"), new("er/obj")],
            CacheDirectory = _repository.CacheDirectory,
        });
        _repository.RestoreSource();

        var restored = Directory.GetFiles(_repository.Destination, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_repository.Destination, path));
        Assert.Equal(["deep/er/kept", "keep.txt"], restored.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Followed_links_become_what_they_point_to_and_a_circle_stays_a_link()
    {
        _repository.Write("target/file", "content"u8);
        File.CreateSymbolicLink(Path.Combine(_repository.Source, "link"), "target");
        File.CreateSymbolicLink(Path.Combine(_repository.Source, "target", "circle"), "..");

        _repository.Save(new SaveRequest
        {
            Channel = "test",
            Paths = [FileName.FromText(_repository.Source)],
            FollowLinks = true,
            CacheDirectory = _repository.CacheDirectory,
        });
        _repository.RestoreSource();

        Assert.Null(new FileInfo(Path.Combine(_repository.Destination, "link")).LinkTarget);
        Assert.Equal("content", File.ReadAllText(Path.Combine(_repository.Destination, "link/file")));
        Assert.Equal("..", new FileInfo(Path.Combine(_repository.Destination, "target/circle")).LinkTarget);
    }

    [Fact]
    public void A_saved_path_that_is_a_link_is_followed()
    {
        _repository.Write("real/file", "content"u8);
        var link = Path.Combine(_repository.Source, "..", "link-to-real");
        File.CreateSymbolicLink(link, Path.Combine(_repository.Source, "real"));

        var saved = _repository.Save(Path.GetFullPath(link));

        Assert.Equal(1, saved.Snapshot.Summary.Files);
    }

    private string[] WrittenObjects() =>
        [.. Directory.GetFiles(_repository.Location, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_repository.Location, path))];

    private sealed class StoppedAtTheEnd(IObjectStore store, CancellationTokenSource stop) : ObjectStoreDecorator(store)
    {
        public override ValueTask<int> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellation)
        {
            stop.Cancel();
            return ValueTask.FromCanceled<int>(cancellation);
        }
    }
}
