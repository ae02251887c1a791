using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Pruning;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Pruning;

/// <summary>Which small packs a prune merges, and what that costs over the years.</summary>
public sealed class PackMergeTests : IDisposable
{
    private const int Enough = 10;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly PrunedWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void The_packs_of_many_small_saves_become_few_and_are_deleted_a_week_later()
    {
        SaveSmall(Enough);
        _world.Clock.Now += PrunedWorld.Wait;
        var before = CountPacks();

        var plan = _world.Plan();
        var merging = _world.Prune();

        Assert.True(merging is { MergedPacks: >= 2 * Enough, CondemnedPacks: 0, DeletedPacks: 0, MergeObstacle: null });
        Assert.Equal((plan.MergedPacks, plan.MergedSize), (merging.MergedPacks, merging.MergedSize));
        Assert.InRange(CountPacks(), before + 2, before + 4);
        Assert.Equal(0, _world.Save(machine: "new").Summary.AddedSize);
        _world.Check();

        _world.Clock.Now += PrunedWorld.Wait;
        Assert.Equal(merging.MergedPacks, _world.Prune().DeletedPacks);
        Assert.InRange(CountPacks(), 2, before + 4 - merging.MergedPacks);
        Assert.Equal(0, _world.Save(machine: "other").Summary.AddedSize);
        _world.Check();
    }

    [Fact]
    public void Young_packs_are_left_alone()
    {
        SaveSmall(Enough);
        _world.Clock.Now += PrunedWorld.Wait - TimeSpan.FromMinutes(1);

        Assert.Equal(0, _world.Prune().MergedPacks);
    }

    [Fact]
    public void A_few_packs_are_not_worth_it()
    {
        SaveSmall(Consolidation.Least - 2);
        _world.Clock.Now += PrunedWorld.Wait;

        Assert.Equal(0, _world.Prune().MergedPacks);
    }

    [Fact]
    public void Over_a_thousand_nights_there_are_few_packs_and_each_byte_is_copied_a_few_times()
    {
        const int Nights = 1000;
        const int Size = 1000;
        var now = DateTimeOffset.UnixEpoch;
        var packs = new List<(PackUse Use, DateTimeOffset Stored)>();
        var copied = 0L;
        for (var night = 0; night < Nights; night++)
        {
            packs.Add((new PackUse($"saved {night}", Size), now));
            var small = new SmallPacks(10 * Nights * Size, newest: now - PrunedWorld.Wait);
            packs.ForEach(pack => small.Add(new StoredPack(new byte[32], pack.Use.Size, default, new byte[2]), pack.Use, pack.Stored));
            if (small.Choose() is { Count: > 0 } chosen)
            {
                var size = chosen.Sum(pack => pack.Size);
                copied += size;
                packs.RemoveAll(pack => chosen.Contains(pack.Use));
                packs.Add((new PackUse($"merged {night}", size), now));
            }

            now += Day;
        }

        // Those of a week, up to eight that wait for others, and the logarithm of all.
        Assert.InRange(packs.Count, 1, 7 + 8 + 10);
        Assert.InRange(copied, 1, 10L * Nights * Size);
        Assert.Equal(Nights * Size, packs.Sum(pack => pack.Use.Size));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void So_it_is_for_packs_of_any_size(int seed)
    {
        const int Nights = 1000;
        var random = new Random(seed);
        long[] sizes = [.. Enumerable.Range(0, Nights).Select(_ => (long)Math.Exp(random.NextDouble() * 14) + 300)];
        var packs = new List<long>();
        var (copied, most) = (0L, 0);
        foreach (var size in sizes)
        {
            packs.Add(size);
            var chosen = Choose(packs);
            chosen.ForEach(one => packs.Remove(one));
            if (chosen.Count > 0)
                packs.Add(chosen.Sum());
            copied += chosen.Sum();
            most = Math.Max(most, packs.Count);
        }

        Assert.InRange(most, 1, 30);
        Assert.InRange(copied, 1, 6 * sizes.Sum());
        Assert.Equal(sizes.Sum(), packs.Sum());
    }

    [Fact]
    public void A_tiny_pack_keeps_no_others_from_being_merged()
    {
        Assert.Equal(900, Choose([500, .. Enumerable.Repeat(5000L, 900)]).Count);
        Assert.Equal(9, Choose([500, 600, .. Enumerable.Repeat(5000L, 9), 1_000_000]).Count);
        Assert.Empty(Choose([500, .. Enumerable.Repeat(5000L, Consolidation.Least - 1)]));
    }

    [Fact]
    public void What_a_removed_snapshot_needs_by_itself_is_not_merged_and_can_be_brought_back()
    {
        SaveSmall(Enough);
        var before = NamesOfPacks();
        _world.WriteSmall(Enough);
        _world.WriteSmall(Enough + 1, "kept");
        _world.WriteSmall(Enough + 2, "kept, too");
        var removed = _world.Save();
        var own = NamesOfPacks().Except(before).ToArray();
        _world.WriteSmall(0);
        _world.Save();
        _world.Clock.Now += PrunedWorld.Wait;
        _world.Remove(removed);

        // Its directory is dead. The pack of its files has two that others need.
        Assert.True(_world.Prune() is { MergedPacks: > Enough, CondemnedPacks: 1 });
        Assert.Single(CondemnedList.Load(_world.Open(), default).Packs.Intersect(own));
        _world.Clock.Now += PrunedWorld.Wait - Day;
        _world.Prune();
        Assert.True(_world.BringBack(removed));
        _world.Clock.Now += 2 * Day;
        _world.Prune();
        _world.Check();
    }

    [Fact]
    public void A_snapshot_that_is_removed_after_its_packs_were_merged_can_be_brought_back()
    {
        var saves = SaveSmall(Enough);
        _world.Clock.Now += PrunedWorld.Wait;
        _world.Prune();
        _world.Remove(saves[2]);
        _world.Clock.Now += PrunedWorld.Wait;
        _world.Prune();

        Assert.True(_world.BringBack(saves[2]));
        _world.Check();
    }

    [Fact]
    public void Nothing_is_merged_where_the_store_retains_what_it_has()
    {
        SaveSmall(Enough);
        _world.Clock.Now += PrunedWorld.Wait;
        var repository = _world.Open();
        repository.RetainDuration = TimeSpan.FromDays(30);

        var result = _world.Prune(repository: repository);

        Assert.Equal(0, result.MergedPacks);
        Assert.Contains("RetainDuration", result.MergeObstacle, StringComparison.Ordinal);
        Assert.Empty(_world.Store.List("condemned/", default));
    }

    [Fact]
    public void Nothing_is_merged_where_the_store_has_just_refused_to_delete()
    {
        _world.Write(0);
        var first = _world.Save();
        _world.Write(1);
        SaveSmall(Enough);
        _world.Remove(first);
        _world.Prune();
        _world.Clock.Now += PrunedWorld.Wait;
        foreach (var pack in _world.Store.List("packs/", default).ToArray())
            _world.Store.Retain(pack.Name, DateTimeOffset.UtcNow.AddHours(1), default);
        Assert.True(_world.Plan().MergedPacks > 0);

        var result = _world.Prune();

        Assert.True(result is { MergedPacks: 0, RefusedObjects: > 0 });
        Assert.Contains("does not delete", result.MergeObstacle, StringComparison.Ordinal);
        _world.Check(first);
    }

    [Fact]
    public void A_damaged_pack_stays_and_the_others_are_merged()
    {
        SaveSmall(Enough);
        _world.Clock.Now += PrunedWorld.Wait;
        var damaged = _world.DataPacks()[0];
        _world.Store[damaged][20] ^= 1;
        var planned = _world.Plan().MergedPacks;

        Assert.Equal(planned - 1, _world.Prune().MergedPacks);
        Assert.Contains(_world.Warnings, warning => warning.Contains(damaged, StringComparison.Ordinal));
        _world.Clock.Now += PrunedWorld.Wait;
        _world.Prune();
        Assert.True(_world.Store.Exists(damaged, default));
    }

    [Fact]
    public void Nothing_is_copied_of_a_damaged_pack_again_and_again_and_a_repair_settles_it()
    {
        // A small pack of several segments. Its end is damaged.
        File.WriteAllBytes(Path.Combine(_world.Source, "bits"), [.. TestRepository.RandomBytes(1, 80_000).Select(value => (byte)(value & 1))]);
        _world.Save();
        var damaged = Assert.Single(_world.DataPacks());
        SaveSmall(Enough, length: 3_000);
        _world.Clock.Now += PrunedWorld.Wait;
        _world.Store[damaged][^2000] ^= 1;
        var before = NamesOfPacks();

        Assert.True(_world.Prune().MergedPacks > 0);

        Assert.Contains(_world.Warnings, warning => warning.Contains(damaged, StringComparison.Ordinal) && warning.Contains("Invoke-RekkordScan -Full -Repair", StringComparison.Ordinal));
        Assert.Empty(NamesOfPacks().Except(before).SelectMany(BlobsOf).Intersect(BlobsOf(damaged)));
        _world.Warnings.Clear();
        _world.Scan(full: true, repair: true);
        _world.Clock.Now += PrunedWorld.Wait;
        _world.Prune();
        Assert.Empty(_world.Warnings);
    }

    [Fact]
    public void A_store_that_does_not_take_a_copy_ends_the_run_and_no_pack_is_blamed()
    {
        SaveSmall(2 * Enough, length: 12_000);
        _world.Clock.Now += PrunedWorld.Wait;

        Assert.Throws<StorageException>(() => _world.Prune(new FailingStore(_world.Store, pack => pack == 0)));
        Assert.Empty(_world.Warnings);
        _world.Check();
    }

    [Fact]
    public void What_is_dead_is_condemned_though_nothing_can_be_copied()
    {
        _world.Write(0);
        var first = _world.Save();
        _world.Write(1);
        SaveSmall(Enough);
        _world.Clock.Now += PrunedWorld.Wait;
        _world.Remove(first);

        Assert.Throws<StorageException>(() => _world.Prune(new FailingStore(_world.Store, pack => true)));

        var mark = Assert.Single(CondemnedList.Load(_world.Open(), default).Records);
        Assert.Equal(first.ObjectName, ObjectName.For(ObjectName.Snapshots, Assert.Single(mark.Snapshots).ToArray()));
        Assert.NotEmpty(mark.Packs);
        Assert.Empty(mark.Copies);
        _world.Clock.Now += PrunedWorld.Wait;
        Assert.True(_world.Prune() is { DeletedPacks: > 0, Snapshots.Count: 1 });
        _world.Check(first);
    }

    [Fact]
    public void What_was_merged_before_a_run_is_stopped_counts()
    {
        const int Copies = 7;
        SaveSmall(4 * Enough, length: 12_000);
        _world.Clock.Now += PrunedWorld.Wait;
        var planned = _world.Plan().MergedPacks;

        Assert.Throws<StorageException>(() => _world.Prune(new FailingStore(_world.Store, pack => pack >= Copies)));

        var marks = CondemnedList.Load(_world.Open(), default);
        Assert.InRange(marks.Packs.Count, 1, planned - 1);
        Assert.InRange(marks.Records.Sum(mark => mark.Copies.Count), 1, Copies);
        Assert.InRange(_world.Prune().MergedPacks, 1, planned - marks.Packs.Count);
        _world.Clock.Now += PrunedWorld.Wait;
        Assert.True(_world.Prune().DeletedPacks >= marks.Packs.Count);
        _world.Check();
    }

    [Fact]
    public void What_another_prune_has_done_since_the_plan_is_not_done_again()
    {
        _world.Write(0);
        var first = _world.Save();
        _world.Write(1);
        SaveSmall(Enough);
        _world.Clock.Now += PrunedWorld.Wait;
        _world.Remove(first);
        var waiting = _world.CreatePrune(_world.Open());
        Assert.True(waiting.Plan(default) is { CondemnedPacks: > 0, MergedPacks: > 0 });
        _world.Prune();
        var packs = NamesOfPacks();

        Assert.True(waiting.Run(default) is { CondemnedPacks: 0, MergedPacks: 0 });

        Assert.Equal(packs, NamesOfPacks());
        _world.Check(first);
    }

    [Fact]
    public void Packs_with_as_many_blobs_as_one_takes_are_no_small_packs()
    {
        var small = new SmallPacks(packSize: 32 * 1024 * 1024, newest: DateTimeOffset.UtcNow);
        for (var i = 0; i < 2 * Enough; i++)
        {
            var pack = new StoredPack(new byte[32], 1024 * 1024, default, new byte[PackWriter.ContentsSize]);
            small.Add(pack, new PackUse($"{i}", pack.Size), DateTimeOffset.UnixEpoch);
        }

        Assert.Empty(small.Choose());
    }

    [Fact]
    public void A_run_copies_at_most_so_much_and_the_next_goes_on()
    {
        const int PackSize = 1024;
        var small = new SmallPacks(PackSize, newest: DateTimeOffset.UtcNow);
        for (var i = 0; i < 1000; i++)
            small.Add(new StoredPack(new byte[32], PackSize / 4, default, new byte[2]), new PackUse($"{i}", PackSize / 4), DateTimeOffset.UnixEpoch);

        Assert.Equal(256, small.Choose().Count);
    }

    /// <summary>The sizes of those that are merged of packs of some sizes.</summary>
    private static List<long> Choose(IEnumerable<long> sizes)
    {
        var small = new SmallPacks(packSize: int.MaxValue, newest: DateTimeOffset.UtcNow);
        foreach (var size in sizes)
            small.Add(new StoredPack(new byte[32], size, default, new byte[2]), new PackUse("", size), DateTimeOffset.UnixEpoch);
        return [.. small.Choose().Select(pack => pack.Size)];
    }

    private List<Snapshot> SaveSmall(int count, int length = 300) => [.. Enumerable.Range(0, count).Select(state =>
    {
        _world.WriteSmall(state, length: length);
        return _world.Save();
    })];

    private List<Oid> BlobsOf(string pack)
    {
        var blobs = new List<Oid>();
        foreach (var blob in TableOfContentsReader.BlobsOf(PackTables.Read(_world.Open(), _world.Store.Find(pack, default)!, default)))
            blobs.Add(blob.Oid);
        return blobs;
    }

    private string[] NamesOfPacks() => [.. _world.Store.List("packs/", default).Select(pack => pack.Name)];

    private int CountPacks() => _world.Store.List("packs/", default).Count;

    /// <summary>A store that does not take some packs, by their number, because their folder is gone.</summary>
    private sealed class FailingStore(IObjectStore store, Predicate<int> fails) : ObjectStoreDecorator(store, ownsStore: false)
    {
        private int _packs;

        public override ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation) =>
            name.StartsWith(ObjectName.Packs, StringComparison.Ordinal) && fails(Interlocked.Increment(ref _packs) - 1)
                ? throw StorageException.NotFound(Location, name)
                : Inner.PutAsync(name, content, mode, cancellation);
    }
}
