using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage.Local;
using Rekkord.Engine.Tests.Reliability;

namespace Rekkord.Engine.Tests.Scanning;

public sealed class ScanTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public ScanTests()
    {
        foreach (var save in new[] { 1, 2 })
        {
            for (var i = 0; i < 10; i++)
                _repository.Write($"save{save}/file{i}", TestRepository.RandomBytes((save * 100) + i, 40_000));
            _repository.Save();
        }
    }

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_sound_repository_has_no_problems()
    {
        Assert.Empty(_repository.Scan().Problems);
        Assert.Empty(_repository.Scan(new ScanRequest { Full = true }).Problems);
    }

    [Fact]
    public void Nobody_else_can_look_into_the_directory_of_caches_that_a_scan_makes()
    {
        Directory.Delete(_repository.CacheDirectory, recursive: true);

        _repository.Scan();

        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Assert.Single(Directory.GetDirectories(_repository.CacheDirectory))));
    }

    [Fact]
    public void A_repair_of_a_sound_repository_changes_nothing()
    {
        var before = _repository.Objects("");

        _repository.Scan(new ScanRequest { Repair = true });

        Assert.Equal(before, _repository.Objects(""));
    }

    [Fact]
    public void A_tag_that_says_something_else_than_its_snapshot_is_found_and_put_aside()
    {
        string tag;
        using (var repository = _repository.Open())
        {
            var store = new SnapshotStore(repository);
            var snapshot = store.Find("test", CancellationToken.None);
            tag = store.Records.WriteTag(snapshot.Id, ObjectName.TryGetHash(snapshot.ObjectName)!, snapshot.Summary with { Size = 1 }, default);
        }

        var problem = Assert.Single(_repository.Scan(new ScanRequest { Repair = true }).Problems);

        Assert.Equal((ProblemKind.TagDamaged, tag), (problem.Kind, problem.ObjectName));
        Assert.StartsWith("moved to", problem.Repair, StringComparison.Ordinal);
        Assert.Empty(_repository.Scan().Problems);
    }

    [Fact]
    public void An_index_that_turns_bad_while_a_repair_goes_on_does_not_stop_it()
    {
        FaultyStore? store = null;
        _repository.OpenStore = location => store = new FaultyStore(DirectoryObjectStore.Open(location));
        _repository.Scan(new ScanRequest { Repair = true });
        var calls = store!.Calls;
        var failed = 0;
        for (var call = calls - 6; call < calls; call++)
        {
            _repository.OpenStore = location => store = new FaultyStore(DirectoryObjectStore.Open(location), Fault.WrongBytes, call);
            _repository.Scan(new ScanRequest { Repair = true });
            failed += store.HasFailed ? 1 : 0;
        }

        Assert.True(failed > 0, "No index was read wrongly.");
        _repository.OpenStore = DirectoryObjectStore.Open;
        Assert.Empty(_repository.Scan().Problems);
    }

    [Fact]
    public void An_object_that_also_lies_under_another_name_is_found_and_repaired()
    {
        var pack = _repository.Objects("packs")[0];
        var name = $"packs/aa/{new string('a', 64)}";
        Directory.CreateDirectory(Path.Combine(_repository.Location, "packs", "aa"));
        File.Copy(pack, Path.Combine(_repository.Location, name));

        Assert.Equal(name, Assert.Single(_repository.Scan(new ScanRequest { Repair = true }).Problems).ObjectName);
        Assert.Equal(0, _repository.RestoreSource().ErrorCount);
        Assert.Empty(_repository.Scan().Problems);
    }

    [Theory]
    [InlineData("Thumbs.db")]
    [InlineData("00/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void A_file_under_a_name_that_no_pack_has_is_left_alone(string name)
    {
        var strange = Path.Combine(_repository.Location, "packs", name);
        Directory.CreateDirectory(Path.GetDirectoryName(strange)!);
        File.Copy(_repository.Objects("packs")[0], strange);

        Assert.Empty(_repository.Scan(new ScanRequest { Repair = true, Full = true }).Problems);
        Assert.True(File.Exists(strange));
    }

    [Fact]
    public void A_scan_with_a_maximum_age_skips_what_it_verified_as_thoroughly_and_says_so()
    {
        var age = TimeSpan.FromDays(1);
        var first = _repository.Scan(new ScanRequest { MaximumAge = age });
        var second = _repository.Scan(new ScanRequest { MaximumAge = age });
        var full = _repository.Scan(new ScanRequest { MaximumAge = age, Full = true });

        Assert.Equal((4, 0), (first.VerifiedPacks, first.SkippedPacks));
        Assert.Equal((0, 4), (second.VerifiedPacks, second.SkippedPacks));
        Assert.Equal((4, 0), (full.VerifiedPacks, full.SkippedPacks));
    }

    [Fact]
    public void A_pack_that_was_cut_short_is_read_again_however_recently_it_was_verified()
    {
        var request = new ScanRequest { MaximumAge = TimeSpan.FromDays(1) };
        _repository.Scan(request);
        var pack = _repository.Objects("packs").MaxBy(path => new FileInfo(path).Length)!;
        File.WriteAllBytes(pack, File.ReadAllBytes(pack)[..1000]);

        var result = _repository.Scan(request);

        Assert.Equal(1, result.VerifiedPacks);
        Assert.True(Assert.Single(result.Problems).PathCount >= 10, "Files are missing from the problem.");
    }

    [Theory]
    [InlineData("the damaged copy elsewhere")]
    [InlineData("the damaged copy in the place of the repository")]
    [InlineData("the damaged packs written into those of the repository")]
    public void A_copy_is_read_whatever_was_verified_of_the_repository(string what)
    {
        var request = new ScanRequest { MaximumAge = TimeSpan.FromDays(1), CacheDirectory = _repository.CacheDirectory, Full = true };
        _repository.Scan(request);
        var copy = $"{_repository.Location}-copy";
        Copy(_repository.Location, copy);
        foreach (var pack in Directory.GetFiles(Path.Combine(copy, "packs"), "*", SearchOption.AllDirectories))
            Damage(pack);
        if (what.Contains("in the place", StringComparison.Ordinal))
        {
            Directory.Move(_repository.Location, $"{_repository.Location}-old");
            Directory.Move(copy, copy = _repository.Location);
        }
        else if (what.Contains("written into", StringComparison.Ordinal))
        {
            Copy(copy, copy = _repository.Location);
        }

        using var repository = RepositoryAccess.Open(DirectoryObjectStore.Open(copy), KeyFile.Read(_repository.KeyFilePath));
        var result = new ScanOperation(repository, request, _repository.Warnings.Enqueue).Run(CancellationToken.None);

        Assert.Equal((4, 0), (result.VerifiedPacks, result.SkippedPacks));
        Assert.Equal(4, result.Problems.Count(problem => problem.Kind == ProblemKind.PackDamaged));
    }

    [Fact]
    public void A_snapshot_whose_time_is_still_to_come_is_warned_of()
    {
        using (var repository = _repository.Open())
        {
            var store = new SnapshotStore(repository);
            var ahead = store.Find("test", CancellationToken.None).Summary with { Time = DateTimeOffset.UtcNow.AddDays(400) };
            store.Records.Write(ahead, [], default);
        }

        _repository.Scan();

        Assert.Contains(_repository.Warnings, warning => warning.Contains("in the future", StringComparison.Ordinal));
    }

    [Fact]
    public void A_scan_without_time_reads_no_pack_and_says_so()
    {
        var result = _repository.Scan(new ScanRequest { TimeLimit = TimeSpan.Zero });

        Assert.True(result.OutOfTime);
        Assert.Equal((0, 4), (result.VerifiedPacks, result.SkippedPacks));
    }

    /// <summary>Copies files with their times, as a second copy of a repository is made.</summary>
    private static void Copy(string source, string destination)
    {
        foreach (var file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(destination, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
            File.SetLastWriteTimeUtc(target, File.GetLastWriteTimeUtc(file));
        }
    }

    /// <summary>Changes a byte, and nothing else that could be seen.</summary>
    private static void Damage(string path)
    {
        var time = File.GetLastWriteTimeUtc(path);
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.SetAttributes(path, FileAttributes.Normal);
        File.WriteAllBytes(path, bytes);
        File.SetLastWriteTimeUtc(path, time);
    }
}
