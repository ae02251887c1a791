using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Memory;

namespace Rekkord.Engine.Tests.Pruning;

/// <summary>
/// Prunes beside everything else, with each operation suspended at each of its calls of the store while others work and time passes. Whatever was reported as
/// saved, and is not removed, restores byte for byte, and scans find nothing. The short form takes a spread of the calls, the long form each, and each pair.
/// </summary>
public sealed class PruneSimulationTests(PruneSimulationTests.History history) : IClassFixture<PruneSimulationTests.History>
{
    private const string Machine = "known";

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly PrunedWorld _world = history.World;
    private readonly Snapshot _removed = history.Removed;
    private readonly MemoryObjectStore _base = history.Base;
    private readonly DateTimeOffset _now = history.Now;
    private readonly MemoryObjectStore _condemned = history.Condemned;
    private readonly DateTimeOffset _dueTime = history.Now + PrunedWorld.Wait;

    /// <summary>What others do at two points in a save that relies on what is condemned: first, and then.</summary>
    public static TheoryData<string> Histories => ["sweep", "slow", "sweep by a wrong clock", "forgotten", "leftovers", "two prunes"];

    [Theory]
    [MemberData(nameof(Histories))]
    public void A_save_that_is_overtaken_at_any_two_calls_fails_or_is_whole(string history) => SaveAtEveryPair(history, lateness: null);

    [Theory]
    [InlineData("sweep")]
    [InlineData("slow")]
    [InlineData("forgotten")]
    [InlineData("leftovers")]
    public void The_same_where_listings_are_most_of_a_day_late(string history) => SaveAtEveryPair(history, TimeSpan.FromHours(23));

    [Fact]
    public void A_save_of_less_than_two_days_is_never_overtaken() => AtEveryCall(
        4,
        _base,
        _now,
        store => Assert.NotNull(Save(store)),
        () =>
        {
            _world.Prune();
            _world.Clock.Now += 2 * Day - TimeSpan.FromMinutes(1);
            _world.Prune();
        });

    [Fact]
    public void A_save_for_which_indexes_vanish_while_it_reads_them_fails_or_is_whole()
    {
        var atOnce = 0;
        var removed = RemoveMore();
        WhileIndexesVanish(_now, calls => calls / 2, Run, PruneAndSweep, removed);
        Assert.True(atOnce > 0, "No save failed before it stored anything.");

        void Run(IObjectStore store)
        {
            if (Save(store, Machine) is null && !_world.Store.List("packs/", default).Any(pack => pack.ModifiedTime == _world.Clock.Now))
                atOnce++;
        }
    }

    [Theory]
    [InlineData("prune")]
    [InlineData("scan")]
    [InlineData("repair")]
    public void What_else_reads_indexes_that_vanish_loses_nothing_and_finds_nothing(string operation)
    {
        // The other prune has the same caches, so this one believes the indexes.
        var removed = RemoveMore();
        _world.Prune();
        WhileIndexesVanish(_dueTime, calls => calls, Run, operation == "prune" ? PruneAndSweep : () => _world.Prune(), removed);

        void Run(IObjectStore store)
        {
            if (operation == "prune")
                _world.Prune(store);
            else
                Assert.Empty(_world.Scan(store, repair: operation == "repair").Problems.Select(problem => $"{problem.Kind}: {problem.Message}"));
        }
    }

    /// <summary>Each of these snapshots has an index, and the machine knows that they are right. When one is gone, whoever reads them lists the packs once more.</summary>
    private Snapshot[] RemoveMore()
    {
        _world.Reset(_base, _now);
        Snapshot[] removed = [_removed, .. new[] { 4, 2 }.Select(SaveAndRemove)];
        _world.Write(0);
        return removed;

        Snapshot SaveAndRemove(int state)
        {
            _world.Write(state);
            var saved = _world.Save(machine: Machine);
            _world.Remove(saved);
            return saved;
        }
    }

    private void PruneAndSweep()
    {
        _world.Prune();
        _world.Clock.Now += PrunedWorld.Wait + Day;
        _world.Prune();
        _world.Clock.Now += TimeSpan.FromMinutes(1);
    }

    /// <summary>Runs an operation on what there is. At one of its first calls something deletes packs and their indexes.</summary>
    private void WhileIndexesVanish(DateTimeOffset now, Func<int, int> firstOf, Action<IObjectStore> operation, Action meanwhile, Snapshot[] removed)
    {
        var from = _world.Store;
        var calls = Count(from, now, operation);
        foreach (var call in TestLength.Choose([.. Enumerable.Range(0, firstOf(calls))], 20))
        {
            _world.Reset(from, now);
            var stepped = new SteppedStore(_world.Store, number =>
            {
                if (number == call)
                    meanwhile();
            });
            Guard($"At call {call} of {calls}", () =>
            {
                operation(stepped);
                _world.Check(removed);
            });
        }
    }

    [Fact]
    public void A_save_that_goes_on_at_any_call_of_a_sweep_by_a_wrong_clock_fails_or_is_whole()
    {
        var (saved, overtaken) = (0, 0);
        var jump = PrunedWorld.Wait + Day;
        var calls = Count(_base, _now, store => Save(store));
        var sweepCalls = Count(_condemned, _dueTime, store => _world.Prune(store));
        foreach (var (first, second) in TestLength.Choose([.. Enumerable.Range(0, calls).SelectMany(i => Enumerable.Range(0, sweepCalls).Select(j => (i, j)))], 7))
        {
            _world.Reset(_base, _now);
            using var stopped = new ManualResetEventSlim();
            using var goesOn = new ManualResetEventSlim();
            var save = Task.Run(() => Save(new SteppedStore(_world.Store, call =>
            {
                if (call != first)
                    return;
                stopped.Set();
                goesOn.Wait();
            })));
            WaitHandle.WaitAny([stopped.WaitHandle, ((IAsyncResult)save).AsyncWaitHandle]);
            _world.Prune();
            _world.Clock.Now += jump;
            Guard($"Save at call {first} of {calls}, sweep at call {second} of {sweepCalls}", () =>
            {
                _world.Prune(new SteppedStore(_world.Store, call =>
                {
                    if (call != second)
                        return;

                    // The clock was ahead when the prune looked, and is right for the save.
                    _world.Clock.Now -= jump;
                    goesOn.Set();
                    save.Wait();
                    _world.Clock.Now += jump;
                }));
                goesOn.Set();
                _ = save.Result is null ? overtaken++ : saved++;
                Settle(_world.Store, _removed);
            });
        }

        Assert.True(saved > 0 && overtaken > 0, $"{saved} saves were made, {overtaken} were overtaken.");
    }

    public static TheoryData<string> Others => ["save", "two saves", "another prune", "scan", "bring back", "bring back and remove", "wait, prune and save"];

    [Theory]
    [MemberData(nameof(Others))]
    public void A_sweep_that_is_suspended_at_any_call_deletes_nothing_that_is_needed(string other) =>
        PruneAtEveryCall(_condemned, _dueTime, other);

    [Theory]
    [MemberData(nameof(Others))]
    public void Nor_does_a_prune_that_is_suspended_while_it_condemns(string other) => PruneAtEveryCall(_base, _now, other);

    [Fact]
    public void A_sweep_that_is_killed_at_any_call_loses_nothing_and_the_next_run_finishes() => KillAtEveryCall(_condemned, _dueTime);

    [Fact]
    public void Nor_does_one_that_is_killed_while_it_condemns() => KillAtEveryCall(_base, _now);

    [Fact]
    public void What_was_reported_as_brought_back_during_a_sweep_is_whole()
    {
        var reported = false;
        AtEveryCall(
            5,
            _condemned,
            _dueTime,
            store => reported = _world.BringBack(_removed, store),
            () => _world.Prune(),
            () => reported);
    }

    [Fact]
    public void A_scan_during_which_a_sweep_runs_finds_nothing() => AtEveryCall(
        5, _condemned, _dueTime, store => Assert.Empty(_world.Scan(store).Problems.Select(problem => $"{problem.Kind}: {problem.Message}")), () => _world.Prune());

    [Fact]
    public void A_repair_during_which_a_sweep_runs_loses_nothing() => AtEveryCall(
        5, _condemned, _dueTime, store => Assert.Empty(_world.Scan(store, repair: true).Problems.Select(problem => $"{problem.Kind}: {problem.Message}")), () => _world.Prune());

    private void SaveAtEveryPair(string history, TimeSpan? lateness)
    {
        var (saved, overtaken) = (0, 0);
        var calls = Count(_base, _now, store => Save(store));
        var pairs = Enumerable.Range(0, calls).SelectMany(i => Enumerable.Range(i, calls - i).Select(j => (i, j))).ToArray();
        foreach (var (first, second) in TestLength.Choose(pairs, 3).Append((calls / 5, calls / 2)))
        {
            _world.Reset(_base, _now);
            IObjectStore shared = lateness is { } late ? new LateListings(_world.Store, _world.Clock, late) : _world.Store;
            var stepped = new SteppedStore(shared, call =>
            {
                if (call == first)
                    Begin(history, shared);
                if (call == second)
                    GoOn(history, shared);
            });
            Guard($"{history}: calls {first} and {second} of {calls}", () =>
            {
                _ = Save(stepped) is null ? overtaken++ : saved++;
                Settle(shared, _removed);
            });
        }

        Assert.True(saved > 0, "No save was made.");
        Assert.True(overtaken > 0 || history is "slow", "No save was overtaken.");
    }

    /// <summary>What happens at the first of two calls.</summary>
    private void Begin(string history, IObjectStore shared)
    {
        if (history == "leftovers")
            _world.Clock.Now += 31 * Day;
        _world.Prune(shared);
        if (history == "two prunes")
            _world.Prune(shared);
    }

    /// <summary>What happens at the second of two calls.</summary>
    private void GoOn(string history, IObjectStore shared)
    {
        var jump = PrunedWorld.Wait + Day;
        switch (history)
        {
            case "slow":
                _world.Clock.Now += 2 * Day - TimeSpan.FromHours(1);
                return;
            case "sweep by a wrong clock":
                _world.Clock.Now += jump;
                _world.Prune(shared);
                _world.Clock.Now -= jump;
                return;
            case "forgotten":
                for (var i = 0; i < 4; i++)
                {
                    _world.Clock.Now += jump;
                    _world.Prune(shared);
                }

                return;
            default:
                _world.Clock.Now += jump;
                _world.Prune(shared);
                return;
        }
    }

    private void PruneAtEveryCall(MemoryObjectStore from, DateTimeOffset now, string other)
    {
        var isBack = false;
        AtEveryCall(
            3,
            from,
            now,
            store =>
            {
                isBack = false;
                _world.Prune(store);
            },
            () => isBack = Meanwhile(other),
            () => isBack);
    }

    /// <summary>What others do.</summary>
    /// <returns>Whether the removed snapshot is back.</returns>
    private bool Meanwhile(string other)
    {
        switch (other)
        {
            case "save":
                Assert.NotNull(Save(_world.Store));
                return false;
            case "two saves":
                Assert.NotNull(Save(_world.Store, "both"));
                _world.Clock.Now += 3 * Day;
                Assert.NotNull(Save(_world.Store, "both"));
                return false;
            case "another prune":
                _world.Prune();
                return false;
            case "scan":
                Assert.Empty(_world.Scan().Problems.Select(problem => problem.Message));
                return false;
            case "bring back":
                return _world.BringBack(_removed);
            case "bring back and remove":
                if (_world.BringBack(_removed))
                    _world.Remove(_removed);
                return false;
            case "wait, prune and save":
                for (var i = 0; i < 3; i++)
                {
                    _world.Clock.Now += PrunedWorld.Wait + Day;
                    _world.Prune();
                    Assert.NotNull(Save(_world.Store));
                }

                return false;
            default:
                throw new ArgumentException(other, nameof(other));
        }
    }

    private void KillAtEveryCall(MemoryObjectStore from, DateTimeOffset now)
    {
        _world.Reset(from, now);
        _world.Prune();
        _world.Clock.Now += PrunedWorld.Wait;
        _world.Prune();
        var expected = _world.SizeOf("packs/");

        var calls = Count(from, now, store => _world.Prune(store));
        foreach (var call in TestLength.Choose([.. Enumerable.Range(0, calls)], 5))
        {
            _world.Reset(from, now);
            SteppedStore? stepped = null;
            stepped = new SteppedStore(_world.Store, number => { if (number == call) stepped!.Kill(); });
            Guard($"Killed at call {call} of {calls}", () =>
            {
                TryPrune(stepped);
                _world.Check(_removed);
                Assert.NotNull(Save(_world.Store));
                _world.Prune();
                _world.Check(_removed);
                Settle(_world.Store, _removed);
                Assert.False(_world.Store.Exists(_removed.ObjectName, default));
                Assert.True(_world.SizeOf("packs/") <= 2 * expected);
            });
        }
    }

    /// <summary>Runs an operation with others at work during one of its calls, then during another.</summary>
    private void AtEveryCall(int count, MemoryObjectStore from, DateTimeOffset now, Action<IObjectStore> operation, Action meanwhile, Func<bool>? isBack = null)
    {
        var calls = Count(from, now, operation);
        foreach (var call in TestLength.Choose([.. Enumerable.Range(0, calls)], count))
        {
            _world.Reset(from, now);
            var stepped = new SteppedStore(_world.Store, number =>
            {
                if (number == call)
                    meanwhile();
            });
            Guard($"At call {call} of {calls}", () =>
            {
                operation(stepped);
                Snapshot[] gone = isBack?.Invoke() == true ? [] : [_removed];
                _world.Check(gone);
                Settle(_world.Store, gone);
            });
        }
    }

    /// <summary>Lets everything that was condemned be swept, and checks what must be there.</summary>
    private void Settle(IObjectStore shared, params Snapshot[] gone)
    {
        for (var i = 0; i < 2; i++)
        {
            _world.Clock.Now += PrunedWorld.Wait + Day;
            _world.Prune(shared);
        }

        _world.Clock.Now += Day;
        _world.Check(gone);
    }

    private int Count(MemoryObjectStore from, DateTimeOffset now, Action<IObjectStore> operation)
    {
        _world.Reset(from, now);
        var stepped = new SteppedStore(_world.Store);
        operation(stepped);
        Assert.True(stepped.Calls > 0, "Nothing was asked of the store.");
        return stepped.Calls;
    }

    /// <summary>Saves on a new machine.</summary>
    /// <returns>Null when the save was overtaken.</returns>
    private Snapshot? Save(IObjectStore store, string? machine = null)
    {
        try
        {
            return _world.Save(store, machine ?? $"{Guid.NewGuid()}");
        }
        catch (RekkordException error) when (error.ErrorId == "SaveOvertaken")
        {
            return null;
        }
    }

    /// <summary>Prunes until the process is killed. That call may not come: threads do not always do the same.</summary>
    private void TryPrune(SteppedStore store)
    {
        try
        {
            _world.Prune(store);
        }
        catch (RekkordException error)
        {
            Assert.Contains("Killed", error.Message, StringComparison.Ordinal);
        }
    }

    private static void Guard(string what, Action action)
    {
        try
        {
            action();
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{what}: {error.Message}", error);
        }
    }

    /// <summary>
    /// A repository whose first snapshot is removed, and which has small packs enough to be merged; and the same with what only that snapshot needs condemned, and the
    /// small packs merged.
    /// </summary>
    public sealed class History : IDisposable
    {
        private const int SmallSaves = 8;

        /// <summary>Makes them.</summary>
        public History()
        {
            World.Write(0);
            Removed = World.Save();
            World.Write(1);
            World.Save();
            for (var state = 0; state < SmallSaves; state++)
            {
                // What these need the scans see.
                World.WriteSmall(state);
                World.Forget(World.Save());
            }

            World.Remove(Removed);
            World.Clock.Now += PrunedWorld.Wait;
            (Base, Now) = (World.Store, World.Clock.Now);
            World.Reset(Base, Now);
            Assert.True(World.Prune() is { CondemnedPacks: > 0, MergedPacks: >= 2 * SmallSaves });
            Condemned = World.Store;

            // What saves find is the content of the removed snapshot.
            World.Write(0);
        }

        internal PrunedWorld World { get; } = new();

        internal Snapshot Removed { get; }

        internal MemoryObjectStore Base { get; }

        internal DateTimeOffset Now { get; }

        internal MemoryObjectStore Condemned { get; }

        /// <inheritdoc/>
        public void Dispose() => World.Dispose();
    }
}
