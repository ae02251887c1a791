namespace Rekkord.Engine.Tests.Saving;

public sealed class DeduplicationTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_large_file_with_a_mebibyte_inserted_at_its_front_stores_less_than_twenty_megabytes_more()
    {
        var length = TestLength.IsLong ? 1_000_000_000 : 50_000_000;
        var content = TestRepository.RandomBytes(1, length);
        var path = _repository.Write("image", content);
        var first = _repository.Save();
        using (var file = File.Create(path))
        {
            file.Write(TestRepository.RandomBytes(2, 1_048_576));
            file.Write(content);
        }

        var second = _repository.Save();

        Assert.True(first.Snapshot.Summary.StoredSize > length);
        Assert.InRange(second.Snapshot.Summary.StoredSize, 1_048_576, 20_000_000);
        Assert.Empty(_repository.Scan().Problems);
    }

    [Fact]
    public void Equal_files_are_stored_once()
    {
        var content = TestRepository.RandomBytes(7, 3_000_000);
        _repository.Write("one", content);
        _repository.Write("two", content);
        for (var i = 0; i < 50; i++)
            _repository.Write($"small{i}", content.AsSpan(0, 1000));

        var saved = _repository.Save();

        Assert.InRange(saved.Snapshot.Summary.StoredSize, 3_000_000, 3_100_000);
    }

    [Fact]
    public void A_save_that_lost_its_cache_stores_nothing_again()
    {
        _repository.Write("a", TestRepository.RandomBytes(1, 2_000_000));
        _repository.Save();
        Directory.Delete(_repository.CacheDirectory, recursive: true);

        Assert.Equal(0, _repository.Save().Snapshot.Summary.AddedSize);
    }

    [Fact]
    public void A_save_whose_cache_is_damaged_reads_the_files_and_makes_the_same_tree()
    {
        for (var i = 0; i < 30; i++)
            _repository.Write($"d/f{i}", TestRepository.RandomBytes(i, 5000));
        Age(Path.Combine(_repository.Source, "d", "f29"));
        _repository.Save();
        Assert.Equal(30, _repository.Save().UnchangedFiles);
        var cache = Directory.GetFiles(_repository.CacheDirectory, "*.cache", SearchOption.AllDirectories).Single();
        var bytes = File.ReadAllBytes(cache);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(cache, bytes);

        var saved = _repository.Save();

        Assert.Equal(0, saved.UnchangedFiles);
        Assert.Equal(0, saved.Snapshot.Summary.AddedSize);
    }

    [Fact]
    public void An_unchanged_file_is_not_read_again_and_one_that_is_gone_from_the_repository_is()
    {
        Age(_repository.Write("kept", TestRepository.RandomBytes(1, 700_000)));
        _repository.Save();
        Assert.Equal(1, _repository.Save().UnchangedFiles);

        foreach (var pack in _repository.Objects("packs"))
            File.Delete(pack);
        var healed = _repository.Save();

        Assert.Equal(0, healed.UnchangedFiles);
        Assert.True(healed.Snapshot.Summary.AddedSize >= 700_000);
        Assert.Equal(0, _repository.RestoreSource().ErrorCount);
    }

    [Fact]
    public void A_file_changed_without_a_change_of_size_or_mtime_is_read_again()
    {
        var path = _repository.Write("sneaky", TestRepository.RandomBytes(1, 1000));
        Age(path);
        _repository.Save();
        var time = File.GetLastWriteTimeUtc(path);
        File.WriteAllBytes(path, TestRepository.RandomBytes(2, 1000));
        File.SetLastWriteTimeUtc(path, time);

        _repository.Save();
        _repository.RestoreSource();

        Assert.Equal(TestRepository.RandomBytes(2, 1000), File.ReadAllBytes(Path.Combine(_repository.Destination, "sneaky")));
    }

    /// <summary>
    /// Waits until a file's change lies far enough back for its status to vouch for its content: the cache does not trust a
    /// younger one. This is the time itself, not a race.
    /// </summary>
    private static void Age(string path)
    {
        var settled = File.GetLastWriteTimeUtc(path).AddSeconds(2.1);
        SpinWait.SpinUntil(() => DateTime.UtcNow > settled);
    }
}
