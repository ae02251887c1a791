using Rekkord.Engine.Copying;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Tests;

/// <summary>
/// A repository that was made once, when the format was new, must be read for ever. When one of these fails, existing
/// backups cannot be read any more: mend the code, never the files.
/// </summary>
public sealed class GoldenRepositoryTests : IRestoreObserver, IDisposable
{
    private static readonly string Files = Path.Combine(AppContext.BaseDirectory, "Golden");

    private readonly string _base = TestDirectory.Create();
    private readonly RepositoryAccess _repository;

    public GoldenRepositoryTests()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Files, "repository"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_base, "repository", Path.GetRelativePath(Path.Combine(Files, "repository"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }


        // Everybody may read a file that comes with the sources.
        var keys = KeyFile.Read(Path.Combine(Files, "master.key"), new KeyFileOptions { TrustPermissions = true });
        _repository = RepositoryAccess.Open(DirectoryObjectStore.Open(Path.Combine(_base, "repository")), keys);
    }

    private IReadOnlyList<Snapshot> Snapshots => new SnapshotStore(_repository).List(error => throw error, CancellationToken.None);

    [Fact]
    public void A_full_scan_of_the_golden_repository_finds_no_problem()
    {
        var request = new ScanRequest { Full = true, CacheDirectory = Path.Combine(_base, "cache") };
        var result = new ScanOperation(_repository, request, Assert.Fail).Run(CancellationToken.None);

        Assert.Empty(result.Problems);
        Assert.Equal(18, result.Snapshots);
        Assert.Equal(0, result.UnindexedPacks);
        Assert.Equal(0, result.SkippedPacks);
    }

    [Fact]
    public void The_golden_snapshots_are_listed_as_they_were_saved()
    {
        Assert.Equal(File.ReadAllLines(Path.Combine(Files, "snapshots.txt")), Snapshots.Select(GoldenListing.Describe));
        Assert.Empty(Snapshots[0].Summary.Hooks);
        Assert.Equal(
            [new HookRecord("10-dump.sh", HookStatus.Succeeded, 0, TimeSpan.FromSeconds(1.5)), new HookRecord("20-copy", HookStatus.Failed, null, TimeSpan.Zero)],
            Snapshots[1].Summary.Hooks);
        Assert.Empty(Snapshots[0].Summary.Tags);
        Assert.Equal(["release", "v2", "überprüft"], Snapshots[1].Summary.Tags);
        Assert.Equal("before the upgrade – süß", Snapshots[1].Summary.Note);
    }

    [Fact]
    public void The_golden_snapshots_that_were_removed_are_listed_as_such() => Assert.Equal(
        File.ReadAllLines(Path.Combine(Files, "removed.txt")),
        new SnapshotStore(_repository).ListRemoved(error => throw error, CancellationToken.None).Select(GoldenListing.Describe));

    [Fact]
    public void What_is_condemned_in_the_golden_repository_is_known()
    {
        var mark = Assert.Single(CondemnedList.Load(_repository, CancellationToken.None).Records);

        Assert.Equal((CondemnedKind.Mark, 3), (mark.Kind, mark.Snapshots.Count));
        Assert.NotEmpty(mark.Packs);
        Assert.All(new SnapshotStore(_repository).ListRemoved(error => throw error, CancellationToken.None), snapshot => Assert.Contains(new Oid(Convert.FromHexString(snapshot.ObjectName["snapshots/".Length..])), mark.Snapshots));
    }

    [Theory]
    [InlineData(0, "first.txt")]
    [InlineData(1, "second.txt")]
    public void A_golden_snapshot_is_restored_as_it_was_saved(int snapshot, string listing) => AssertRestored(_repository, Snapshots[snapshot], listing);

    [Fact]
    public void A_copy_of_a_golden_snapshot_is_restored_as_that_was_saved()
    {
        using var copies = RepositoryAccess.Initialize(DirectoryObjectStore.CreateOrOpen(Path.Combine(_base, "copies")), KeyMaterial.CreateMaster());
        var request = new CopyRequest { Snapshots = [Snapshots[1].Id.ToString()], CacheDirectory = Path.Combine(_base, "cache") };
        var operation = new CopyOperation(_repository, copies, request, new Observer());
        var copied = new List<CopyResult>();
        operation.Run(operation.Plan(CancellationToken.None), copied.Add, CancellationToken.None);

        var copy = Assert.Single(copied).Copy;
        Assert.Equivalent(Snapshots[1].Summary with { Origin = new SnapshotOrigin(_repository.Id, Snapshots[1].Id, Snapshots[1].KeyId), AddedSize = copy.Summary.AddedSize, StoredSize = copy.Summary.StoredSize }, copy.Summary, strict: true);
        AssertRestored(copies, copy, "second.txt");
        Assert.Empty(new ScanOperation(copies, new ScanRequest { Full = true, CacheDirectory = Path.Combine(_base, "cache") }, Assert.Fail).Run(CancellationToken.None).Problems);
    }

    private void AssertRestored(RepositoryAccess repository, Snapshot found, string listing)
    {
        var destination = Path.Combine(_base, "destination");
        var request = new RestoreRequest
        {
            Snapshot = found.Id.ToString(),
            Path = System.Text.Encoding.UTF8.GetString(found.Summary.Paths[0]),
            Destination = destination,
            Verify = true,
        };
        var result = new RestoreOperation(repository, request, this).Run(CancellationToken.None);

        Assert.Equal(0, result.ErrorCount);
        // Only root can give the file its owner, and without its owner it does not run as that user.
        var expected = File.ReadAllLines(Path.Combine(Files, listing)).Select(line => Environment.IsPrivilegedProcess ? line : line.Replace("\tFile 4755 ", "\tFile 755 ", StringComparison.Ordinal));
        Assert.Equal(expected, GoldenListing.Of(destination));
    }

    [Fact]
    public void A_golden_root_that_is_a_file_is_restored()
    {
        var note = System.Text.Encoding.UTF8.GetString(Snapshots[1].Summary.Paths[1]);
        new RestoreOperation(_repository, new RestoreRequest { Snapshot = "zweiter Kanal ü", Path = note, Destination = Path.Combine(_base, "note") }, this).Run(CancellationToken.None);

        Assert.Equal("a root that is a file", File.ReadAllText(Path.Combine(_base, "note", Path.GetFileName(note))));
    }

    /// <summary>Nothing is to be told of a copy.</summary>
    private sealed class Observer : ISaveObserver
    {
        public void EntryFailed(RekkordException error) => throw error;

        public void Warn(string message) => throw new InvalidOperationException(message);

        public void Detail(string message) => throw new InvalidOperationException(message);
    }

    void IRestoreObserver.EntryFailed(RekkordException error) => Assert.Fail(error.Message);

    void IRestoreObserver.Warn(string message)
    {
        // A user who is not root is told of owners that cannot be restored.
        if (Environment.IsPrivilegedProcess)
            Assert.Fail(message);
    }

    void IRestoreObserver.Detail(string message) => Assert.Fail(message);

    public void Dispose()
    {
        _repository.Dispose();
        TestDirectory.Remove(_base);
    }
}
