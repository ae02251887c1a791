using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Local;
using Rekkord.Engine.Tests.Storage;

namespace Rekkord.Engine.Tests.Index;

/// <summary>However many saves there were, there are few indexes to read, and nothing that is wrong with a merged one loses anything.</summary>
public sealed class IndexConsolidationTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly List<string> _reads = [];
    private int _files;

    public IndexConsolidationTests() => _repository.OpenStore = location => new WatchedStore(DirectoryObjectStore.Open(location), (name, _, _) =>
    {
        lock (_reads)
            _reads.Add(name);
    });

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Many_saves_leave_few_indexes()
    {
        Save(30);

        Assert.InRange(_repository.Objects("index").Length, 1, 10);
        Assert.Empty(_repository.Scan().Problems);
        Assert.Equal(0, _repository.Scan().UnindexedPacks);
        AssertRestores();
    }

    [Fact]
    public void Indexes_that_the_writer_may_not_delete_are_not_read_again_until_a_repair_removes_them()
    {
        var open = _repository.OpenStore;
        _repository.OpenStore = location => new KeepingStore(open(location));
        Save(30);
        Assert.InRange(_repository.Objects("index").Length, 30, 40);

        _reads.Clear();
        Save(1);

        // One may be on its way already when it turns out that another one has replaced it.
        Assert.InRange(_reads.Count(name => name.StartsWith("index/", StringComparison.Ordinal)), 1, 20);
        _repository.OpenStore = open;
        Assert.Empty(_repository.Scan(new ScanRequest { Repair = true }).Problems);
        Assert.InRange(_repository.Objects("index").Length, 1, 12);
        Assert.Equal(0, _repository.Scan().UnindexedPacks);
        AssertRestores();
    }

    [Fact]
    public void What_one_machine_merged_another_need_not_compare_with_the_packs_again()
    {
        Save(7);
        Save(1, "other");
        Save(1, "other");

        _reads.Clear();
        Save(1);

        // The one pack of each kind that the other machine has stored since.
        Assert.InRange(_reads.Where(name => name.StartsWith("packs/", StringComparison.Ordinal)).Distinct().Count(), 0, 4);
    }

    [Fact]
    public void An_index_that_is_merged_while_it_is_about_to_be_read_is_not_missed()
    {
        Save(7);
        var others = false;
        var open = _repository.OpenStore;
        _repository.OpenStore = location => new WatchedStore(open(location), (name, _, _) =>
        {
            if (others || !name.StartsWith("index/", StringComparison.Ordinal))
                return;
            others = true;
            Save(1, "other");
        });

        _repository.Warnings.Clear();
        var found = new List<string>();
        using (var repository = _repository.Open())
        {
            _reads.Clear();
            IndexLoader.ForReading(repository, error => Assert.Fail(error.Message)).Load(pack => found.Add(pack.Name), default);
        }

        Assert.True(others);
        Assert.Equal(_repository.Objects("packs").Length, found.Count);
        _repository.OpenStore = open;
        AssertRestores();
    }

    [Fact]
    public void Two_saves_that_merge_at_once_lose_nothing()
    {
        Save(7);
        var open = _repository.OpenStore;
        var others = false;
        _repository.OpenStore = location => new KeepingStore(open(location))
        {
            BeforePut = name =>
            {
                if (others || !name.StartsWith("index/", StringComparison.Ordinal))
                    return;
                others = true;
                _repository.OpenStore = open;
                Save(1, "other");
            },
        };

        Save(1);

        _repository.OpenStore = open;
        Assert.True(others);
        Assert.Empty(_repository.Scan().Problems);
        Assert.Equal(0, _repository.Scan().UnindexedPacks);
        Save(8);
        AssertRestores();
    }

    [Fact]
    public void An_index_that_falsely_replaces_all_others_costs_time_only()
    {
        Save(5);
        var (thief, _) = _repository.Derive(KeyRole.WriteOnly, "thief.key");
        string name;
        using (var repository = _repository.Open(thief))
        {
            var all = repository.Store.List(ObjectName.Indexes, default).Select(index => index.Name).ToArray();
            var bytes = IndexObject.Encode(repository.Keys, all, []);
            name = ObjectName.For(ObjectName.Indexes, SHA256.HashData(bytes));
            repository.Store.Put(name, bytes, default);
        }

        AssertRestores();
        Save(1);
        Assert.Empty(_repository.Scan(new ScanRequest { Repair = true }).Problems);
        Assert.Equal(0, _repository.Scan().UnindexedPacks);
        AssertRestores();
    }

    [Fact]
    public void A_merged_index_that_is_damaged_or_gone_costs_time_only()
    {
        Save(9);
        var merged = _repository.Objects("index").MaxBy(path => new FileInfo(path).Length)!;
        File.WriteAllBytes(merged, [.. File.ReadAllBytes(merged).Select(value => (byte)~value)]);

        Assert.Contains(_repository.Scan().Problems, problem => problem.Kind == ProblemKind.IndexDamaged);
        AssertRestores();
        File.Delete(merged);
        AssertRestores();
        Save(1);
        Assert.Empty(_repository.Scan().Problems);
        Assert.Equal(0, _repository.Scan().UnindexedPacks);
    }

    private void Save(int count, string cache = "cache")
    {
        for (var i = 0; i < count; i++)
        {
            _repository.Write($"{_files++}", TestRepository.RandomBytes(_files, 300));
            _repository.Save(new SaveRequest
            {
                Channel = "test",
                Paths = [FileName.FromText(_repository.Source)],
                CacheDirectory = Path.Combine(_repository.CacheDirectory, cache),
            });
        }
    }

    private void AssertRestores() => Assert.Empty(_repository.RestoreAndCompare("test", _repository.Source));

    /// <summary>A store whose user may add objects and delete none.</summary>
    private sealed class KeepingStore(IObjectStore store) : ObjectStoreDecorator(store)
    {
        public Action<string> BeforePut { get; init; } = static _ => { };

        public override ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
        {
            BeforePut(name);
            return base.PutAsync(name, content, mode, cancellation);
        }

        public override ValueTask DeleteAsync(string name, CancellationToken cancellation) =>
            throw new StorageException(StorageException.AccessDeniedId, RekkordErrorKind.PermissionDenied, "It may not.", name);
    }
}
