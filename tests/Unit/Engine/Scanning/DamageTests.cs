using System.Security.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Scanning;

namespace Rekkord.Engine.Tests.Scanning;

/// <summary>Whatever happens to a stored object is found, named and never restored as if it were what was saved.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly Dictionary<string, string> _saved = [];

    public DamageTests()
    {
        // Two snapshots whose content lies in different packs: damage to one's must leave the other's whole.
        for (var i = 0; i < 20; i++)
            _repository.Write($"old/f{i}", TestRepository.RandomBytes(i, 40_000));
        _repository.Save();
        for (var i = 20; i < 40; i++)
            _repository.Write($"new/f{i}", TestRepository.RandomBytes(i, 40_000));
        _repository.Save();
        foreach (var path in Directory.GetFiles(_repository.Source, "*", SearchOption.AllDirectories))
            _saved[Path.GetRelativePath(_repository.Source, path)] = Hash(path);
    }

    public static TheoryData<string, string, bool> Cases()
    {
        var cases = new TheoryData<string, string, bool>();
        foreach (var target in new[] { "data", "metadata", "index", "tag", "snapshot" })
        {
            foreach (var damage in new[] { "flip first", "flip header", "flip middle", "flip end", "truncate", "extend", "empty", "swap", "delete" })
            {
                cases.Add(target, damage, false);
                cases.Add(target, damage, true);
            }
        }

        return cases;
    }

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_sound_repository_has_no_problems()
    {
        Assert.Empty(_repository.Scan().Problems);
        Assert.Empty(_repository.Scan(new ScanRequest { Full = true }).Problems);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Damage_is_found_and_named_and_never_restored_as_good(string target, string damage, bool full)
    {
        var path = Find(target);
        Damage(path, damage, target);

        var problems = _repository.Scan(new ScanRequest { Full = full }).Problems;

        if (target == "index" && damage == "delete")
        {
            // Nothing is lost: what the index said stands in the packs, and the next save makes a new one.
            Assert.Empty(problems);
        }
        else
        {
            var name = Path.GetRelativePath(_repository.Location, path);
            Assert.Contains(problems, problem => Names(problem, target, damage, name));
        }

        AssertNothingWrongIsRestored(mustBeWhole: target is "index" || (target == "tag" && damage != "delete"));
        AssertOtherSnapshotIsWhole(target);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("metadata")]
    [InlineData("index")]
    [InlineData("tag")]
    public void After_a_repair_and_a_new_save_the_newest_snapshot_is_whole(string target)
    {
        Damage(Find(target), "flip middle", target);

        var repaired = _repository.Scan(new ScanRequest { Repair = true });
        _repository.Save();
        var restored = _repository.RestoreSource();

        Assert.NotEmpty(repaired.Problems);
        Assert.Equal(0, restored.ErrorCount);
        Assert.DoesNotContain(_repository.Scan(new ScanRequest { Full = true }).Problems, problem => problem.Kind is ProblemKind.PackDamaged or ProblemKind.IndexDamaged or ProblemKind.TagDamaged);
        Assert.NotEmpty(_repository.Objects("damaged"));
    }

    [Fact]
    public void Damage_says_which_snapshots_and_files_it_touches()
    {
        Damage(Find("data"), "flip middle", "data");

        var problem = Assert.Single(_repository.Scan().Problems);

        Assert.Equal(ProblemKind.PackDamaged, problem.Kind);
        Assert.NotEmpty(problem.Snapshots);
        Assert.NotEmpty(problem.Paths);
        Assert.All(problem.Paths, path => Assert.Contains("/new/", path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("flip first", "NotARepository")]
    [InlineData("flip middle", "ObjectDamaged")]
    [InlineData("truncate", "ObjectDamaged")]
    [InlineData("delete", "NotARepository")]
    public void A_damaged_descriptor_is_refused(string damage, string errorId)
    {
        Damage(Path.Combine(_repository.Location, "rekkord"), damage, "descriptor");

        var error = Assert.ThrowsAny<RekkordException>(() => _repository.Scan());

        // The repository's ID is in the middle: a flipped bit there reads as another repository's.
        Assert.Contains(error.ErrorId, new[] { errorId, "KeyFileMismatch" });
    }

    [Fact]
    public void An_object_that_also_lies_under_another_name_is_found()
    {
        var pack = Find("data");
        var strange = Path.Combine(Path.GetDirectoryName(pack)!, new string('a', 64));
        File.Copy(pack, strange);

        Assert.Contains(_repository.Scan().Problems, problem => problem.ObjectName.EndsWith(new string('a', 64), StringComparison.Ordinal));
        Assert.Equal(0, _repository.RestoreSource().ErrorCount);
    }

    [Fact]
    public void A_scan_with_a_maximum_age_skips_what_it_verified_and_says_so()
    {
        Assert.Equal(0, _repository.Scan(new ScanRequest { MaximumAge = TimeSpan.FromDays(1) }).SkippedPacks);
        var second = _repository.Scan(new ScanRequest { MaximumAge = TimeSpan.FromDays(1) });
        var full = _repository.Scan(new ScanRequest { MaximumAge = TimeSpan.FromDays(1), Full = true });

        Assert.Equal((0, 4), (second.VerifiedPacks, second.SkippedPacks));
        Assert.Equal((4, 0), (full.VerifiedPacks, full.SkippedPacks));
    }

    [Fact]
    public void A_scan_without_time_reads_no_pack_and_says_so()
    {
        var result = _repository.Scan(new ScanRequest { TimeLimit = TimeSpan.Zero });

        Assert.True(result.OutOfTime);
        Assert.Equal((0, 4), (result.VerifiedPacks, result.SkippedPacks));
    }

    private static bool Names(RepositoryProblem problem, string target, string damage, string name) => (target, damage) switch
    {
        ("tag", "delete") => problem.Kind == ProblemKind.TagMissing,
        ("data" or "metadata", "delete") => problem.Kind == ProblemKind.PackMissing && problem.ObjectName == name,
        ("snapshot", "delete") => problem.Kind == ProblemKind.SnapshotMissing && problem.ObjectName == name,
        ("data" or "metadata", _) => problem.Kind == ProblemKind.PackDamaged && problem.ObjectName == name,
        ("index", _) => problem.Kind == ProblemKind.IndexDamaged && problem.ObjectName == name,
        ("tag", _) => problem.Kind == ProblemKind.TagDamaged && problem.ObjectName == name,
        _ => problem.Kind == ProblemKind.SnapshotDamaged && problem.ObjectName == name,
    };

    private static string Hash(string path) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));

    private void AssertNothingWrongIsRestored(bool mustBeWhole)
    {
        var errors = 0L;
        try
        {
            errors = _repository.RestoreSource().ErrorCount;
        }
        catch (RekkordException)
        {
            Assert.False(mustBeWhole);
            return;
        }

        var restored = Directory.Exists(_repository.Destination) ? Directory.GetFiles(_repository.Destination, "*", SearchOption.AllDirectories) : [];
        Assert.All(restored, path => Assert.Equal(_saved[Path.GetRelativePath(_repository.Destination, path)], Hash(path)));
        if (mustBeWhole)
            Assert.Equal(0, errors);
        if (restored.Length < _saved.Count && !mustBeWhole)
            Assert.True(errors > 0 || restored.Length == _saved.Count / 2, "Files are missing and nothing was reported.");
    }

    /// <summary>The first snapshot rests on none of the objects that are damaged here.</summary>
    private void AssertOtherSnapshotIsWhole(string target)
    {
        if (target is "tag" or "snapshot" or "index")
            return;
        using var repository = _repository.Open();
        var first = new Rekkord.Engine.Snapshots.SnapshotStore(repository).List(_ => { }, CancellationToken.None)[0];
        var destination = $"{_repository.Destination}-first";

        var result = _repository.Restore(new() { Snapshot = first.Id.ToString(), Path = _repository.Source, Destination = destination });

        Assert.Equal(0, result.ErrorCount);
        Assert.Equal(20, Directory.GetFiles(destination, "*", SearchOption.AllDirectories).Length);
    }

    /// <summary>The object of the second save.</summary>
    private string Find(string target)
    {
        string Newest(string folder, Func<string, bool>? filter = null) =>
            _repository.Objects(folder).Where(filter ?? (_ => true)).OrderBy(File.GetLastWriteTimeUtc).Last();
        return target switch
        {
            "data" => Newest("packs", path => new FileInfo(path).Length > 100_000),
            "metadata" => Newest("packs", path => new FileInfo(path).Length < 100_000),
            "index" => Newest("index"),
            "tag" => Newest("tags"),
            _ => Newest("snapshots"),
        };
    }

    private void Damage(string path, string damage, string target)
    {
        var bytes = File.ReadAllBytes(path);
        switch (damage)
        {
            case "flip first": bytes[0] ^= 0x10; break;
            case "flip header": bytes[50] ^= 1; break;
            case "flip middle": bytes[bytes.Length / 2] ^= 1; break;
            case "flip end": bytes[^1] ^= 0x80; break;
            case "truncate": bytes = bytes[..^7]; break;
            case "extend": bytes = [.. bytes, 1, 2, 3]; break;
            case "empty": bytes = []; break;
            case "swap": bytes = File.ReadAllBytes(Other(path, target)); break;
            default:
                File.Delete(path);
                return;
        }

        File.WriteAllBytes(path, bytes);
    }

    private string Other(string path, string target)
    {
        var folder = target switch { "data" or "metadata" => "packs", "index" => "index", "tag" => "tags", _ => "snapshots" };
        var size = new FileInfo(path).Length;
        return _repository.Objects(folder).Where(other => other != path && (folder != "packs" || new FileInfo(other).Length > 100_000 == size > 100_000)).First();
    }
}
