using Rekkord.Engine.Caching;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Saving;

namespace Rekkord.Engine.Tests.Saving;

/// <summary>When the status of a file vouches for its content: where somebody keeps the time of change, and once that time is over.</summary>
public sealed class StatusTrustTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData(ChangeTimeKeeper.Kernel, 1, false)]
    [InlineData(ChangeTimeKeeper.Kernel, 3, true)]
    [InlineData(ChangeTimeKeeper.Kernel, -1, false)]
    [InlineData(ChangeTimeKeeper.Kernel, -3_000_000_000, false)]
    [InlineData(ChangeTimeKeeper.Server, 3, false)]
    [InlineData(ChangeTimeKeeper.Server, 299, false)]
    [InlineData(ChangeTimeKeeper.Server, 303, true)]
    [InlineData(ChangeTimeKeeper.LowerFileSystem, 1, false)]
    [InlineData(ChangeTimeKeeper.LowerFileSystem, 3, true)]
    [InlineData(ChangeTimeKeeper.None, 3, false)]
    [InlineData(ChangeTimeKeeper.None, 3_000_000_000, false)]
    public void A_status_vouches_once_its_time_of_change_is_over_by_the_clock_that_made_it(ChangeTimeKeeper keeper, long age, bool vouches)
    {
        var status = new FileStatus { Kind = FileKind.File, ChangedTime = Time(-age), CreatedTime = Time(-4_000_000_000) };

        Assert.Equal(vouches ? StatusHash.Compute(status) : StatusHash.None, Hash(keeper, status));
    }

    [Fact]
    public void Above_a_file_system_that_keeps_no_time_of_creation_nothing_vouches() =>
        Assert.Equal(StatusHash.None, Hash(ChangeTimeKeeper.LowerFileSystem, new FileStatus { Kind = FileKind.File, ChangedTime = Time(-1000) }));

    [Fact]
    public void A_file_system_is_asked_once_and_each_device_by_itself()
    {
        for (var i = 0; i < 20; i++)
            _repository.Write($"{i % 3}/{i}", "content"u8);
        var asked = 0;
        ulong devices = 0;

        Save(new ChangingFileSystem { KeeperAsked = _ => Interlocked.Increment(ref asked) });
        Assert.InRange(asked, 1, Environment.ProcessorCount + 1); // several threads may ask at the same time
        asked = 0;
        Save(new ChangingFileSystem { KeeperAsked = _ => Interlocked.Increment(ref asked), Status = status => status with { ChangedTime = default, Device = Interlocked.Increment(ref devices) } });
        Assert.True(asked > 10);
    }

    [Fact]
    public void Where_nobody_keeps_the_time_of_change_everything_is_read_again_and_nothing_stored_twice()
    {
        var path = _repository.Write("file", "before"u8);
        _repository.Write("large", TestRepository.RandomBytes(1, 3_000_000));
        File.CreateSymbolicLink(Path.Combine(_repository.Source, "link"), "before");
        var asItWas = new FileTime(1000, 0);
        var files = new ChangingFileSystem { Keeper = ChangeTimeKeeper.None, Status = status => status with { ModifiedTime = asItWas, ChangedTime = asItWas, Inode = 7 } };

        Save(files);
        Assert.Equal((0L, 0L), (Save(files).UnchangedFiles, Save(files).Snapshot.Summary.AddedSize));

        File.WriteAllText(path, "behind");
        File.Delete(Path.Combine(_repository.Source, "link"));
        File.CreateSymbolicLink(Path.Combine(_repository.Source, "link"), "behind");
        Save(files);
        _repository.RestoreSource();
        Assert.Equal("behind", File.ReadAllText(Path.Combine(_repository.Destination, "file")));
        Assert.Equal("behind", new FileInfo(Path.Combine(_repository.Destination, "link")).LinkTarget);
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(6_000_000)]
    public void The_clock_that_counts_is_that_before_the_file_was_read(int size)
    {
        var path = _repository.Write("file", TestRepository.RandomBytes(1, size));
        var clock = new SetClock { Now = Noon };
        // As on a file system that counts whole seconds: what changes while the content is stored shows the same times.
        var changed = Time(-1);
        var files = new ChangingFileSystem
        {
            Keeper = ChangeTimeKeeper.Kernel,
            Status = status => status with { ModifiedTime = changed, ChangedTime = changed },
            Read = (_, _) => clock.Now = Noon.AddSeconds(10),
        };

        Save(files, clock);
        File.WriteAllBytes(path, TestRepository.RandomBytes(2, size));
        clock.Now = Noon.AddSeconds(20);
        Assert.Equal(0, Save(files, clock).UnchangedFiles);
        Assert.Equal(1, Save(files, clock).UnchangedFiles);

        _repository.RestoreSource();
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(Path.Combine(_repository.Destination, "file")));
    }

    private static FileTime Time(long seconds) => FileTime.FromDateTimeOffset(Noon) with { Seconds = Noon.ToUnixTimeSeconds() + seconds };

    private Hash128 Hash(ChangeTimeKeeper keeper, in FileStatus status)
    {
        using var source = new ChangingFileSystem { Keeper = keeper }.OpenDirectory(FileName.FromText(_repository.Source));
        return new StatusTrust(TimeProvider.System).Hash(status, FileTime.FromDateTimeOffset(Noon), source, "file"u8.ToArray(), follow: false);
    }

    private SaveResult Save(ChangingFileSystem files, TimeProvider? clock = null)
    {
        using var repository = _repository.Open();
        var request = new SaveRequest { Channel = "test", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory };
        return new SaveOperation(repository, request, _repository) { Files = files, Clock = clock ?? TimeProvider.System }.Run(CancellationToken.None);
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
