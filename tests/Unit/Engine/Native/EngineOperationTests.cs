using System.Globalization;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Native;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Tests.Native;

/// <summary>Whatever runs an operation, it makes, tells and raises the same.</summary>
public sealed class EngineOperationTests : IDisposable
{
    // More than wait in the queue.
    private const int ManyErrors = 1500;

    private readonly TestRepository _repository = new();
    private readonly LoopbackLibrary _library = new();

    public void Dispose()
    {
        _repository.Dispose();
        Assert.Equal(0, _library.Running);
    }

    public static TheoryData<Way> Ways => new(Way.Here, Way.Library, Way.LibraryWithStoreHere);

    public static TheoryData<Way> LibraryWays => new(Way.Library, Way.LibraryWithStoreHere);

    /// <summary>Where an operation runs.</summary>
    public enum Way
    {
        Here,
        Library,

        /// <summary>In the library, which uses a store on this side, as on another machine.</summary>
        LibraryWithStoreHere,
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_save_a_scan_and_a_restore_give_their_results(Way way)
    {
        _repository.Write("file", "content"u8);
        var saved = Save(way);
        Assert.Equal((1, 7, false), (saved.Snapshot.Summary.Files, saved.Snapshot.Summary.Size, saved.IsPartial));
        Assert.Equal([FileName.FromText(_repository.Source)], saved.Snapshot.Summary.Paths);

        using var repository = Open(way);
        var scan = Operations(way).Scan(repository, new() { Full = true, CacheDirectory = _repository.CacheDirectory }, _repository.Warnings.Enqueue).Run(CancellationToken.None);
        Assert.Equal((1, 2, 0), (scan.Snapshots, scan.VerifiedPacks, scan.Problems.Count));

        var restored = Restore(way);
        Assert.Equal((saved.Snapshot.Id, 1, 7, 0), (restored.Snapshot.Id, restored.Files, restored.Size, restored.ErrorCount));
        Assert.Equal("content", File.ReadAllText(Path.Combine(_repository.Destination, "file")));
        Assert.Empty(_repository.Warnings);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void What_cannot_be_saved_is_told_and_makes_the_result_partial(Way way)
    {
        _repository.Write("file", "content"u8);
        var own = _repository.KeyFilePath;
        var saved = Save(way, Request() with { Paths = [FileName.FromText(_repository.Source), FileName.FromText(own)], KeyFile = own, Exclude = [new("/elsewhere/x")] });
        Assert.True(saved.IsPartial);
        var error = Assert.Single(_repository.Failed);
        Assert.Equal(("SourceLeftOut", RekkordErrorKind.InvalidArgument, own), (error.ErrorId, error.Kind, error.Target));
        Assert.Equal([error.Message], saved.Errors.Select(each => each.Message));
        Assert.Equal(["/elsewhere/x"], saved.UnusedExclusions);
        Assert.Contains("/elsewhere/x", Assert.Single(_repository.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Damage_is_found_with_what_it_touches(Way way)
    {
        _repository.Write("file", TestRepository.RandomBytes(1, 100_000));
        Save(way);
        var pack = _repository.Objects("packs").MaxBy(path => new FileInfo(path).Length)!;
        var bytes = File.ReadAllBytes(pack);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(pack, bytes);
        using var repository = Open(way);
        var scan = Operations(way).Scan(repository, new() { CacheDirectory = _repository.CacheDirectory }, _repository.Warnings.Enqueue).Run(CancellationToken.None);
        Assert.NotEmpty(Assert.Single(scan.Problems).Paths);
        Assert.Equivalent(_repository.Scan().Problems, scan.Problems, strict: true);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Details_are_told_and_numbers_are_written_in_the_culture_of_the_caller(Way way)
    {
        const int count = 1234;
        var culture = CultureInfo.CurrentCulture;
        for (var i = 0; i < count; i++)
            MakeSpecial(_repository.Write($"f{i}", ""u8));
        Save(way);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Restore(way, noSpecial: true);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(count, _repository.Details.Count);
        Assert.Contains("(1.234)", Assert.Single(_repository.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void An_error_keeps_its_identifier(Way way)
    {
        _repository.Write("file", "content"u8);
        Save(way);
        Restore(way);
        var error = Assert.Throws<RekkordException>(() => Restore(way));
        Assert.Equal(("DestinationNotEmpty", RekkordErrorKind.AlreadyExists, _repository.Destination), (error.ErrorId, error.Kind, error.Target));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_keys_of_another_repository_are_refused(Way way)
    {
        using var other = new TestRepository();
        using var repository = new AwaitedRepository(_repository.Location, KeyFile.Read(other.KeyFilePath));
        var operation = Operations(way).Save(repository, Request(), _repository);
        Assert.Equal("KeyFileMismatch", Assert.Throws<RekkordException>(() => operation.Run(CancellationToken.None)).ErrorId);
        Assert.Null(operation.Progress);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_key_that_cannot_write_is_refused(Way way)
    {
        using var repository = new AwaitedRepository(_repository.Location, KeyFile.Read(_repository.Derive(KeyRole.LogOnly, "log.key").Path));
        var operation = Operations(way).Save(repository, Request(), _repository);
        Assert.Equal("KeyRoleInsufficient", Assert.Throws<RekkordException>(() => operation.Run(CancellationToken.None)).ErrorId);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void It_stops_at_once_when_it_is_cancelled_and_tells_how_far_it_is_until_then(Way way)
    {
        for (var i = 0; i < 2000; i++)
            _repository.Write($"d{i % 20}/f{i}", TestRepository.RandomBytes(i, 10_000));
        using var stop = new CancellationTokenSource();
        using var repository = Open(way);
        var operation = Operations(way).Save(repository, Request(), _repository);
        var running = Task.Run(() => operation.Run(stop.Token));
        SpinWait.SpinUntil(() => operation.Progress is { Files: > 50 } || running.IsCompleted);
        stop.Cancel();
        Assert.Equal(stop.Token, Assert.ThrowsAny<OperationCanceledException>(() => running.GetAwaiter().GetResult()).CancellationToken);
        Assert.Empty(_repository.Objects("snapshots"));
        Assert.Empty(_repository.Objects("tmp"));
        Assert.True(operation.Progress is { Files: > 50, StoredSize: var stored } && stored == _repository.Objects("packs").Sum(pack => new FileInfo(pack).Length));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void What_the_last_save_counted_is_what_the_next_one_expects(Way way)
    {
        const long size = 700_007;
        _repository.Write("large", TestRepository.RandomBytes(1, 700_000));
        _repository.Write("small", "content"u8);
        foreach (var (expected, request) in new[] { ((0, 0), Request()), ((2, size), Request()), ((2L, size), Request() with { IgnoreCache = true }) })
        {
            using var repository = Open(way);
            var operation = Operations(way).Save(repository, request, _repository);
            operation.Run(CancellationToken.None);
            var progress = operation.Progress!.Value;
            Assert.Equal(expected, (progress.ExpectedFiles, progress.ExpectedSize));
            Assert.Equal((2, size), (progress.Files, progress.Size));
        }

        using var restored = Open(way);
        var restore = Operations(way).Restore(restored, new() { Snapshot = "test", Destination = _repository.Destination }, _repository);
        restore.Run(CancellationToken.None);
        Assert.Equal((2, size, size), (restore.Progress!.Value.Files, restore.Progress.Value.Size, restore.Progress.Value.TotalSize));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Each_file_that_is_saved_or_restored_is_named_for_those_who_ask(Way way)
    {
        var changed = _repository.Write("changed", "content"u8);
        _repository.Write("same", "content"u8);
        foreach (var name in new[] { "changed", "same" })
            File.SetLastWriteTimeUtc(Path.Combine(_repository.Source, name), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var request = Request() with { TellEntries = true };
        Save(way, request);
        Assert.Equal([$"Saving '{changed}'.", $"Saving '{_repository.Source}/same'."], _repository.Details.Order(StringComparer.Ordinal));

        _repository.Details.Clear();
        _repository.Write("changed", "other content"u8);
        var added = _repository.Write("added", "content"u8);
        Save(way, request);
        Assert.Contains($"Saving '{added}', which is new.", _repository.Details);
        Assert.Contains(_repository.Details, detail => detail.StartsWith($"Saving '{changed}', which ", StringComparison.Ordinal) && detail.EndsWith("changed.", StringComparison.Ordinal));

        _repository.Details.Clear();
        using var repository = Open(way);
        Operations(way).Restore(repository, new() { Snapshot = "test", Path = _repository.Source, Destination = _repository.Destination, TellEntries = true }, _repository).Run(CancellationToken.None);
        Assert.Equal(
            new[] { "added", "changed", "same" }.Select(name => $"Restored '{Path.Combine(_repository.Destination, name)}'."), _repository.Details.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(LibraryWays))]
    public void An_observer_that_fails_ends_the_operation(Way way)
    {
        using var repository = Open(way);
        var operation = Operations(way).Save(repository, RequestWithErrors(), new FailingObserver());
        Assert.Throws<TimeZoneNotFoundException>(() => operation.Run(CancellationToken.None));
        Assert.Equal(0, _library.Running);
    }

    [Theory]
    [MemberData(nameof(LibraryWays))]
    public void More_can_be_told_than_waits_in_the_queue(Way way)
    {
        var saved = Save(way, RequestWithErrors());
        Assert.Equal((ManyErrors, ManyErrors), (saved.Snapshot.Summary.ErrorCount, _repository.Failed.Count));
    }

    [Fact]
    public void The_keys_that_cross_are_wiped()
    {
        _repository.Write("file", "content"u8);
        Save(Way.Library);
        Assert.NotEmpty(_library.Keys);
        Assert.All(_library.Keys, each => Assert.Equal(0, each));
    }

    private EngineOperations Operations(Way way) => new(way == Way.Here ? null : (IEngineLibrary?)_library);

    private AwaitedRepository Open(Way way) => new(_repository.Location, KeyFile.Read(_repository.KeyFilePath))
    {
        OpenStore = way == Way.LibraryWithStoreHere ? () => DirectoryObjectStore.Open(_repository.Location) : null,
    };

    private SaveRequest Request() => new() { Channel = "test", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory };

    /// <summary>Each path that is named and excluded is an error.</summary>
    private SaveRequest RequestWithErrors() => Request() with
    {
        Paths = [.. Enumerable.Range(0, ManyErrors).Select(i => $"{i}.tmp").Append("file").Select(name => FileName.FromText(_repository.Write(name, "content"u8)))],
        Exclude = [new("*.tmp")],
    };

    private SaveResult Save(Way way, SaveRequest? request = null)
    {
        using var repository = Open(way);
        return Operations(way).Save(repository, request ?? Request(), _repository).Run(CancellationToken.None);
    }

    private RestoreResult Restore(Way way, bool noSpecial = false)
    {
        using var repository = Open(way);
        var request = new RestoreRequest { Snapshot = "test", Path = _repository.Source, Destination = _repository.Destination, NoSpecial = noSpecial };
        return Operations(way).Restore(repository, request, _repository).Run(CancellationToken.None);
    }

    private static void MakeSpecial(string path)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.SetUser);
    }

    private sealed class FailingObserver : ISaveObserver
    {
        public void EntryFailed(RekkordException error) => throw new TimeZoneNotFoundException();

        public void Detail(string message)
        {
        }

        public void Warn(string message)
        {
        }
    }
}
