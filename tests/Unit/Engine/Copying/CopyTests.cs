using Rekkord.Engine.Copying;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Retention;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Local;
using Rekkord.Engine.Tests.Reliability;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Tests.Copying;

/// <summary>Copies between two repositories of different keys: what is damaged, what fails, and what is stopped on the way.</summary>
public sealed class CopyTests : IDisposable
{
    private readonly TestRepository _source = new();
    private readonly TestRepository _destination = new();

    public void Dispose()
    {
        _source.Dispose();
        _destination.Dispose();
    }

    [Fact]
    public void A_snapshot_of_which_content_is_lost_is_named_with_the_file_and_the_others_are_copied()
    {
        _source.Write("directory/sound", TestRepository.RandomBytes(1, 100_000));
        var sound = _source.Save();
        var packs = _source.Objects("packs");
        _source.Write("directory/lost", TestRepository.RandomBytes(2, 3_000_000));
        _source.Save();
        var pack = _source.Objects("packs").Except(packs).MaxBy(path => new FileInfo(path).Length)!;
        var bytes = File.ReadAllBytes(pack);
        bytes[bytes.Length / 2] ^= 1;
        File.Delete(pack);
        File.WriteAllBytes(pack, bytes);

        var copied = Copy();

        var error = Assert.Single(_source.Failed);
        Assert.Equal("ObjectDamaged", error.ErrorId);
        Assert.Contains("directory/lost' cannot be read", error.Message, StringComparison.Ordinal);
        Assert.Equal(sound.Snapshot.Id, Assert.Single(copied).Snapshot.Id);
        Assert.Single(List());
        Assert.Empty(_destination.Scan(new() { Full = true }).Problems);
    }

    [Fact]
    public void Files_with_many_chunks_holes_and_several_names_are_copied_as_they_are()
    {
        _source.UseSmallPacks();
        _source.Write("many", TestRepository.RandomBytes(3, 8_000_000));
        for (var i = 0; i < 2000; i++)
            _source.Write($"directory/{i}", BitConverter.GetBytes(i % 700));
        File.CreateSymbolicLink(Path.Combine(_source.Source, "link"), "many");
        _source.Save();
        var expected = TreeListing.Of(_source.Source);

        Assert.Single(Copy());

        Restore();
        Assert.Equal(expected, TreeListing.Of(_destination.Destination));
        Assert.Empty(_destination.Scan(new() { Full = true }).Problems);
    }

    [Fact]
    public void Whatever_call_fails_no_half_copy_is_seen_and_the_next_run_completes_it()
    {
        Prepare();
        var calls = CountCalls();
        for (var call = 0; call < calls; call += 3)
        {
            using var destination = new TestRepository();
            using (var directory = DirectoryObjectStore.Open(destination.Location))
            {
                var store = new FaultyStore(directory, Fault.Fails, call);
                Assert.True(Record.Exception(() => Copy(store, destination)) is null or RekkordException);
            }

            Assert.All(List(destination), snapshot => Assert.NotNull(snapshot.Summary.Origin));
            Assert.DoesNotContain(destination.Scan().Problems, problem => problem.Kind != ProblemKind.TagMissing);
            using (var directory = DirectoryObjectStore.Open(destination.Location))
                Copy(directory, destination);
            Assert.Equal(2, List(destination).Select(snapshot => snapshot.Summary.Origin).Distinct().Count());
            Assert.DoesNotContain(destination.Scan(new() { Full = true }).Problems, problem => problem.Kind != ProblemKind.TagMissing);
        }
    }

    [Fact]
    public void A_copy_that_is_stopped_ends_at_once_and_leaves_no_half_copy()
    {
        Prepare();
        var calls = CountCalls();
        for (var call = calls / 4; call < calls; call += 7)
        {
            using var stop = new CancellationTokenSource();
            using var destination = new TestRepository();
            using (var directory = DirectoryObjectStore.Open(destination.Location))
            {
                var store = new FaultyStore(directory, fault: null, call) { Meanwhile = stop.Cancel };
                Assert.True(Record.Exception(() => Copy(store, destination, stop.Token)) is null or OperationCanceledException);
            }

            Assert.InRange(List(destination).Count, 0, 2);
            Assert.DoesNotContain(destination.Scan(new() { Full = true }).Problems, problem => problem.Kind != ProblemKind.TagMissing);
        }
    }

    [Fact]
    public void Progress_goes_on_while_the_files_of_one_directory_are_copied()
    {
        _source.Write("one", TestRepository.RandomBytes(6, 600_000));
        _source.Write("two", TestRepository.RandomBytes(7, 600_000));
        _source.Save();
        using var source = _source.Open();
        var seen = new List<CopyProgress>();
        for (var call = 0; !seen.Exists(progress => progress is { Files: 0, Size: > 0 }); call += 2)
        {
            CopyOperation? operation = null;
            using var destination = new TestRepository();
            destination.UseSmallPacks();
            using var directory = DirectoryObjectStore.Open(destination.Location);
            var store = new FaultyStore(directory, fault: null, call)
            {
                Meanwhile = () =>
                {
                    if (operation is not null)
                        seen.Add(operation.Progress);
                },
            };
            using var opened = RepositoryAccess.Open(store, KeyFile.Read(destination.KeyFilePath), default);
            operation = new CopyOperation(source, opened, new CopyRequest { Snapshots = ["test"], CacheDirectory = destination.CacheDirectory, Threads = 1 }, _source);
            operation.Run(operation.Plan(default), _ => { }, default);
            Assert.True(store.Calls > call, "No call of the store saw it.");
            Assert.Equal((2, operation.Progress.TotalSize), (operation.Progress.Files, operation.Progress.Size));
        }
    }

    [Fact]
    public void A_channel_that_no_save_takes_and_a_time_to_come_are_not_copied()
    {
        Prepare();
        Forge(_source, _source.KeyFilePath, summary => summary with { Channel = "id" });
        Forge(_source, _source.KeyFilePath, summary => summary with { Time = DateTimeOffset.UtcNow.AddDays(1) });

        Assert.Equal(2, Copy().Count);
        Assert.Equal(["ChannelInvalid", "SnapshotTimeAhead"], _source.Failed.Select(error => error.ErrorId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_a_revoked_key_has_saved_is_not_copied_though_a_repair_has_tagged_it_again()
    {
        var thief = _source.Derive(KeyRole.WriteOnly, "thief.key");
        _source.Write("file", "forged"u8);
        using (var repository = _source.Open())
        {
            var forged = _source.Save(Request(), thief.Path).Snapshot;
            File.Delete(Path.Combine(_source.Location, forged.TagName));
            Assert.Equal(ProblemKind.TagMissing, Assert.Single(_source.Scan(new() { Repair = true }).Problems).Kind);
            new KeyRevocation(repository, _ => { }).Run(thief.Id, true, "stolen", default);
        }

        _source.Write("file", "sound"u8);
        var sound = _source.Save().Snapshot;

        Assert.Equal(sound.Id, Assert.Single(Copy()).Snapshot.Id);
        Assert.Equal("SignerRevoked", Assert.Single(_source.Failed).ErrorId);
        Assert.Single(List());
    }

    [Fact]
    public void What_another_key_of_the_destination_claims_to_have_copied_is_copied_though_a_repair_has_tagged_the_claim()
    {
        Prepare();
        var thief = _destination.Derive(KeyRole.ReadWrite, "thief.key");
        _destination.Write("file", "forged"u8);
        _destination.Save(Request() with { Paths = [FileName.FromText(_destination.Source)] }, thief.Path);
        var victim = List(_source)[0];
        string repositoryId;
        using (var source = _source.Open())
            repositoryId = source.Id;
        var claim = Forge(_destination, thief.Path, summary => summary with { Origin = new SnapshotOrigin(repositoryId, victim.Id, "") });
        File.Delete(Path.Combine(_destination.Location, claim.TagName));
        Assert.Equal(ProblemKind.TagMissing, Assert.Single(_destination.Scan(new() { Repair = true }).Problems).Kind);

        Assert.Contains(victim.Id, Copy().Select(copied => copied.Snapshot.Id));
        Assert.Empty(Copy());
    }

    [Fact]
    public void A_snapshot_that_claims_to_be_another_one_of_its_repository_takes_no_copy_from_that()
    {
        Prepare();
        var snapshots = List(_source);
        using (var source = _source.Open())
            Forge(_source, _source.KeyFilePath, summary => summary with { Origin = new SnapshotOrigin(source.Id, snapshots[1].Id, ""), Time = snapshots[0].Summary.Time.AddHours(-1) });

        Assert.Equal(3, Copy().Count);
        Assert.Equal(List(_source).Select(snapshot => snapshot.Id), List().Select(copy => copy.Summary.Origin!.SnapshotId));
        Assert.Empty(Copy());
    }

    [Fact]
    public void What_came_by_way_of_another_repository_keeps_nothing_from_being_copied()
    {
        Prepare();
        using var between = new TestRepository();
        Assert.Equal(2, Copy(_source, between).Count);
        var victim = List(_source)[0];
        string repositoryId;
        using (var source = _source.Open())
            repositoryId = source.Id;

        // Whoever saves in the repository between can write that, and the copy of it gets a signature that counts.
        var forged = Forge(between, between.Derive(KeyRole.ReadWrite, "thief.key").Path, summary => summary with { Origin = new SnapshotOrigin(repositoryId, victim.Id, victim.KeyId), Note = "forged" });
        Assert.Contains(forged.Id, Copy(between, _destination).Select(copied => copied.Snapshot.Id));

        Assert.Equal(2, Copy().Count);
        Assert.Empty(Copy());
        Assert.Empty(Copy(between, _destination));
    }

    [Fact]
    public void What_comes_back_from_where_it_was_copied_to_is_not_copied()
    {
        Prepare();
        using var between = new TestRepository();
        Copy(_source, between);
        Copy(between, _destination);

        Assert.Empty(Copy(_destination, _source));
        Assert.Empty(Copy(between, _source));
    }

    [Fact]
    public void A_snapshot_that_claims_to_be_of_later_than_it_was_stored_is_copied_with_a_warning()
    {
        Prepare();
        Assert.Equal(2, Copy().Count);
        Assert.Empty(_source.Warnings);
        var late = Forge(_source, _source.KeyFilePath, summary => summary with { Time = DateTimeOffset.UtcNow.AddHours(-1) });
        File.SetLastWriteTimeUtc(Path.Combine(_source.Location, late.ObjectName), DateTime.UtcNow.AddDays(-1));
        File.SetLastWriteTimeUtc(Path.Combine(_source.Location, late.TagName), DateTime.UtcNow.AddDays(-1));

        Assert.Equal(late.Id, Assert.Single(Copy()).Snapshot.Id);
        Assert.Contains($"The snapshot {late.Id} claims to be of", Assert.Single(_source.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_that_goes_away_is_an_error_and_no_loss_of_its_snapshots()
    {
        Prepare();
        using var source = _source.Open();
        using var destination = _destination.Open();
        var operation = new CopyOperation(source, destination, new CopyRequest { Snapshots = ["test"], CacheDirectory = _destination.CacheDirectory }, _source);
        var plan = operation.Plan(default);
        foreach (var directory in Directory.GetDirectories(_source.Location))
            Directory.Delete(directory, recursive: true);
        File.Delete(Path.Combine(_source.Location, ObjectName.Descriptor));

        Assert.Equal("RepositoryReplaced", Assert.Throws<RekkordException>(() => operation.Run(plan, _ => Assert.Fail(), default)).ErrorId);
        Assert.Empty(_source.Failed);
    }

    [Fact]
    public void What_several_keys_have_saved_stays_apart_in_the_retention_of_copies_and_of_their_copies()
    {
        var thief = _source.Derive(KeyRole.WriteOnly, "thief.key");
        _source.Write("file", "sound"u8);
        _source.Save();
        _source.Write("file", "forged"u8);
        _source.Save(Request(), thief.Path);
        using var third = new TestRepository();

        Assert.Equal(2, Copy().Count);
        Assert.Equal(2, Copy(_destination, third).Count);

        foreach (var copies in new[] { _source, _destination, third })
        {
            using var repository = copies.Open();
            var policy = new RetentionPolicy { KeepLast = 1, TrustTime = true };
            Assert.All(new RetentionOperation(repository, policy, _ => true, error => throw error, Assert.Fail).Plan(default), decision => Assert.Equal("last 1 of 1", Assert.Single(decision.Reasons)));
        }
    }

    private SaveRequest Request() => new() { Channel = "test", Paths = [FileName.FromText(_source.Source)], CacheDirectory = _source.CacheDirectory };

    /// <summary>Writes a snapshot as the first one is, with another summary.</summary>
    private static Snapshot Forge(TestRepository at, string keyFile, Func<SnapshotSummary, SnapshotSummary> change)
    {
        using var repository = at.Open(keyFile);
        var records = new SnapshotRecords(repository);
        var (snapshot, roots) = records.Read(List(at)[0].ObjectName, default);
        return records.Write(change(snapshot.Summary), [.. roots.Select(root => (root.Path, new TreeEntryEncoder().Encode(root.Entry)))], default);
    }

    private void Prepare()
    {
        _source.Write("one", TestRepository.RandomBytes(4, 200_000));
        _source.Save();
        _source.Write("directory/two", TestRepository.RandomBytes(5, 300_000));
        _source.Save();
    }

    private int CountCalls()
    {
        using var destination = new TestRepository();
        using var directory = DirectoryObjectStore.Open(destination.Location);
        var store = new FaultyStore(directory);
        Copy(store, destination);
        return store.Calls;
    }

    private List<CopyResult> Copy() => Copy(_source, _destination);

    private List<CopyResult> Copy(TestRepository from, TestRepository to)
    {
        using var directory = DirectoryObjectStore.Open(to.Location);
        return Copy(from, directory, to, default);
    }

    private List<CopyResult> Copy(IObjectStore store, TestRepository to, CancellationToken cancellation = default) => Copy(_source, store, to, cancellation);

    private List<CopyResult> Copy(TestRepository from, IObjectStore store, TestRepository to, CancellationToken cancellation)
    {
        using var source = from.Open();
        using var destination = RepositoryAccess.Open(store, KeyFile.Read(to.KeyFilePath), cancellation);
        var request = new CopyRequest { Snapshots = [.. List(from).Select(snapshot => snapshot.Id.ToString())], CacheDirectory = to.CacheDirectory, Threads = 2 };
        var operation = new CopyOperation(source, destination, request, _source);
        var copied = new List<CopyResult>();
        operation.Run([.. operation.Plan(cancellation).Where(planned => planned.Copy is null)], copied.Add, cancellation);
        return copied;
    }

    private IReadOnlyList<Snapshot> List() => List(_destination);

    private static IReadOnlyList<Snapshot> List(TestRepository repository)
    {
        using var access = repository.Open();
        return new SnapshotStore(access).List(error => throw error, default);
    }

    private void Restore()
    {
        var result = _destination.Restore(new RestoreRequest { Snapshot = "test", Path = _source.Source, Destination = _destination.Destination, Verify = true });
        Assert.Equal(0, result.ErrorCount);
    }
}
