using Rekkord.Engine.Browsing;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Patterns;

namespace Rekkord.Engine.Tests.Browsing;

public sealed class SearchTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly List<RekkordException> _failed = [];

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void What_comes_back_after_it_was_gone_is_one_version()
    {
        var time = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        _repository.Write("a/file", "one"u8);
        File.SetLastWriteTimeUtc(Path.Combine(_repository.Source, "a/file"), time);
        _repository.Save();
        File.Delete(Path.Combine(_repository.Source, "a/file"));
        _repository.Save();
        _repository.Write("a/file", "one"u8);
        File.SetLastWriteTimeUtc(Path.Combine(_repository.Source, "a/file"), time);
        _repository.Save();

        var version = Assert.Single(Find("file"));
        Assert.Equal(2, version.Snapshots);
        Assert.NotEqual(version.First.Id, version.Last.Id);
        Assert.Equal(3, Assert.Single(Find("a")).Snapshots);
    }

    [Fact]
    public void A_file_that_becomes_a_directory_is_two_versions_and_what_is_below_is_found()
    {
        _repository.Write("thing", "file"u8);
        _repository.Save();
        File.Delete(Path.Combine(_repository.Source, "thing"));
        _repository.Write("thing/thing", "below"u8);
        _repository.Save();

        Assert.Equal(["/thing", "/thing", "/thing/thing"], Find("thing").Select(version => version.Item.Path[_repository.Source.Length..]));
        Assert.Empty(_failed);
    }

    [Fact]
    public void Many_directories_and_pages_are_merged_in_the_order_of_their_names()
    {
        for (var i = 0; i < 3000; i++)
            _repository.Write($"many/{i:0000}", "x"u8);
        _repository.Save();
        for (var i = 0; i < 3000; i += 7)
            File.Delete(Path.Combine(_repository.Source, $"many/{i:0000}"));
        _repository.Write("many/0001", "changed"u8);
        _repository.Save();

        var found = Find("[0-9]*").ToArray();

        Assert.Equal(3001, found.Length);
        Assert.Equal(found.Select(version => version.Item.Path).Order(StringComparer.Ordinal), found.Select(version => version.Item.Path));
        Assert.Equal(429, found.Count(version => version.Snapshots == 1 && version.Item.Name != "0001"));
        Assert.Equal(["x".Length, "changed".Length], found.Where(version => version.Item.Name == "0001").Select(version => (int)version.Item.Size));
    }

    private IEnumerable<ItemVersion> Find(string pattern)
    {
        using var repository = _repository.Open();
        using var browser = new SnapshotBrowser(repository);
        return [.. browser.Search(new PathPattern(pattern), _ => true, _failed.Add, Assert.Fail, CancellationToken.None)];
    }
}
