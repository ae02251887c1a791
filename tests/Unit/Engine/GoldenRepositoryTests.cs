using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Tests.FileSystem;

namespace Rekkord.Engine.Tests;

/// <summary>A repository that an earlier version made, and that every later one must open, scan and restore.</summary>
public sealed class GoldenRepositoryTests : IRestoreObserver, IDisposable
{
    private static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "Golden");

    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _problems = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void It_is_sound()
    {
        using var repository = Open();

        var result = new ScanOperation(repository, new ScanRequest { Full = true, CacheDirectory = _directory["cache"] }, _problems.Add).Run(CancellationToken.None);

        Assert.Empty(result.Problems);
        Assert.Empty(_problems);
        Assert.Equal(2, result.Snapshots);
    }

    [Fact]
    public void Its_snapshots_are_listed_with_the_key_that_signed_them()
    {
        using var repository = Open();

        var snapshots = new SnapshotStore(repository).List(error => _problems.Add(error.Message), CancellationToken.None);

        Assert.Empty(_problems);
        Assert.Equal(["first", "second"], snapshots.Select(snapshot => snapshot.Summary.Channel));
        Assert.Equal("", snapshots[0].KeyId);
        Assert.Equal(32, snapshots[1].KeyId.Length);
    }

    [RequiresRootFact]
    public void Its_first_snapshot_is_restored_as_it_was() => AssertRestored("first");

    [RequiresRootFact]
    public void Its_second_snapshot_is_restored_as_it_was() => AssertRestored("second");

    void IRestoreObserver.EntryFailed(RekkordException error) => _problems.Add(error.Message);

    void IRestoreObserver.Warn(string message) => _problems.Add(message);

    private void AssertRestored(string channel)
    {
        using var repository = Open();
        var root = new SnapshotStore(repository).Find(channel, CancellationToken.None).Summary.Paths[0];
        var destination = _directory["restored"];

        new RestoreOperation(
            repository,
            new RestoreRequest { Snapshot = channel, Path = Rekkord.Engine.FileSystem.FileName.ToText(root), Destination = destination, Verify = true },
            this).Run(CancellationToken.None);

        Assert.Empty(_problems);
        Assert.Equal(
            File.ReadAllLines(Path.Combine(Golden, $"{channel}.listing")),
            TreeListing.Of(destination).Where(line => line.Key != ".").Select(line => $"{line.Key} {line.Value}"));
    }

    private static RepositoryAccess Open() =>
        RepositoryAccess.Open(DirectoryObjectStore.Open(Path.Combine(Golden, "repository")), KeyFile.Read(Path.Combine(Golden, "master.key")));
}
