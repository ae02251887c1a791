namespace Rekkord.Engine.Tests.Caching;

/// <summary>What killed saves left beside the cache is tidied up by a later save.</summary>
public sealed class CacheLeftoverTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void An_old_leftover_is_removed_and_a_new_one_or_one_in_use_stays()
    {
        _repository.Write("file", "content"u8);
        _repository.Save();
        var cache = Assert.Single(Directory.GetFiles(_repository.CacheDirectory, "*.cache", SearchOption.AllDirectories));
        var (old, young, used) = (Leave(cache, "aaaaaaaaaaaa", days: 2), Leave(cache, "bbbbbbbbbbbb", days: 0), Leave(cache, "cccccccccccc", days: 2));
        using var user = new FileStream(used, FileMode.Open, FileAccess.Write, FileShare.None);

        _repository.Save();

        Assert.Equal([young, used], Directory.GetFiles(_repository.CacheDirectory, "*.tmp", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(cache));
        Assert.False(File.Exists(old));
    }

    private static string Leave(string cache, string name, int days)
    {
        var path = $"{cache}.{name}.tmp";
        File.WriteAllText(path, "half a cache");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-days));
        return path;
    }
}
