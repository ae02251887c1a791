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
    public void A_cache_with_any_byte_changed_gives_the_same_snapshot()
    {
        var step = Math.Max(1, _cache.Length / 60);
        for (var i = 0; i < _cache.Length; i += step)
        {
            var damaged = _cache.ToArray();
            damaged[i] ^= 0x41;
            AssertSame(damaged);
        }
    }

    [Fact]
    public void A_cache_that_was_cut_short_or_grew_gives_the_same_snapshot()
    {
        for (var length = 0; length < _cache.Length; length += Math.Max(1, _cache.Length / 20))
            AssertSame(_cache[..length]);
        AssertSame(_cache[..^1]);
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
        Exclude = ["System.*", "Microsoft.*", "*.so"],
        CacheDirectory = repository.CacheDirectory,
    };

    private (byte[] Tree, long Unchanged) Save()
    {
        var result = _repository.Save(Request(_repository));
        using var repository = _repository.Open();
        var (_, roots) = new SnapshotStore(repository).Read(result.Snapshot.ObjectName);
        return (Assert.Single(roots).Entry.Chunks.ToArray(), result.UnchangedFiles);
    }
}
