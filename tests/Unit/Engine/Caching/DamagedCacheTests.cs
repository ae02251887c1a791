using Rekkord.Engine.Caching;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Tests.Caching;

/// <summary>Whatever becomes of the cache, a save gives the same snapshot as without one.</summary>
public sealed class DamagedCacheTests : IDisposable
{
    // Files that have just been made are not cached, since their times cannot vouch for them yet: these were made long ago.
    private static readonly string Source = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    private readonly TestRepository _repository = new();
    private readonly byte[] _tree;
    private readonly byte[] _cache;

    public DamagedCacheTests()
    {
        (_tree, _) = Save();
        _cache = File.ReadAllBytes(CacheFile);
    }

    private string CacheFile => Assert.Single(Directory.GetFiles(_repository.CacheDirectory, "files-*.cache", SearchOption.AllDirectories));

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_whole_cache_is_used_and_gives_the_same_snapshot()
    {
        var (tree, unchanged) = Save();

        Assert.Equal(_tree, tree);
        Assert.True(unchanged > 0, "Nothing was taken from the cache.");
    }

    [Fact]
    public void What_it_knows_of_one_copy_of_a_repository_is_not_believed_of_another_that_lacks_the_content()
    {
        foreach (var path in _repository.Objects("packs").Concat(_repository.Objects("index")))
            File.Delete(path);

        var (tree, unchanged) = Save();

        Assert.Equal((_tree.Length, 0), (tree.Length, unchanged));
        Assert.NotEmpty(_repository.Objects("packs"));
    }

    [Fact]
    public void A_cache_with_any_byte_changed_gives_the_same_snapshot()
    {
        foreach (var i in TestLength.Choose([.. Enumerable.Range(0, _cache.Length)], 25))
        {
            var damaged = _cache.ToArray();
            damaged[i] ^= 0x41;
            AssertSame(damaged);
        }
    }

    [Fact]
    public void A_cache_that_was_cut_short_or_grew_gives_the_same_snapshot()
    {
        foreach (var length in TestLength.Choose([.. Enumerable.Range(0, _cache.Length)], 10))
            AssertSame(_cache[..length]);
        AssertSame([.. _cache, 0]);
        AssertSame([.. _cache, .. _cache]);
    }

    [Fact]
    public void The_cache_of_another_repository_gives_the_same_snapshot()
    {
        using var other = new TestRepository();
        other.Save(Request(other));
        AssertSame(File.ReadAllBytes(Assert.Single(Directory.GetFiles(other.CacheDirectory, "files-*.cache", SearchOption.AllDirectories))));
    }

    [Fact]
    public void A_cache_of_content_that_the_repository_lost_gives_the_same_snapshot()
    {
        foreach (var pack in _repository.Objects("packs"))
            File.Delete(pack);

        var (tree, unchanged) = Save();

        Assert.Equal(_tree, tree);
        Assert.Equal(0, unchanged);
        Assert.All(_repository.Scan(new() { Full = true }).Problems, problem => Assert.Empty(problem.Snapshots));
    }

    [Fact]
    public void A_cache_that_was_written_with_other_keys_under_this_name_gives_the_same_snapshot()
    {
        using (var other = KeyMaterial.CreateMaster())
        using (var writer = new FileCacheWriter(CacheFile, other))
            writer.Commit(files: 1, size: 2);

        var (tree, unchanged) = Save();

        Assert.Equal(_tree, tree);
        Assert.Equal(0, unchanged);
        Assert.True(Save().Unchanged > 0, "The cache was not written anew.");
    }

    private void AssertSame(byte[] cache)
    {
        File.WriteAllBytes(CacheFile, cache);
        Assert.Equal(_tree, Save().Tree);
        Assert.Empty(_repository.Failed);
    }

    private static SaveRequest Request(TestRepository repository) => new()
    {
        Channel = "test",
        Paths = [FileName.FromText(Source)],
        Exclude = [new("System.*"), new("Microsoft.*"), new("*.so")],
        CacheDirectory = repository.CacheDirectory,
    };

    private (byte[] Tree, long Unchanged) Save()
    {
        var result = _repository.Save(Request(_repository));
        using var repository = _repository.Open();
        var (_, roots) = new SnapshotRecords(repository).Read(result.Snapshot.ObjectName, default);
        return (Assert.Single(roots).Entry.Chunks.ToArray(), result.UnchangedFiles);
    }
}
