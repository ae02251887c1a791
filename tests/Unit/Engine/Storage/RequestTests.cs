using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Caching;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Tests.Storage;

/// <summary>How many requests an operation makes of a store on another machine, where each takes long. docs/stores.md has the numbers.</summary>
public sealed class RequestTests : IDisposable
{
    private const int RequestsOfAListing = 2;
    private const int RequestsOfAFirstSave = 11;
    private const int RequestsOfAnUnchangedSave = 9;
    private const int RequestsOfOneFile = 5;
    private const int RequestsOfARestore = 5;
    private const int RequestsOfAFirstListing = 4;
    private const int RequestsOfAScan = 21;

    private readonly TestRepository _repository = new();
    private readonly List<string> _requests = [];

    public RequestTests()
    {
        _repository.OpenStore = location => CachingStore.Open(
            new DistantStore(DirectoryObjectStore.Open(location), Count),
            Path.Combine(_repository.CacheDirectory, "copies"),
            [ObjectName.Indexes, ObjectName.Snapshots, ObjectName.Catalogue, ObjectName.Removals],
            long.MaxValue,
            _ => { },
            default);
        for (var i = 0; i < 100; i++)
            _repository.Write($"{i % 10}/{i}", TestRepository.RandomBytes(i, 1000));
    }

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_first_save_makes_one_request_for_each_object_and_few_others() => AssertCount(RequestsOfAFirstSave, Save);

    [Fact]
    public void An_unchanged_save_makes_no_more_requests_the_more_saves_there_were()
    {
        for (var i = 0; i < 20; i++)
            Save();

        AssertCount(RequestsOfAnUnchangedSave, Save);
    }

    [Fact]
    public void A_listing_reads_no_tag_twice()
    {
        for (var i = 0; i < 20; i++)
            Save();

        AssertCount(RequestsOfAListing, repository => Assert.Equal(20, new SnapshotStore(repository).List(_ => { }, default).Count));
    }

    [Fact]
    public void One_file_is_restored_with_a_few_requests()
    {
        Save();

        AssertCount(RequestsOfOneFile, repository => new RestoreOperation(repository, new RestoreRequest
        {
            Snapshot = "test",
            Path = Path.Combine(_repository.Source, "3", "33"),
            Destination = _repository.Destination,
        }, _repository).Run(default));
    }

    [Fact]
    public void Everything_is_restored_with_a_few_requests()
    {
        Save();

        AssertCount(RequestsOfARestore, repository => new RestoreOperation(repository, new RestoreRequest
        {
            Snapshot = "test",
            Path = _repository.Source,
            Destination = _repository.Destination,
        }, _repository).Run(default));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_scan_reads_each_pack_once(bool isFull)
    {
        Save();

        AssertCount(RequestsOfAScan, repository => new ScanOperation(repository, new ScanRequest { Full = isFull, CacheDirectory = _repository.CacheDirectory }, _ => { }).Run(default));
    }

    [Fact]
    public void A_first_listing_of_many_snapshots_makes_few_requests()
    {
        for (var i = 0; i < 40; i++)
            Save();
        Directory.Delete(_repository.CacheDirectory, recursive: true);

        AssertCount(RequestsOfAFirstListing, repository => Assert.Equal(40, new SnapshotStore(repository).List(_ => { }, default).Count));
    }

    private void Save() => Use(Save);

    private void Save(RepositoryAccess repository) => new SaveOperation(repository, new SaveRequest
    {
        Channel = "test",
        Paths = [FileName.FromText(_repository.Source)],
        CacheDirectory = _repository.CacheDirectory,
    }, _repository).Run(default);

    private void Use(Action<RepositoryAccess> action)
    {
        using var repository = _repository.Open();
        repository.RememberTags(_repository.CacheDirectory);
        action(repository);
    }

    private void AssertCount(int expected, Action<RepositoryAccess> action)
    {
        _requests.Clear();
        Use(action);
        Assert.True(_requests.Count == expected, string.Join(Environment.NewLine, _requests));
    }

    private void Count(string request)
    {
        lock (_requests)
            _requests.Add(request);
    }

    /// <summary>A directory as if it were on another machine: what is a request there is counted.</summary>
    private sealed class DistantStore(IObjectStore store, Action<string> count) : ObjectStoreDecorator(store)
    {
        private readonly Dictionary<string, List<ObjectInfo>> _ahead = new(StringComparer.Ordinal);

        public override StoreCapabilities Capabilities => new() { Connections = 4, IsDistant = true, DurableOnReturn = true };

        public override async ValueTask ListAheadAsync(IReadOnlyCollection<string> folders, CancellationToken cancellation)
        {
            count($"list {string.Join(' ', folders)}");
            foreach (var folder in folders)
                _ahead[folder] = await base.ListAsync(folder, cancellation).ToListAsync(cancellation);
        }

        public override IAsyncEnumerable<ObjectInfo> ListAsync(string folder, CancellationToken cancellation)
        {
            if (_ahead.Remove(folder, out var ahead))
                return ahead.ToAsyncEnumerable();
            count($"list {folder}");
            return base.ListAsync(folder, cancellation);
        }

        public override ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation)
        {
            count($"find {name}");
            return base.FindAsync(name, cancellation);
        }

        public override ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation)
        {
            count($"read {name}");
            return base.ReadAsync(name, maximumLength, cancellation);
        }

        public override ValueTask ReadAsync(string name, IReadOnlyList<ObjectRange> ranges, CancellationToken cancellation)
        {
            count($"read {name} {string.Join(',', ranges.Select(range => $"{range.Offset}-{range.End}"))}");
            return base.ReadAsync(name, ranges, cancellation);
        }

        public override ValueTask<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellation)
        {
            count($"open {name} {offset}");
            return base.OpenReadAsync(name, offset, cancellation);
        }

        public override ValueTask<ObjectWriter> CreateAsync(CancellationToken cancellation) => ValueTask.FromResult<ObjectWriter>(new BufferedObjectWriter(this));

        public override ValueTask DeleteAsync(string name, CancellationToken cancellation)
        {
            count($"delete {name}");
            return base.DeleteAsync(name, cancellation);
        }

        public override ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
        {
            count($"put {name}");
            return base.PutAsync(name, content, mode, cancellation);
        }
    }
}
