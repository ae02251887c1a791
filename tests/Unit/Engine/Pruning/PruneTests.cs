using System.Collections.Concurrent;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Progress;
using Rekkord.Engine.Pruning;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Pruning;

/// <summary>What a prune deletes, when, and what it never touches.</summary>
public sealed class PruneTests : IDisposable
{
    private readonly PrunedWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_removed_snapshot_waits_and_is_then_deleted_with_what_only_it_needs()
    {
        var (first, second) = SaveTwo();
        _world.Remove(first);

        var condemning = _world.Prune();

        Assert.True(condemning is { DeletedPacks: 0, CondemnedPacks: > 0, IsDone: true, Snapshots.Count: 0 });
        Assert.Equal(_world.Clock.Now + PrunedWorld.Wait, condemning.NextSweep);
        Assert.Equal(_world.Clock.Now + PrunedWorld.Wait, _world.Prune().NextSweep);
        Assert.True(_world.Prune() is { DeletedPacks: 0, CondemnedPacks: 0, WaitingPacks: > 0 });
        _world.Check(first);
        var before = _world.SizeOf("packs/");

        _world.Clock.Now += PrunedWorld.Wait;
        var sweeping = _world.Prune();

        Assert.Equal(first.Id, Assert.Single(sweeping.Snapshots).Id);
        Assert.Equal(before - sweeping.DeletedSize, _world.SizeOf("packs/"));
        Assert.Equal(second.ObjectName, Assert.Single(_world.Store.List("snapshots/", default)).Name);
        Assert.Equal(second.TagName, Assert.Single(_world.Store.List("tags/", default)).Name);
        _world.Check(first);
    }

    [Fact]
    public void It_tells_how_far_it_is()
    {
        var (first, _) = SaveTwo();
        _world.Remove(first);
        _world.Prune();
        _world.Clock.Now += PrunedWorld.Wait;
        var seen = new ConcurrentBag<StepCount?>();
        PruneOperation? prune = null;
        using var store = new SteppedStore(_world.Store, _ => seen.Add(prune?.Progress));
        using var repository = _world.Open(store);
        prune = _world.CreatePrune(repository);
        Assert.Null(prune.Progress);

        prune.Plan(CancellationToken.None);
        var packs = _world.Store.List("packs/", default).Count;
        Assert.Equal(new StepCount("Looking at packs", "packs", packs, packs), prune.Progress);

        prune.Run(CancellationToken.None);
        Assert.Contains(seen, step => step is { Activity: "Finding out what snapshots need", Unit: "snapshots", Done: 0, Total: 2 });
        Assert.Contains(seen, step => step is { Activity: "Deleting", Unit: "objects", Done: 0, Total: > 2 });
        Assert.Contains(seen, step => step is { Activity: "Deleting", Done: > 0 });
    }

    [Fact]
    public void Nearly_all_space_comes_back()
    {
        _world.Write(9);
        var last = _world.Save();
        var needed = _world.SizeOf("packs/");
        var dead = Enumerable.Range(0, 9).Select(state =>
        {
            _world.Write(state);
            return _world.Save();
        }).ToArray();
        Assert.True(_world.SizeOf("packs/") > 3 * needed);
        _world.Remove(dead);

        PruneTwice();

        Assert.InRange(_world.SizeOf("packs/"), needed, needed * 110 / 100);
        _world.Check(dead);
        _world.Write(9);
        Assert.Equal(last.Summary.Size, _world.Save().Summary.Size);
    }

    [Fact]
    public void A_plan_changes_nothing_and_says_what_a_run_does()
    {
        var (first, _) = SaveTwo();
        _world.Remove(first);
        var condemning = AssertPlanned();
        Assert.True(condemning.CondemnedPacks > 0);
        _world.Clock.Now += PrunedWorld.Wait;

        Assert.True(AssertPlanned() is { DeletedPacks: > 0, Snapshots.Count: 1 });

        PruneResult AssertPlanned()
        {
            var before = Names();
            var plan = _world.Plan();
            Assert.Equal(before, Names());
            var done = _world.Prune();
            Assert.False(plan.IsDone);
            Assert.Equal((plan.DeletedPacks, plan.DeletedSize, plan.CondemnedPacks, plan.CondemnedSize), (done.DeletedPacks, done.DeletedSize, done.CondemnedPacks, done.CondemnedSize));
            return done;
        }
    }

    [Fact]
    public void What_is_brought_back_before_the_sweep_stays_whole()
    {
        var (first, _) = SaveTwo();
        _world.Remove(first);
        _world.Prune();
        _world.Clock.Now += PrunedWorld.Wait - TimeSpan.FromMinutes(1);
        _world.Prune();
        Assert.True(_world.BringBack(first));
        _world.Clock.Now += PrunedWorld.Wait;

        Assert.True(_world.Prune() is { DeletedPacks: 0, Snapshots.Count: 0 });
        _world.Check();
    }

    [Fact]
    public void What_is_removed_again_waits_again()
    {
        var (first, _) = SaveTwo();
        _world.Remove(first);
        _world.Prune();
        Assert.True(_world.BringBack(first));
        _world.Clock.Now += PrunedWorld.Wait;
        _world.Remove(first);

        Assert.True(_world.Prune() is { DeletedPacks: 0, Snapshots.Count: 0 });
        Assert.True(_world.BringBack(first));
        _world.Check();
        _world.Remove(first);
        _world.Prune();
        _world.Clock.Now += PrunedWorld.Wait;
        Assert.Single(_world.Prune().Snapshots);
        _world.Check(first);
    }

    [Fact]
    public void A_removed_snapshot_that_can_still_be_brought_back_keeps_what_it_shares_with_one_that_goes()
    {
        var (first, second) = SaveTwo();
        _world.Write(2);
        _world.Save();
        _world.Remove(first);
        _world.Prune();
        _world.Clock.Now += PrunedWorld.Wait - TimeSpan.FromDays(1);
        _world.Remove(second);
        _world.Prune();
        _world.Clock.Now += TimeSpan.FromDays(1);

        Assert.Equal(first.Id, Assert.Single(_world.Prune().Snapshots).Id);
        Assert.True(_world.BringBack(second));
        _world.Check(first);
    }

    [Fact]
    public void A_save_with_old_caches_stores_again_what_was_swept()
    {
        _world.Write(0);
        var first = _world.Save(machine: "old");
        _world.Write(1);
        _world.Save(machine: "new");
        _world.Remove(first);
        PruneTwice();
        _world.Write(0);

        var again = _world.Save(machine: "old");

        Assert.True(again.Summary.AddedSize > 0);
        _world.Check(first);
    }

    [Fact]
    public void A_save_stores_again_what_is_condemned()
    {
        _world.Write(0);
        var first = _world.Save();
        _world.Write(2);
        _world.Save();
        _world.Remove(first);
        _world.Prune();
        _world.Write(0);

        Assert.True(_world.Save().Summary.AddedSize > 60_000);
        _world.Clock.Now += PrunedWorld.Wait;
        Assert.True(_world.Prune().DeletedPacks > 0);
        _world.Check(first);
    }

    [Fact]
    public void The_rest_of_a_killed_save_waits_thirty_days_and_the_next_save_uses_it_until_then()
    {
        _world.Write(0);
        _world.Save();
        _world.Write(1);
        _world.Store.Remove(Drop(_world.Save()).ObjectName);
        foreach (var tag in _world.Store.List("tags/", default).OrderBy(tag => tag.ModifiedTime).Skip(1))
            _world.Store.Remove(tag.Name);
        _world.Clock.Now += TimeSpan.FromDays(29);
        Assert.Equal(0, _world.Plan().CondemnedPacks);
        _world.Clock.Now += TimeSpan.FromDays(1);
        Assert.True(_world.Plan().CondemnedPacks > 0);
    }

    [Fact]
    public void Records_go_when_they_have_done_their_service()
    {
        var (first, _) = SaveTwo();
        _world.Remove(first);
        PruneTwice();
        Assert.NotEmpty(_world.Store.List("condemned/", default));
        _world.Clock.Now += 2 * PrunedWorld.Wait;

        _world.Prune();

        Assert.Empty(_world.Store.List("condemned/", default));
        _world.Check(first);
    }

    [Theory]
    [InlineData(KeyRole.WriteOnly)]
    [InlineData(KeyRole.ReadWrite)]
    [InlineData(KeyRole.LogOnly)]
    public void Other_keyfiles_may_not(KeyRole role)
    {
        SaveTwo();
        Assert.Equal("KeyRoleInsufficient", Assert.Throws<RekkordException>(() => _world.Prune(repository: _world.Open(role))).ErrorId);
    }

    [Fact]
    public void A_Prune_keyfile_may()
    {
        var (first, _) = SaveTwo();
        _world.Remove(first);
        var repository = _world.Open(KeyRole.Prune);
        _world.Prune(repository: repository);
        _world.Clock.Now += PrunedWorld.Wait;

        Assert.True(_world.Prune(repository: repository).DeletedPacks > 0);
        _world.Check(first);
    }

    [Theory]
    [InlineData(KeyRole.WriteOnly)]
    [InlineData(KeyRole.ReadWrite)]
    public void What_another_keyfile_condemns_does_not_count_and_stops_prunes(KeyRole role)
    {
        _world.Write(0);
        _world.Save();
        var packs = _world.Store.List("packs/", default).Select(pack => new Oid(ObjectName.TryGetHash(pack.Name))).ToArray();
        new CondemnedRecord(CondemnedKind.Mark) { Packs = packs }.Write(_world.Open(role), default);
        _world.Clock.Now += PrunedWorld.Wait;

        Assert.Equal(0, _world.Save().Summary.AddedSize);
        Assert.Equal("PruneRefused", Assert.Throws<RekkordException>(() => _world.Prune()).ErrorId);
        Assert.Equal(ProblemKind.MarkDamaged, Assert.Single(_world.Scan(repair: true).Problems).Kind);
        Assert.Equal(0, _world.Prune().DeletedPacks);
        _world.Check();
    }

    [Fact]
    public void A_false_mark_of_a_key_that_may_prune_deletes_nothing_that_is_needed()
    {
        _world.Write(0);
        _world.Save();
        var packs = _world.Store.List("packs/", default).Select(pack => new Oid(ObjectName.TryGetHash(pack.Name))).ToArray();
        var snapshot = new Oid(ObjectName.TryGetHash(Assert.Single(_world.Store.List("snapshots/", default)).Name));
        new CondemnedRecord(CondemnedKind.Sweep) { Packs = packs, Snapshots = [snapshot] }.Write(_world.Open(), default);
        new CondemnedRecord(CondemnedKind.Mark) { Packs = packs, Snapshots = [snapshot], Copies = packs }.Write(_world.Open(), default);
        _world.Clock.Now += PrunedWorld.Wait;

        Assert.True(_world.Prune() is { DeletedPacks: 0, Snapshots.Count: 0 });
        _world.Check();
    }

    [Theory]
    [InlineData("snapshots/")]
    [InlineData("removed/")]
    [InlineData("condemned/")]
    public void A_record_that_cannot_be_read_refuses_it(string folder)
    {
        var (first, _) = SaveTwo();
        _world.Remove(first);
        _world.Prune();
        _world.Clock.Now += PrunedWorld.Wait;
        foreach (var found in _world.Store.List(folder, default).ToArray())
            _world.Store[found.Name][^1] ^= 1;
        var before = Names();

        var error = Assert.Throws<RekkordException>(() => _world.Prune());

        Assert.Equal("PruneRefused", error.ErrorId);
        Assert.StartsWith(folder, error.Target, StringComparison.Ordinal);
        Assert.Equal(before, Names());
    }

    [Fact]
    public void A_page_that_cannot_be_read_refuses_it_until_the_snapshot_is_removed()
    {
        _world.Write(0);
        var first = _world.Save();
        var packs = _world.Store.List("packs/", default).Select(pack => pack.Name).ToArray();
        _world.Write(1);
        var second = _world.Save();
        var only = _world.Store.List("packs/", default).Select(pack => pack.Name).Except(packs).ToArray();
        _world.Write(2);
        _world.Save();
        _world.Remove(first);
        foreach (var pack in only)
            _world.Store.Remove(pack);

        Assert.Equal("PruneRefused", Assert.Throws<RekkordException>(() => _world.Prune()).ErrorId);
        _world.Remove(second);
        _world.Prune();
        _world.Clock.Now += PrunedWorld.Wait;
        Assert.Equal(2, _world.Prune().Snapshots.Count);
        _world.Scan(repair: true);
        _world.Check(first, second);
    }

    [Fact]
    public void What_the_store_keeps_is_left_for_later_and_said()
    {
        var (first, _) = SaveTwo();
        _world.Remove(first);
        _world.Prune();
        _world.Clock.Now += PrunedWorld.Wait;
        var retained = _world.Plan().DeletedPacks;
        foreach (var pack in _world.Store.List("packs/", default).ToArray())
            _world.Store.Retain(pack.Name, DateTimeOffset.UtcNow.AddHours(1), default);

        var result = _world.Prune();

        Assert.True(result is { DeletedPacks: 0, DeletedSize: 0 } && result.RefusedObjects == retained);
        Assert.Contains(_world.Warnings, warning => warning.Contains("The next run tries again", StringComparison.Ordinal));
        _world.Check(first);
    }

    [Fact]
    public void Too_short_a_wait_is_refused() =>
        Assert.Equal("SweepAfterInvalid", Assert.Throws<RekkordException>(() => PruneOperation.ValidateWait(TimeSpan.FromDays(3) - TimeSpan.FromTicks(1))).ErrorId);

    private (Snapshot First, Snapshot Second) SaveTwo()
    {
        _world.Write(0);
        var first = _world.Save();
        _world.Write(1);
        return (first, _world.Save());
    }

    private Snapshot Drop(Snapshot snapshot)
    {
        _world.Forget(snapshot);
        return snapshot;
    }

    private void PruneTwice()
    {
        _world.Prune();
        _world.Clock.Now += PrunedWorld.Wait;
        _world.Prune();
    }

    private string[] Names() => [.. _world.Store.List("", default).Select(found => found.Name)];
}
