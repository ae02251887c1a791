using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Saving;

namespace Rekkord.Engine.Tests.Saving;

/// <summary>A save leaves out its own repository, cache and keyfile, whatever path leads to them, and nothing that only looks like them.</summary>
public sealed class OwnFilesTests : IDisposable
{
    private readonly TestRepository _repository = new();

    private string Base => Path.GetDirectoryName(_repository.Source)!;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void They_are_left_out_with_one_warning_each()
    {
        _repository.Write("file", "x"u8);
        CopyDirectory(_repository.Location, Path.Combine(Base, "copy"));
        File.Copy(_repository.KeyFilePath, Path.Combine(Base, "copy.key"));
        File.CreateSymbolicLink(Path.Combine(Base, "link"), _repository.Location);

        var first = Save(Base);
        var second = Save(Base);

        Assert.False(second.IsPartial);
        Assert.Equal(first.Snapshot.Summary.Files, second.Snapshot.Summary.Files);
        Assert.Equal(3 * 2, _repository.Warnings.Count);
        _repository.Restore(new() { Snapshot = "test", Path = Base, Destination = _repository.Destination });
        Assert.Equal(
            ["cache", "copy", "copy.key", "link", "source"],
            Directory.GetFileSystemEntries(_repository.Destination).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(Path.Combine(_repository.Destination, "copy", "rekkord")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_repository.Destination, "cache")));
    }

    [Fact]
    public void A_link_that_is_followed_does_not_lead_to_them()
    {
        File.CreateSymbolicLink(Path.Combine(_repository.Source, "link"), _repository.Location);

        Assert.Equal(0, Save(new SourcePath(FileName.FromText(_repository.Source)), followLinks: true).Snapshot.Summary.Files);
        Assert.Contains("link", Assert.Single(_repository.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("repository")]
    [InlineData("repository/packs")]
    [InlineData("master.key")]
    public void One_that_was_named_is_missed_and_reported(string name)
    {
        _repository.Write("file", "x"u8);
        Save(_repository.Source);

        var result = Save(_repository.Source, Path.Combine(Base, name));

        Assert.Equal([("SourceLeftOut", Path.Combine(Base, name))], result.Errors.Select(error => (error.ErrorId, error.Target)));
        Assert.Equal(1, result.Snapshot.Summary.Files);
    }

    [Fact]
    public void One_that_wildcards_stand_for_is_left_out_with_a_warning()
    {
        _repository.Write("file", "x"u8);
        Directory.CreateDirectory(_repository.CacheDirectory);

        Assert.False(Save(SourcePath.FromText("*", Base), followLinks: false).IsPartial);
        Assert.Equal(3, _repository.Warnings.Count);
    }

    private static void CopyDirectory(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var directory in Directory.GetDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Join(to, Path.GetRelativePath(from, directory)));
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Join(to, Path.GetRelativePath(from, file)));
    }

    private SaveResult Save(params string[] paths) => Save([.. paths.Select(path => new SourcePath(FileName.FromText(path)))], followLinks: false);

    private SaveResult Save(SourcePath path, bool followLinks) => Save([path], followLinks);

    private SaveResult Save(IReadOnlyList<SourcePath> paths, bool followLinks) => _repository.Save(new SaveRequest
    {
        Channel = "test",
        Paths = paths,
        FollowLinks = followLinks,
        KeyFile = _repository.KeyFilePath,
        CacheDirectory = _repository.CacheDirectory,
    });
}
