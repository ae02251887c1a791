using Rekkord.Engine.Archives;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Progress;
using Rekkord.Engine.Pruning;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Tests.Pruning;

namespace Rekkord.Engine.Tests.Archives;

/// <summary>Archives make few objects of many snapshots, and lose, hide and add nothing.</summary>
public sealed class ArchiveTests : IDisposable
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly ArchivedWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Of_thousands_of_saves_with_a_prune_each_night_few_objects_stay()
    {
        const int ADay = 24;
        var nights = TestLength.IsLong ? 420 : 60;
        var written = new List<Snapshot>();
        for (var night = 0; night < nights; night++)
        {
            written.AddRange(_world.Write(ADay));
            _world.Clock.Now += Day;
            Archive(written);
        }

        var objects = _world.Count("");
        _world.CheckAll(written);

        // Those of two weeks by themselves, and the archives.
        Assert.InRange(objects, 1, (2 * 2 * 8 * ADay) + 50);
    }

    [Fact]
    public void A_snapshot_goes_into_an_archive_when_it_has_waited_and_goes_itself_when_that_has()
    {
        var old = _world.Write(8);
        _world.Clock.Now += ArchivedWorld.Wait - Day;
        var young = _world.Write(8);
        _world.Clock.Now += Day;
        var times = old.Concat(young).ToDictionary(snapshot => snapshot.ObjectName, snapshot => _world.Store.Find(snapshot.ObjectName, default)!.ModifiedTime);

        Assert.Equal(8, _world.Prune().ArchivedSnapshots);
        Assert.Equal(16, Assert.Single(_world.Archives().Archives).Entries.Count);
        Assert.Equal(32, _world.Count(ObjectName.Snapshots) + _world.Count(ObjectName.Tags));

        _world.Clock.Now += ArchivedWorld.Wait - Day;
        _world.Prune();
        Assert.Equal(32, _world.Count(ObjectName.Snapshots) + _world.Count(ObjectName.Tags));

        _world.Clock.Now += Day;
        _world.Prune();
        Assert.Equal(16, _world.Count(ObjectName.Snapshots) + _world.Count(ObjectName.Tags));
        _world.CheckAll([.. old, .. young], times);
        Assert.Empty(_world.Scan().Problems);
    }

    [Theory]
    [InlineData(KeyRole.LogOnly)]
    [InlineData(KeyRole.ReadWrite)]
    public void Every_key_that_lists_finds_what_is_archived(KeyRole role)
    {
        var written = _world.WriteArchived(9);

        Assert.Equal(written.Select(snapshot => snapshot.Id).Order(), _world.List(_world.Derive(role)).Select(snapshot => snapshot.Id).Order());
    }

    [Fact]
    public void A_snapshot_without_a_tag_is_never_archived()
    {
        var written = _world.Write(9);
        _world.Store.Delete(written[0].TagName, default);
        _world.Clock.Now += ArchivedWorld.Wait;

        Assert.Equal(8, _world.Prune().ArchivedSnapshots);
        Assert.Null(_world.Archives().Find(written[0].ObjectName));
    }

    [Fact]
    public void What_was_listed_by_itself_and_is_gone_when_it_is_read_is_found_in_the_archive()
    {
        var written = _world.Write(8);
        var repository = _world.Open();
        Assert.Equal(8, repository.List(ObjectName.Snapshots, default).Count());
        for (var i = 0; i < 2; i++)
        {
            _world.Clock.Now += ArchivedWorld.Wait;
            _world.Prune();
        }

        Assert.False(_world.Store.Exists(written[0].ObjectName, default));
        Assert.Equal(written[0].Id, new SnapshotRecords(repository).Read(written[0].ObjectName, default).Snapshot.Id);
    }

    [Fact]
    public void A_swept_snapshot_leaves_the_archive_and_what_somebody_puts_back_is_still_removed()
    {
        var written = _world.WriteArchived(10);
        var archive = Assert.Single(_world.Archives().Archives);
        var bytes = _world.Store[archive.Name];
        _world.Remove(written[0]);
        _world.Prune();
        Assert.Equal(written[0].Id, Assert.Single(_world.ListRemoved()).Id);

        _world.Clock.Now += ArchivedWorld.Wait;
        Assert.Equal(written[0].Id, Assert.Single(_world.Prune().Snapshots).Id);
        Assert.Empty(_world.ListRemoved());
        Assert.True(_world.Store.Exists(archive.Name, default));
        Assert.Empty(_world.Prune().Snapshots);

        _world.Clock.Now += ArchivedWorld.Wait;
        _world.Prune();
        Assert.False(_world.Store.Exists(archive.Name, default));
        Assert.Null(_world.Archives().Find(written[0].ObjectName));
        Assert.Null(_world.Archives().Find(written[0].TagName));
        _world.CheckAll(written[1..]);

        _world.Store[archive.Name] = bytes;
        _world.CheckAll(written[1..]);
        for (var i = 0; i < 4; i++)
        {
            _world.Clock.Now += ArchivedWorld.Wait;
            _world.Prune();
            Assert.Empty(_world.Scan().Problems);
        }

        Assert.False(_world.Store.Exists(archive.Name, default));
        Assert.Empty(_world.ListRemoved());
        _world.CheckAll(written[1..]);
    }

    [Fact]
    public void A_late_listing_that_shows_an_archive_which_was_replaced_is_no_error_and_one_that_shows_another_is()
    {
        var written = _world.WriteArchived(10);
        var archive = Assert.Single(_world.Archives().Archives);
        _world.Remove(written[0]);
        var late = new LateListings(_world.Store, _world.Clock, Day);
        for (var i = 0; i < 3; i++)
        {
            _world.Clock.Now += ArchivedWorld.Wait;
            _world.Prune(store: late);
        }

        Assert.False(_world.Store.Exists(archive.Name, default));
        Assert.Contains(late.List(ObjectName.Archives), found => found.Name == archive.Name);
        Assert.Equal(9, new SnapshotStore(_world.Open(store: late)).List(error => throw error, default).Count);
        _world.Prune(store: late);

        late.Delete(Assert.Single(_world.Archives().Archives).Name);
        Assert.Equal("PruneRefused", Assert.Throws<RekkordException>(() => _world.Prune(store: late)).ErrorId);
    }

    [Fact]
    public void When_all_that_an_archive_has_is_swept_it_goes()
    {
        var written = _world.WriteArchived(8);
        _world.Remove(written);
        for (var i = 0; i < 4; i++)
        {
            _world.Prune();
            _world.Clock.Now += ArchivedWorld.Wait;
        }

        Assert.Empty(_world.Archives().Archives.SelectMany(archive => archive.Entries));
        Assert.Empty(_world.ListRemoved());
        Assert.Empty(_world.Scan().Problems);
    }

    [Fact]
    public void Of_two_archives_with_the_same_only_the_earlier_goes()
    {
        var written = _world.WriteArchived(8);
        var archive = Assert.Single(_world.Archives().Archives);
        for (var i = 0; i < 3; i++)
            _world.Put(_world.Derive(KeyRole.Prune), archive.Generation, [archive.Name], _world.MembersOf(archive));
        for (var i = 0; i < 4; i++)
        {
            _world.Write(8);
            _world.Clock.Now += ArchivedWorld.Wait;
            _world.Prune();
        }

        Assert.All(written, snapshot => Assert.NotNull(_world.Archives().Find(snapshot.ObjectName)));
        Assert.InRange(_world.Count(ObjectName.Archives), 1, 3);
    }

    [Fact]
    public void An_archive_that_says_that_it_replaces_others_hides_nothing_and_deletes_nothing()
    {
        var written = _world.WriteArchived(8);
        var archive = Assert.Single(_world.Archives().Archives);
        _world.Put(_world.Derive(KeyRole.Prune), archive.Generation + 1, [archive.Name]);
        for (var i = 0; i < 3; i++)
        {
            _world.Clock.Now += ArchivedWorld.Wait;
            _world.Prune();
            _world.CheckAll(written);
        }
    }

    [Theory]
    [InlineData(KeyRole.WriteOnly)]
    [InlineData(KeyRole.ReadWrite)]
    public void An_archive_of_a_key_that_may_not_delete_counts_for_nothing_and_stops_prunes_until_it_is_put_aside(KeyRole role)
    {
        var written = _world.WriteArchived(8);
        var archive = Assert.Single(_world.Archives().Archives);
        var forged = _world.Put(_world.Derive(role), archive.Generation + 1, [archive.Name], _world.MembersOf(archive)[..2]);

        Assert.Equal("PruneRefused", Assert.Throws<RekkordException>(() => _world.Prune()).ErrorId);
        Assert.Equal(ProblemKind.ArchiveDamaged, Assert.Single(_world.Scan().Problems).Kind);
        _world.Scan(repair: true);

        Assert.False(_world.Store.Exists(forged, default));
        Assert.Empty(_world.Scan().Problems);
        _world.Prune();
        _world.CheckAll(written);
    }

    [Fact]
    public void A_damaged_archive_stops_prunes_and_a_repair_stores_again_what_can_be_read_of_it()
    {
        var written = _world.WriteArchived(8);
        var archive = Assert.Single(_world.Archives().Archives);
        var lost = archive.Entries.Single(entry => entry.Name == written[3].ObjectName);
        _world.Store[archive.Name][(int)lost.Offset + 20] ^= 1;

        Assert.Equal("PruneRefused", Assert.Throws<RekkordException>(() => _world.Prune()).ErrorId);
        Assert.Contains(_world.Scan().Problems, problem => problem.Kind == ProblemKind.ArchiveDamaged && problem.ObjectName == archive.Name);
        _world.Scan(repair: true);

        Assert.False(_world.Store.Exists(archive.Name, default));
        Assert.True(_world.Store.Exists(ObjectName.InQuarantine(archive.Name), default));
        Assert.Empty(_world.Scan().Problems);
        _world.CheckAll([.. written[..3], .. written[4..]]);
        _world.Prune();
    }

    [Theory]
    [InlineData(12, 8)]
    [InlineData(600, 7)]
    public void What_an_archive_has_whose_beginning_is_damaged_is_found_where_its_names_can_still_be_read(int offset, int least)
    {
        var written = _world.WriteArchived(8);
        var archive = Assert.Single(_world.Archives().Archives);
        _world.Store[archive.Name][offset] ^= 1;

        Assert.Equal("PruneRefused", Assert.Throws<RekkordException>(() => _world.Prune()).ErrorId);
        Assert.Equal(archive.Name, Assert.Single(Errors(new SnapshotStore(_world.Open()))).Target);
        _world.Scan(repair: true);

        Assert.Equal(0, _world.Count(ObjectName.Archives));
        Assert.InRange(_world.List().Count, least, written.Length);
        _world.Prune();
    }

    [Fact]
    public void An_archive_that_is_damaged_is_no_reason_to_delete_anything()
    {
        var written = _world.Write(8);
        _world.Clock.Now += ArchivedWorld.Wait;
        _world.Prune();
        var archive = Assert.Single(_world.Archives().Archives);
        _world.Store[archive.Name] = [.. _world.Store[archive.Name][..^1], 0];
        _world.Clock.Now += ArchivedWorld.Wait;

        _world.Prune();

        Assert.All(written, snapshot => Assert.True(_world.Store.Exists(snapshot.ObjectName, default) && _world.Store.Exists(snapshot.TagName, default)));
        Assert.Contains(_world.Warnings, warning => warning.Contains(archive.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_a_revoked_keyfile_the_bytes_count_and_the_times_do_not()
    {
        var pruner = _world.Derive(KeyRole.Prune);
        var written = _world.WriteArchived(8, pruner);
        var first = Assert.Single(_world.Archives().Archives);
        Assert.All(_world.List(), snapshot => Assert.NotNull(snapshot.StoredTime));

        new KeyRevocation(_world.Open(), static _ => { }).Run(pruner.KeyId, distrustExisting: null, "", default);

        _world.CheckAll(written);
        Assert.All(_world.List(), snapshot => Assert.Null(snapshot.StoredTime));
        Assert.Empty(_world.Scan().Problems);

        // A run with another key takes over what it has.
        for (var i = 0; i < 2; i++)
        {
            _world.Prune();
            _world.Clock.Now += ArchivedWorld.Wait;
        }

        _world.Prune();
        var second = Assert.Single(_world.Archives().Archives);
        Assert.Equal((Convert.ToHexStringLower(pruner.KeyId), ""), (first.KeyId, second.KeyId));
        _world.CheckAll(written);
    }

    [Fact]
    public void A_time_that_was_taken_over_from_another_keyfile_counts_until_that_is_revoked()
    {
        var pruner = _world.Derive(KeyRole.Prune);
        var written = _world.WriteArchived(8, pruner);
        _world.Remove(written[0]);
        for (var i = 0; i < 3; i++)
        {
            _world.Prune();
            _world.Clock.Now += ArchivedWorld.Wait;
        }

        Assert.Equal("", Assert.Single(_world.Archives().Archives).KeyId);
        Assert.All(_world.List(), snapshot => Assert.NotNull(snapshot.StoredTime));
        new KeyRevocation(_world.Open(), static _ => { }).Run(pruner.KeyId, distrustExisting: null, "", default);
        Assert.All(_world.List(), snapshot => Assert.Null(snapshot.StoredTime));
        _world.CheckAll(written[1..]);
    }

    [Fact]
    public void Where_the_store_refuses_to_delete_one_archive_is_made_and_no_more()
    {
        _world.Write(8);
        _world.Clock.Now += ArchivedWorld.Wait;
        _world.Prune();
        for (var i = 0; i < 5; i++)
        {
            _world.Write(8);
            _world.Clock.Now += ArchivedWorld.Wait;
            _world.Prune(store: new RefusingStore(_world.Store));
        }

        Assert.Equal(1, _world.Count(ObjectName.Archives));
    }

    [Fact]
    public void What_a_prune_has_deleted_is_not_reported_where_the_store_keeps_it_and_what_somebody_has_deleted_is()
    {
        using var store = new VersionedStore(_world.Store);
        var written = _world.Write(8);
        for (var i = 0; i < 6; i++)
        {
            _world.Clock.Now += ArchivedWorld.Wait;
            _world.Prune(store: store);
            Assert.Empty(_world.Scan(store: store).Problems);
            if (i == 2)
                _world.Remove(written[0]);
            else
                _world.Write(8);
        }

        Assert.Contains(store.Deleted, name => name.StartsWith(ObjectName.Archives, StringComparison.Ordinal));
        Assert.Contains(written[1].TagName, store.Deleted);
        var archive = _world.Archives().Find(written[1].ObjectName)!.Archive.Name;
        store.Delete(archive);
        Assert.Contains(_world.Scan(store: store).Problems, problem => problem.Kind == ProblemKind.Deleted && problem.ObjectName == archive);
    }

    [Fact]
    public void With_a_time_of_retention_nothing_is_archived()
    {
        _world.Write(8);
        _world.Clock.Now += ArchivedWorld.Wait;
        var repository = _world.Open();
        repository.RetainDuration = TimeSpan.FromDays(30);

        Assert.Equal(0, _world.Prune(repository: repository).ArchivedSnapshots);
        Assert.Equal(0, _world.Count(ObjectName.Archives));
    }

    [Fact]
    public void No_byte_of_an_archive_changes_unnoticed()
    {
        _world.WriteArchived(8);
        var archive = Assert.Single(_world.Archives().Archives);
        var bytes = _world.Store[archive.Name];
        var scan = new ArchiveScan(_world.Open());
        for (var offset = 0; offset < bytes.Length; offset += TestLength.IsLong ? 1 : 7)
        {
            bytes[offset] ^= 0x40;
            Assert.Throws<DamagedObjectException>(() => scan.Verify(archive.Found, default));
            Assert.True(BlockingCalls.Wait(_world.Open().Archives.RefreshAsync(default)) is var view && (view.Unread.Count == 1 || offset >= archive.Entries[0].Offset));
            bytes[offset] ^= 0x40;
        }
    }

    /// <summary>What a prune does with archives, without what it does with packs.</summary>
    private void Archive(List<Snapshot> written)
    {
        var repository = _world.Open();
        string[] names = [.. repository.List(ObjectName.Snapshots, default).Select(found => found.Name)];
        Assert.Equal(written.Count, names.Length);
        var inventory = new Inventory(new CondemnedList(), RemovalList.None, written, names);
        new ArchiveRenewal(repository, inventory, static _ => false, ArchivedWorld.Wait, _world.Clock.Now, _world.Warnings.Add, new StepProgress()).Run(default);
    }

    private static List<RekkordException> Errors(SnapshotStore store)
    {
        var errors = new List<RekkordException>();
        store.List(errors.Add, default);
        return errors;
    }

    /// <summary>A store that keeps what was deleted, and tells of it.</summary>
    private sealed class VersionedStore(IObjectStore store) : ObjectStoreDecorator(store, ownsStore: false)
    {
        public HashSet<string> Deleted { get; } = [];

        public override async ValueTask DeleteAsync(string name, CancellationToken cancellation)
        {
            await Inner.DeleteAsync(name, cancellation);
            lock (Deleted)
                Deleted.Add(name);
        }

        public override IAsyncEnumerable<string> ListDeletedAsync(CancellationToken cancellation) => Deleted.ToArray().ToAsyncEnumerable();
    }

    /// <summary>A store that may only be added to.</summary>
    private sealed class RefusingStore(IObjectStore store) : ObjectStoreDecorator(store, ownsStore: false)
    {
        public override ValueTask DeleteAsync(string name, CancellationToken cancellation) =>
            throw new StorageException("StorageAccessDenied", RekkordErrorKind.PermissionDenied, "It may not be deleted.", name);
    }
}
