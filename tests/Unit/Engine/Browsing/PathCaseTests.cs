using Rekkord.Engine.Browsing;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Index;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Tests.Browsing;

/// <summary>Where the system tells no case apart, a path in another case leads to what was saved, unless that is more than one thing.</summary>
public sealed class PathCaseTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public void One_that_differs_in_case_only_is_found_when_it_is_the_only_one()
    {
        foreach (var file in new[] { "Docs/Größe.TXT", "twice/a", "twice/A", "twice/b", "Twice/B" })
            _repository.Write(file, "x"u8);
        _repository.Save();
        using var repository = _repository.Open();
        using var blobs = BlobReader.Open(repository, metadataOnly: true, _ => { }, _ => { }, CancellationToken.None);
        var (_, roots) = new SnapshotStore(repository).Open("test", _ => { }, CancellationToken.None);

        Assert.Equal("Größe.TXT", Find("Docs/Größe.TXT", ignoreCase: false));
        Assert.Null(Find("docs/größe.txt", ignoreCase: false));
        Assert.Equal("Größe.TXT", Find("docs/GRÖSSE.txt".Replace("SS", "ß", StringComparison.Ordinal), ignoreCase: true));
        Assert.Equal("A", Find("twice/A", ignoreCase: true));
        Assert.Equal("a", Find("twice/a", ignoreCase: true));
        Assert.Null(Find("TWICE/b", ignoreCase: true));

        string? Find(string path, bool ignoreCase) =>
            SnapshotPath.TryFind(blobs, roots, $"{_repository.Source}/{path}", ignoreCase, out _) is { } entry ? FileName.ToDisplay(entry.Name) : null;
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    public void On_Windows_a_path_in_another_case_is_found()
    {
        _repository.Write("Docs/File.txt", "x"u8);
        _repository.Save();

        var restored = _repository.Restore(new() { Snapshot = "test", Path = Path.Join(_repository.Source, "DOCS").ToUpperInvariant(), Destination = _repository.Destination });

        Assert.Equal((0L, 1L), (restored.ErrorCount, restored.Files));
    }

    [Theory]
    [InlineData("//server/share", "//server/share/")]
    [InlineData("//server/share/", "//server/share/")]
    [InlineData("//server/share/x", "//server/share/x")]
    [InlineData("C:/", "C:/")]
    [InlineData("C:/x", "C:/x")]
    public void The_root_of_a_share_is_in_no_other_directory(string path, string root) => Assert.Equal(root, SourcePath.EndRoot(path));
}
