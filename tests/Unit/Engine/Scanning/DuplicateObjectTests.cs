using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Tests.Scanning;

/// <summary>Copies of objects: under the name of an object they are damage, under any other they are a stranger's.</summary>
public sealed class DuplicateObjectTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public DuplicateObjectTests()
    {
        _repository.Write("file", TestRepository.RandomBytes(1, 100_000));
        _repository.Save();
    }

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("packs", ProblemKind.PackDamaged, false)]
    [InlineData("packs", ProblemKind.PackDamaged, true)]
    [InlineData("index", ProblemKind.IndexDamaged, false)]
    [InlineData("index", ProblemKind.IndexDamaged, true)]
    [InlineData("tags", ProblemKind.TagDamaged, false)]
    [InlineData("tags", ProblemKind.TagDamaged, true)]
    [InlineData("snapshots", ProblemKind.SnapshotDamaged, false)]
    [InlineData("snapshots", ProblemKind.SnapshotDamaged, true)]
    public void A_copy_under_the_name_of_another_object_is_found_and_touches_nothing(string folder, ProblemKind kind, bool full)
    {
        var original = _repository.Objects(folder)[0];
        var copy = original[..^1] + (original[^1] == '0' ? '1' : '0');
        File.Copy(original, copy);

        var problem = Assert.Single(_repository.Scan(new ScanRequest { Full = full }).Problems);

        Assert.Equal((kind, Path.GetRelativePath(_repository.Location, copy)), (problem.Kind, problem.ObjectName));
        Assert.Empty(problem.Paths);
        Assert.Single(List());
        AssertRestores();
    }

    [Theory]
    [InlineData("packs")]
    [InlineData("index")]
    [InlineData("tags")]
    [InlineData("snapshots")]
    public void A_copy_under_the_name_of_another_object_is_gone_after_a_repair_and_nothing_else_is(string folder)
    {
        var original = _repository.Objects(folder)[0];
        var copy = original[..^1] + (original[^1] == '0' ? '1' : '0');
        File.Copy(original, copy);

        var problem = Assert.Single(_repository.Scan(new ScanRequest { Repair = true }).Problems);
        _repository.Save();

        Assert.NotNull(problem.Repair);
        Assert.False(File.Exists(copy));
        Assert.True(File.Exists(original));
        Assert.Empty(_repository.Scan(new ScanRequest { Full = true }).Problems);
        AssertRestores();
    }

    [Fact]
    public void Files_of_strangers_are_no_problem_and_are_left_alone()
    {
        string[] strangers =
        [
            Copy("packs", "packs/README"),
            Copy("packs", $"packs/zz/{Path.GetFileName(_repository.Objects("packs")[0])}"),
            Copy("index", "index/.DS_Store"),
            Copy("tags", $"tags/{Path.GetFileName(_repository.Objects("tags")[0])}.part"),
            Copy("snapshots", $"snapshots/{new string('F', 64)}"),
        ];

        var scanned = _repository.Scan(new ScanRequest { Full = true, Repair = true });
        var saved = _repository.Save();

        Assert.Empty(scanned.Problems);
        Assert.Equal((1, 2, 0), (scanned.Snapshots, scanned.VerifiedPacks, scanned.UnindexedPacks));
        Assert.Equal((0, 0), (saved.NewDataPacks, saved.NewMetadataPacks));
        Assert.Empty(_repository.Warnings);
        Assert.All(strangers, stranger => Assert.True(File.Exists(stranger)));
        Assert.Equal(2, List().Count);
        AssertRestores();
    }

    private string Copy(string folder, string name)
    {
        var copy = Path.Combine(_repository.Location, name);
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        File.Copy(_repository.Objects(folder).First(path => Path.GetFileName(path).Length == 64), copy);
        return copy;
    }

    private IReadOnlyList<Snapshot> List()
    {
        using var repository = _repository.Open();
        return new SnapshotStore(repository).List(_ => { }, CancellationToken.None);
    }

    private void AssertRestores()
    {
        Assert.Equal(0, _repository.RestoreSource().ErrorCount);
        Assert.Equal(TreeListing.Of(_repository.Source), TreeListing.Of(_repository.Destination));
    }
}
