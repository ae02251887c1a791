using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Retention;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Tests.Retention;

/// <summary>Removed snapshots: out of lists and channels, scanned all the same, brought back whole, and by whose word only.</summary>
public sealed class RemovalTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly List<RekkordException> _failed = [];
    private readonly List<string> _warnings = [];
    private int _saves;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void What_is_removed_is_in_no_list_and_no_channel_leads_to_it()
    {
        var (first, second) = (Save(), Save());

        var removed = Assert.Single(Remove(second));

        Assert.Equal((second.Id, ""), (removed.Id, removed.Removal!.KeyId));
        Assert.Equal([first.Id], List().Select(snapshot => snapshot.Id));
        Assert.Equal(second.Id, Assert.Single(ListRemoved()).Id);
        Assert.Equal(first.Id, Find("test").Id);
        Assert.Equal("1", Restored());
        Assert.Empty(_failed);
    }

    [Fact]
    public void By_its_ID_it_is_found_with_a_warning_and_is_in_nobodys_way()
    {
        var (first, second) = (Save(), Save());
        Remove(second);

        Assert.Equal(second.Id, Find(second.Id.ToString()).Id);
        Assert.Contains("Undo-RekkordRemoval", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.Equal(first.Id, Find(first.Id.ToString()).Id);
    }

    [Fact]
    public void What_is_removed_does_not_trouble_later_saves_with_its_wrong_time()
    {
        Save();
        Snapshot ahead;
        using (var repository = _repository.Open())
            ahead = new SnapshotRecords(repository).Write(new SnapshotSummary { Channel = "test", Time = DateTimeOffset.UtcNow.AddDays(1), Paths = [] }, [], default);
        Save();
        Assert.Contains(_repository.Warnings, warning => warning.Contains("later than now", StringComparison.Ordinal));
        _repository.Warnings.Clear();
        Remove(ahead);
        Save();

        Assert.Empty(_repository.Warnings);
    }

    [Fact]
    public void It_can_be_brought_back_and_removed_again()
    {
        var (first, second) = (Save(), Save());
        for (var i = 0; i < 3; i++)
        {
            Remove(second);
            Assert.Equal("1", Restored());
            Assert.Equal(second.Id, Assert.Single(BringBack(second)).Id);
            Assert.Empty(ListRemoved());
            Assert.Equal("2", Restored());
        }

        Assert.Equal([first.Id, second.Id], List().Select(snapshot => snapshot.Id));
    }

    [Fact]
    public void One_that_two_removed_at_the_same_time_comes_back_from_both()
    {
        Save();
        var second = Save();
        using (var repository = _repository.Open())
        {
            var (one, other) = (new RemovalOperation(repository, _failed.Add), new RemovalOperation(repository, _failed.Add));
            var (found, seen) = (one.FindById(second.Id.ToString(), false, default), other.FindById(second.Id.ToString(), false, default));
            one.Remove(found, false, default);
            other.Remove(seen, false, default);
        }

        Assert.Equal(2, _repository.Objects("removed").Length);
        BringBack(second);
        Assert.Empty(ListRemoved());
    }

    [Fact]
    public void The_order_in_which_records_come_and_what_is_put_back_later_changes_nothing()
    {
        Save();
        var second = Save();
        Remove(second);
        var removal = Assert.Single(_repository.Objects("removed"));
        var bytes = File.ReadAllBytes(removal);
        BringBack(second);

        // Whoever runs the storage deletes the removal, and puts it back when it suits them.
        File.Delete(removal);
        Assert.Empty(ListRemoved());
        File.WriteAllBytes(removal, bytes);
        Assert.Empty(ListRemoved());
    }

    [Fact]
    public void A_removal_that_is_deleted_brings_its_snapshots_back_and_nothing_else()
    {
        var (first, second) = (Save(), Save());
        Remove(second);
        File.Delete(Assert.Single(_repository.Objects("removed")));

        Assert.Equal([first.Id, second.Id], List().Select(snapshot => snapshot.Id));
    }

    [Fact]
    public void A_save_that_goes_on_beside_is_not_touched()
    {
        var (first, second) = (Save(), Save());
        Snapshot? beside = null;
        using (var repository = _repository.Open())
        {
            var operation = new RemovalOperation(repository, _failed.Add);
            var found = operation.Find(snapshot => snapshot.Summary.Channel == "test", false, default);
            beside = Save();
            Assert.Equal([first.Id, second.Id], operation.Remove(found, force: true, default).Select(snapshot => snapshot.Id));
        }

        Assert.Equal([beside.Id], List().Select(snapshot => snapshot.Id));
        Assert.Equal("3", Restored());
        Assert.Empty(_repository.Scan(new ScanRequest { Full = true }).Problems);
    }

    [Fact]
    public void A_channel_is_emptied_only_by_force()
    {
        var (first, second) = (Save(), Save());
        var other = Save(channel: "other");

        var error = Assert.Throws<RekkordException>(() => Remove(first, second));
        Assert.Equal("ChannelEmptied", error.ErrorId);
        Assert.Empty(_repository.Objects("removed"));

        Assert.Equal(2, Remove(force: true, first, second).Count);
        Assert.Equal([other.Id], List().Select(snapshot => snapshot.Id));
        Assert.Contains("2 snapshot(s) of that channel were removed", Assert.Throws<RekkordException>(() => Find("test")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_channel_that_would_have_only_partial_snapshots_left_counts_as_emptied()
    {
        var whole = Save();
        WritePartial();

        Assert.Equal("ChannelEmptied", Assert.Throws<RekkordException>(() => Remove(whole)).ErrorId);
    }

    [Theory]
    [InlineData(KeyRole.ReadWrite)]
    [InlineData(KeyRole.WriteOnly)]
    [InlineData(KeyRole.LogOnly)]
    public void Other_roles_cannot_remove(KeyRole role)
    {
        var first = Save();
        Save();
        using var repository = _repository.Open(_repository.Derive(role, "other.key").Path);

        Assert.Equal("KeyRoleInsufficient", Assert.Throws<RekkordException>(() => new RemovalOperation(repository, _failed.Add).FindById(first.Id.ToString(), false, default)).ErrorId);
        Assert.Equal("KeyRoleInsufficient", Assert.Throws<RekkordException>(() =>
            new RetentionOperation(repository, new RetentionPolicy { KeepLast = 1 }, _ => true, _failed.Add, _warnings.Add).Plan(default)).ErrorId);
    }

    [Theory]
    [InlineData(KeyRole.ReadWrite)]
    [InlineData(KeyRole.WriteOnly)]
    public void What_another_role_signed_with_a_program_of_its_own_removes_nothing_and_is_found(KeyRole role)
    {
        var (first, second) = (Save(), Save());
        Forge(_repository.Derive(role, "thief.key").Path, second);

        Assert.Equal([first.Id, second.Id], List().Select(snapshot => snapshot.Id));
        Assert.Contains("may not remove snapshots", Assert.Single(_failed).Message, StringComparison.Ordinal);
        Assert.Equal(ProblemKind.RemovalDamaged, Assert.Single(_repository.Scan().Problems).Kind);
        Assert.StartsWith("moved to", Assert.Single(_repository.Scan(new ScanRequest { Repair = true }).Problems).Repair, StringComparison.Ordinal);
        Assert.Empty(_repository.Scan().Problems);
    }

    [Fact]
    public void A_Prune_keyfile_removes_lists_saves_and_restores_and_every_role_that_lists_sees_what_it_removed()
    {
        Save();
        var second = Save();
        var (prune, id) = _repository.Derive(KeyRole.Prune, "prune.key");
        Assert.Equal(Convert.ToHexStringLower(id), Assert.Single(RemoveWith(prune, force: false, second)).Removal!.KeyId);

        foreach (var role in new[] { KeyRole.ReadWrite, KeyRole.LogOnly, KeyRole.Prune })
        {
            using var repository = _repository.Open(_repository.Derive(role, $"{role}.key").Path);
            Assert.Single(new SnapshotStore(repository).List(_failed.Add, default));
            Assert.Equal(Convert.ToHexStringLower(id), Assert.Single(new SnapshotStore(repository).ListRemoved(_failed.Add, default)).Removal!.KeyId);
        }

        Assert.Equal("1", Restored());
        Assert.Empty(_failed);
    }

    [Fact]
    public void When_a_Prune_keyfile_is_revoked_what_it_removed_before_stays_removed_and_what_it_removes_later_does_not()
    {
        Save();
        var (second, third) = (Save(), Save());
        var (prune, id) = _repository.Derive(KeyRole.Prune, "prune.key");
        RemoveWith(prune, force: false, second);
        Revoke(id, distrust: false);
        Forge(prune, third);

        Assert.Equal([second.Id], ListRemoved().Select(snapshot => snapshot.Id));
        Assert.Equal("KeyRevoked", Assert.Throws<RekkordException>(() => RemoveWith(prune, force: false, third)).ErrorId);
        Assert.Equal(ProblemKind.SignerRevoked, Assert.Single(_repository.Scan().Problems).Kind);
        Assert.StartsWith("moved to", Assert.Single(_repository.Scan(new ScanRequest { Repair = true }).Problems).Repair, StringComparison.Ordinal);
        Assert.Equal([second.Id], ListRemoved().Select(snapshot => snapshot.Id));
    }

    [Fact]
    public void When_nothing_of_it_is_trusted_what_it_removed_is_back_and_what_it_brought_back_stays()
    {
        Save();
        var (second, third) = (Save(), Save());
        var (prune, id) = _repository.Derive(KeyRole.Prune, "prune.key");
        RemoveWith(prune, force: false, second);
        Remove(third);
        BringBackWith(prune, third);
        Revoke(id, distrust: true);

        Assert.Empty(ListRemoved());
    }

    [Fact]
    public void A_scan_verifies_what_is_removed_and_a_repair_makes_no_new_tag_of_it_count()
    {
        Save();
        var second = Save();
        Remove(second);
        Assert.Equal(2, _repository.Scan().Snapshots);

        // Its own content is lost: that is a problem as long as it can be brought back.
        foreach (var pack in _repository.Objects("packs").Where(pack => File.GetLastWriteTimeUtc(pack) >= File.GetLastWriteTimeUtc(Path.Combine(_repository.Location, second.ObjectName)).AddSeconds(-2)).Take(1))
            File.Delete(pack);
        Assert.Contains(_repository.Scan().Problems, problem => problem.Kind is ProblemKind.PackMissing or ProblemKind.ContentMissing);
        File.Delete(Path.Combine(_repository.Location, second.TagName));
        _repository.Scan(new ScanRequest { Repair = true });

        Assert.DoesNotContain(second.Id, List().Select(snapshot => snapshot.Id));
        Assert.Contains(second.Id, ListRemoved().Select(snapshot => snapshot.Id));
    }

    [Fact]
    public void A_damaged_removal_is_told_and_removes_nothing()
    {
        var (first, second) = (Save(), Save());
        Remove(second);
        var path = Assert.Single(_repository.Objects("removed"));
        File.WriteAllBytes(path, [.. File.ReadAllBytes(path)[..^1], 0]);

        Assert.Equal([first.Id, second.Id], List().Select(snapshot => snapshot.Id));
        Assert.Equal("ObjectDamaged", Assert.Single(_failed).ErrorId);
        Assert.Equal(second.Id, Find("test").Id);
        Assert.Contains("damaged", Assert.Single(_warnings), StringComparison.Ordinal);
        using var repository = _repository.Open();
        Assert.Equal("RemovalsUnknown", Assert.Throws<RekkordException>(() =>
            new RetentionOperation(repository, new RetentionPolicy { KeepLast = 1 }, _ => true, _ => { }, _warnings.Add).Plan(default)).ErrorId);
    }

    [Fact]
    public void A_tag_that_leads_to_the_snapshot_of_another_does_not_remove_that()
    {
        var (first, second) = (Save(), Save());
        using var repository = _repository.Open(_repository.Derive(KeyRole.WriteOnly, "thief.key").Path);
        new SnapshotRecords(repository).WriteTag(new Oid(TestRepository.RandomBytes(1, 32)), ObjectName.TryGetHash(second.ObjectName)!, second.Summary with { Channel = "bait" }, default);

        Assert.Empty(Remove(force: true, Assert.Single(List(), snapshot => snapshot.Summary.Channel == "bait")));

        Assert.Equal("ObjectDamaged", Assert.Single(_failed).ErrorId);
        Assert.Equal([first.Id, second.Id], List().Where(snapshot => snapshot.Summary.Channel == "test").Select(snapshot => snapshot.Id));
    }

    [Fact]
    public void Any_byte_of_a_removal_that_changes_makes_it_damaged()
    {
        Save();
        Remove(Save());
        var path = Assert.Single(_repository.Objects("removed"));
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        using var repository = _repository.Open();
        foreach (var place in Enumerable.Range(0, bytes.Length))
        {
            byte[] mutated = [.. bytes];
            mutated[place] ^= 0x20;
            var name = ObjectName.For(ObjectName.Removals, System.Security.Cryptography.SHA256.HashData(mutated));
            Directory.CreateDirectory(Path.Combine(_repository.Location, "removed"));
            File.WriteAllBytes(Path.Combine(_repository.Location, name), mutated);
            Assert.Throws<DamagedObjectException>(() => new SnapshotRecords(repository).ReadRemoval(name, default));
        }
    }

    [Fact]
    public void Retention_removes_what_no_rule_keeps_and_the_plan_alone_changes_nothing()
    {
        var (first, second, third) = (Save(), Save(), Save());
        using var repository = _repository.Open();
        var operation = new RetentionOperation(repository, new RetentionPolicy { KeepLast = 2 }, channel => channel == "test", _failed.Add, _warnings.Add);

        var plan = operation.Plan(default);

        Assert.Equal([(first.Id, false), (second.Id, true), (third.Id, true)], plan.Select(decision => (decision.Snapshot.Id, decision.IsKept)));
        Assert.Equal(3, List().Count);
        Assert.Equal([first.Id], operation.Apply(plan, default).Select(snapshot => snapshot.Id));
        Assert.Equal([second.Id, third.Id], List().Select(snapshot => snapshot.Id));
        Assert.Empty(_warnings);
        Assert.Empty(_failed);
    }

    [Fact]
    public void Retention_never_removes_what_cannot_be_read_has_no_tag_or_is_signed_by_a_revoked_key_nor_counts_it()
    {
        var good = Save();
        var unreadable = Save();
        var untagged = Save();
        var (thief, id) = _repository.Derive(KeyRole.ReadWrite, "thief.key");
        var revoked = Save(keyFile: thief);
        Revoke(id, distrust: true);
        var path = Path.Combine(_repository.Location, unreadable.ObjectName);
        File.WriteAllBytes(path, [.. File.ReadAllBytes(path)[..^1], 0]);
        File.Delete(Path.Combine(_repository.Location, untagged.TagName));
        using var repository = _repository.Open();

        var plan = new RetentionOperation(repository, new RetentionPolicy { KeepLast = 1 }, _ => true, _failed.Add, _warnings.Add).Plan(default);

        Assert.Equal(
            [(unreadable.Id, "it cannot be read, or its tag says something else"), (untagged.Id, "it has no tag"), (revoked.Id, "signed by a revoked key"), (good.Id, "last 1 of 1")],
            plan.Select(decision => (decision.Snapshot.Id, Assert.Single(decision.Reasons))).OrderBy(one => Array.IndexOf([unreadable.Id, untagged.Id, revoked.Id, good.Id], one.Id)));
        Assert.All(plan, decision => Assert.True(decision.IsKept));
        Assert.Equal("ObjectDamaged", Assert.Single(_failed).ErrorId);
    }

    [Fact]
    public void Snapshots_with_impossible_times_are_kept_with_one_warning()
    {
        Save();
        var second = Save();
        File.SetLastWriteTimeUtc(Path.Combine(_repository.Location, second.ObjectName), DateTime.UtcNow.AddHours(-5));
        using var repository = _repository.Open();

        var plan = new RetentionOperation(repository, new RetentionPolicy { KeepLast = 1 }, _ => true, _failed.Add, _warnings.Add).Plan(default);

        Assert.All(plan, decision => Assert.True(decision.IsKept));
        Assert.Contains("1 snapshot(s) are kept and count for nothing", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_without_a_rule_is_refused()
    {
        using var repository = _repository.Open();

        Assert.Equal("RetentionNotGiven", Assert.Throws<RekkordException>(() => new RetentionOperation(repository, new RetentionPolicy(), _ => true, _failed.Add, _warnings.Add)).ErrorId);
    }

    private Snapshot Save(string channel = "test", string? keyFile = null)
    {
        _repository.Write("file", System.Text.Encoding.UTF8.GetBytes($"{++_saves}"));
        return _repository.Save(new SaveRequest { Channel = channel, Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory }, keyFile ?? _repository.KeyFilePath).Snapshot;
    }

    private void WritePartial()
    {
        using var repository = _repository.Open();
        new SnapshotRecords(repository).Write(new SnapshotSummary { Channel = "test", Time = DateTimeOffset.UtcNow, Paths = [], ErrorCount = 1 }, [], default);
    }

    private IReadOnlyList<Snapshot> Remove(params Snapshot[] snapshots) => Remove(force: false, snapshots);

    private IReadOnlyList<Snapshot> Remove(bool force, params Snapshot[] snapshots) => RemoveWith(_repository.KeyFilePath, force, snapshots);

    private IReadOnlyList<Snapshot> RemoveWith(string keyFile, bool force, params Snapshot[] snapshots)
    {
        using var repository = _repository.Open(keyFile);
        var operation = new RemovalOperation(repository, _failed.Add);
        return operation.Remove([.. snapshots.SelectMany(snapshot => operation.FindById($"id:{snapshot.Id.ToString()[..20]}", removed: false, default))], force, default);
    }

    private IReadOnlyList<Snapshot> BringBack(Snapshot snapshot) => BringBackWith(_repository.KeyFilePath, snapshot);

    private IReadOnlyList<Snapshot> BringBackWith(string keyFile, Snapshot snapshot)
    {
        using var repository = _repository.Open(keyFile);
        var operation = new RemovalOperation(repository, _failed.Add);
        return operation.BringBack(operation.FindById(snapshot.Id.ToString(), removed: true, default), default);
    }

    /// <summary>What a program of a thief's own would write.</summary>
    private void Forge(string keyFile, Snapshot snapshot)
    {
        using var repository = _repository.Open(keyFile);
        new SnapshotRecords(repository).WriteRemoval(new RemovalRecord(DateTimeOffset.UtcNow, [new Oid(ObjectName.TryGetHash(snapshot.ObjectName))], []), default);
    }

    private void Revoke(byte[] id, bool distrust)
    {
        using var repository = _repository.Open();
        new KeyRevocation(repository, _ => { }).Run(id, distrust, "", default);
    }

    private IReadOnlyList<Snapshot> List()
    {
        using var repository = _repository.Open();
        return new SnapshotStore(repository).List(_failed.Add, default);
    }

    private IReadOnlyList<Snapshot> ListRemoved()
    {
        using var repository = _repository.Open();
        return new SnapshotStore(repository).ListRemoved(_failed.Add, default);
    }

    private Snapshot Find(string reference)
    {
        using var repository = _repository.Open();
        return new SnapshotStore(repository).Find(reference, default, _warnings.Add);
    }

    private string Restored()
    {
        if (Directory.Exists(_repository.Destination))
            Directory.Delete(_repository.Destination, recursive: true);
        _repository.RestoreSource();
        return File.ReadAllText(Path.Combine(_repository.Destination, "file"));
    }
}
