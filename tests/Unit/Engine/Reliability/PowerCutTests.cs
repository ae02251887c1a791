using Rekkord.Engine.Cryptography;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage.Local;
using Xunit.Abstractions;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>
/// Two saves are recorded step by step. Then, for a power cut after each step, every state is built that the disk may be in, and the
/// repository in it is used.
/// </summary>
public sealed class PowerCutTests(ITestOutputHelper output) : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Whatever_a_power_cut_leaves_of_a_save_earlier_snapshots_are_whole_and_the_next_save_succeeds()
    {
        var states = RecordTwoSaves(new RecordedStorageFiles());

        Assert.True(states.Count > 100, $"Only {states.Count} states were found.");
        foreach (var state in TestLength.Choose(states, 24))
            Check(state);
    }

    [Theory]
    [InlineData(nameof(StorageStepKind.FlushFile))]
    [InlineData(nameof(StorageStepKind.FlushDirectory))]
    public void A_store_that_would_forget_to_flush_is_found_out(string forgotten)
    {
        var states = RecordTwoSaves(new RecordedStorageFiles(Enum.Parse<StorageStepKind>(forgotten)));

        states.Reverse(); // what was promised last is lost first
        Assert.ThrowsAny<Exception>(() => states.ForEach(Check));
    }

    [Fact]
    public void A_pack_that_a_killed_save_had_not_made_durable_is_so_before_another_save_relies_on_it()
    {
        var files = new RecordedStorageFiles();
        var disk = new SimulatedDisk(_repository.Location);
        _repository.Write("all", TestRepository.RandomBytes(1, 20_000));
        _repository.OpenStore = location => DirectoryObjectStore.Open(location, files);
        SaveChannel("all");
        KillAfterPacks(files, disk);

        var steps = files.Steps.Count;
        SaveChannel("all");
        files.Mark("all");
        _repository.OpenStore = DirectoryObjectStore.Open;

        var states = disk.StatesAfterEachStep([.. files.Steps.Skip(steps)], output).Where(state => state.Promised.Count > 0).ToList();
        Assert.NotEmpty(states);
        states.ForEach(Check);
    }

    /// <summary>Makes repository and disk as if the save had been killed when its last pack had its name and nothing was flushed since.</summary>
    private void KillAfterPacks(RecordedStorageFiles files, SimulatedDisk disk)
    {
        bool IsPack(StorageStep step) => step.Kind == StorageStepKind.AddName && step.NewPath.StartsWith(Path.Combine(_repository.Location, "packs"), StringComparison.Ordinal);
        var last = files.Steps.Select((step, i) => (step, i)).Last(item => IsPack(item.step)).i;
        foreach (var step in files.Steps.Take(last + 2).Where(step => step.Kind != StorageStepKind.FlushDirectory))
            disk.Play(step);
        foreach (var folder in new[] { "index", "snapshots", "tags" })
            Directory.Delete(Path.Combine(_repository.Location, folder), recursive: true);
    }

    [Fact]
    public void A_repository_whose_creation_had_returned_is_there_after_a_power_cut()
    {
        var files = new RecordedStorageFiles();
        var parent = Path.GetDirectoryName(_repository.Location)!;
        var home = Directory.CreateDirectory(Path.Combine(parent, "home")).FullName;
        var root = Path.Combine(home, "new", "repository");
        var key = Path.Combine(parent, "new.key");
        var disk = new SimulatedDisk(home);
        KeyFile.Write(key, KeyMaterial.CreateMaster());
        RepositoryAccess.Initialize(DirectoryObjectStore.CreateOrOpen(root, files), KeyFile.Read(key)).Dispose();
        files.Mark("made");

        foreach (var state in disk.StatesAfterEachStep(files.Steps, output))
        {
            state.Write(home);
            if (state.Promised.Count > 0)
                RepositoryAccess.Open(DirectoryObjectStore.Open(root), KeyFile.Read(key)).Dispose();
            else
                OpenOrMake(root, key);
        }
    }

    private static void OpenOrMake(string root, string key)
    {
        var store = DirectoryObjectStore.CreateOrOpen(root);
        if (store.Exists("rekkord"))
            RepositoryAccess.Open(store, KeyFile.Read(key)).Dispose();
        else
            RepositoryAccess.Initialize(store, KeyFile.Read(key)).Dispose();
    }

    private List<DiskState> RecordTwoSaves(RecordedStorageFiles files)
    {
        for (var i = 0; i < 4; i++)
            _repository.Write($"first/folder{i % 2}/file{i}", TestRepository.RandomBytes(i, 20_000));
        _repository.Write("second/common", TestRepository.RandomBytes(0, 20_000));
        _repository.Write("second/more", TestRepository.RandomBytes(9, 30_000));
        var disk = new SimulatedDisk(_repository.Location);
        _repository.OpenStore = location => DirectoryObjectStore.Open(location, files);
        foreach (var channel in new[] { "first", "second" })
        {
            Assert.False(SaveChannel(channel).IsPartial);
            files.Mark(channel);
        }

        _repository.OpenStore = DirectoryObjectStore.Open;
        return disk.StatesAfterEachStep(files.Steps, output);
    }

    private SaveResult SaveChannel(string channel) => _repository.Save(new SaveRequest
    {
        Channel = channel,
        Paths = [FileName.FromText(PathOf(channel))],
        CacheDirectory = _repository.CacheDirectory,
    });

    private string PathOf(string channel) => channel == "all" ? _repository.Source : Path.Combine(_repository.Source, channel);

    private void Check(DiskState state) => state.Use(_repository.Location, used => Check(used.Promised));

    private void Check(IReadOnlyList<string> saved)
    {
        Assert.Superset(saved.ToHashSet(), Channels());
        foreach (var channel in saved)
            AssertRestores(channel);

        // A snapshot that was stored just before the cut may have no tag yet; then its save had not returned.
        var problems = _repository.Scan(new ScanRequest { Full = true }).Problems;
        Assert.All(problems, problem => Assert.Equal(ProblemKind.TagMissing, problem.Kind));

        Assert.False(SaveChannel("all").IsPartial);
        AssertRestores("all");
        var later = _repository.Scan(new ScanRequest { Full = true }).Problems;
        Assert.Equal(problems.Select(problem => problem.ObjectName), later.Select(problem => problem.ObjectName));
    }

    private HashSet<string> Channels()
    {
        using var repository = _repository.Open();
        return [.. new SnapshotStore(repository).List(error => throw error, CancellationToken.None).Select(snapshot => snapshot.Summary.Channel)];
    }

    private void AssertRestores(string channel)
    {
        if (Directory.Exists(_repository.Destination))
            Directory.Delete(_repository.Destination, recursive: true);
        var result = _repository.Restore(new RestoreRequest { Snapshot = channel, Path = PathOf(channel), Destination = _repository.Destination });
        Assert.Equal(0, result.ErrorCount);
        Assert.Equal(TreeListing.Of(PathOf(channel)), TreeListing.Of(_repository.Destination));
    }
}
