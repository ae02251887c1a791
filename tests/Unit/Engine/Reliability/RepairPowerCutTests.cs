using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage.Local;
using Xunit.Abstractions;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>
/// A repair is recorded step by step, of a repository with a damaged pack and a snapshot without its tag. Then, for a power cut after
/// each step, every state is built that the disk may be in, and the repository in it is used and repaired.
/// </summary>
public sealed class RepairPowerCutTests(ITestOutputHelper output) : IDisposable
{
    private const string Damaged = "damaged";
    private const string Untagged = "untagged";

    private readonly TestRepository _repository = new();
    private IReadOnlyList<string> _lost = [];

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Whatever_a_power_cut_leaves_of_a_repair_what_was_readable_is_and_the_next_repair_finishes()
    {
        var states = RecordRepair(new RecordedStorageFiles());

        Assert.True(states.Count > 50, $"Only {states.Count} states were found.");
        foreach (var state in TestLength.Choose(states, 6))
            state.Use(_repository.Location, Check);
    }

    [Theory]
    [InlineData(nameof(StorageStepKind.FlushFile))]
    [InlineData(nameof(StorageStepKind.FlushDirectory))]
    public void A_store_that_would_forget_to_flush_is_found_out(string forgotten)
    {
        var states = RecordRepair(new RecordedStorageFiles(Enum.Parse<StorageStepKind>(forgotten)));

        states.Reverse(); // what was promised last is lost first
        Assert.ThrowsAny<Exception>(() => states.ForEach(state => state.Use(_repository.Location, Check)));
    }

    private List<DiskState> RecordRepair(RecordedStorageFiles files)
    {
        _repository.UseSmallPacks();
        for (var i = 0; i < 5; i++)
            _repository.Write($"{Damaged}/file{i}", TestRepository.RandomBytes(i, 20_000));
        _repository.Write($"{Untagged}/file", TestRepository.RandomBytes(9, 20_000));
        Save(Damaged);
        var pack = _repository.Objects("packs").MaxBy(path => new FileInfo(path).Length)!;
        var tags = _repository.Objects("tags");
        Save(Untagged);
        File.Delete(_repository.Objects("tags").Except(tags).Single());
        var bytes = File.ReadAllBytes(pack);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(pack, bytes);
        _lost = Missing(Damaged);
        Assert.InRange(_lost.Count, 1, 4);

        var disk = new SimulatedDisk(_repository.Location);
        _repository.OpenStore = location => DirectoryObjectStore.Open(location, files);
        Repair();
        files.Mark("repaired");
        _repository.OpenStore = DirectoryObjectStore.Open;
        return disk.StatesAfterEachStep(files.Steps, output);
    }

    private void Check(DiskState state)
    {
        Assert.Equal(_lost, Missing(Damaged));
        if (state.Promised.Count > 0)
            Assert.Contains(Untagged, Channels());
        if (Channels().Contains(Untagged))
            Assert.Empty(Missing(Untagged));

        Repair();
        Assert.Equal(_lost, Missing(Damaged));
        Assert.Empty(Missing(Untagged));
        Assert.All(_repository.Scan(new ScanRequest { Full = true }).Problems, problem => Assert.Equal(ProblemKind.ContentMissing, problem.Kind));

        Save(Damaged);
        Assert.Empty(_repository.Scan(new ScanRequest { Full = true }).Problems);
        Assert.Empty(Missing(Damaged));
    }

    /// <summary>Repairs; only what no pack holds any more is left for the next save.</summary>
    private void Repair() => Assert.All(
        _repository.Scan(new ScanRequest { Repair = true }).Problems,
        problem => Assert.True(problem.Repair is not null || problem.Kind == ProblemKind.ContentMissing, $"Nothing was done about {problem.Kind} of '{problem.ObjectName}'."));

    private IReadOnlyList<string> Missing(string channel) => _repository.RestoreAndCompare(channel, PathOf(channel));

    private void Save(string channel)
    {
        var request = new SaveRequest { Channel = channel, Paths = [FileName.FromText(PathOf(channel))], CacheDirectory = _repository.CacheDirectory };
        Assert.False(_repository.Save(request).IsPartial);
    }

    private string PathOf(string channel) => Path.Combine(_repository.Source, channel);

    private HashSet<string> Channels()
    {
        using var repository = _repository.Open();
        return [.. new SnapshotStore(repository).List(error => throw error, CancellationToken.None).Select(snapshot => snapshot.Summary.Channel)];
    }
}
