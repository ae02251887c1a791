using Rekkord.Engine.Errors;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Memory;

namespace Rekkord.Engine.Tests.Pruning;

/// <summary>Prunes beside everything else, suspended or killed at each of their calls.</summary>
public sealed class PruneSimulationTests(PruneHistory history) : PruneSimulation(history), IClassFixture<PruneHistory>
{
    private static readonly string[] OtherNames = ["save", "two saves", "another prune", "scan", "bring back", "bring back and remove", "wait, prune and save"];

    public static TheoryData<string> Others => [.. OtherNames];

    [Theory]
    [MemberData(nameof(Others))]
    public void A_sweep_that_is_suspended_at_any_call_deletes_nothing_that_is_needed(string other) =>
        PruneAtEveryCall(Condemned, DueTime, other);

    [Theory]
    [MemberData(nameof(Others))]
    public void Nor_does_a_prune_that_is_suspended_while_it_condemns(string other) => PruneAtEveryCall(Base, Now, other);

    [Fact]
    public void A_sweep_that_is_killed_at_any_call_loses_nothing_and_the_next_run_finishes() => KillAtEveryCall(Condemned, DueTime);

    [Fact]
    public void Nor_does_one_that_is_killed_while_it_condemns() => KillAtEveryCall(Base, Now);

    [Fact]
    public void What_was_reported_as_brought_back_during_a_sweep_is_whole()
    {
        var reported = false;
        AtEveryCall(
            3,
            Condemned,
            DueTime,
            store => reported = World.BringBack(Removed, store),
            () => World.Prune(),
            () => reported);
    }

    [Fact]
    public void A_scan_during_which_a_sweep_runs_finds_nothing() => AtEveryCall(
        3, Condemned, DueTime, store => Assert.Empty(World.Scan(store).Problems.Select(problem => $"{problem.Kind}: {problem.Message}")), () => World.Prune());

    [Fact]
    public void A_repair_during_which_a_sweep_runs_loses_nothing() => AtEveryCall(
        3, Condemned, DueTime, store => Assert.Empty(World.Scan(store, repair: true).Problems.Select(problem => $"{problem.Kind}: {problem.Message}")), () => World.Prune());

    private void PruneAtEveryCall(MemoryObjectStore from, DateTimeOffset now, string other)
    {
        var isBack = false;
        AtEveryCall(
            1,
            from,
            now,
            store =>
            {
                isBack = false;
                World.Prune(store);
            },
            () => isBack = Meanwhile(other),
            () => isBack,
            Array.IndexOf(OtherNames, other),
            OtherNames.Length);
    }

    /// <summary>What others do.</summary>
    /// <returns>Whether the removed snapshot is back.</returns>
    private bool Meanwhile(string other)
    {
        switch (other)
        {
            case "save":
                Assert.NotNull(Save(World.Store));
                return false;
            case "two saves":
                Assert.NotNull(Save(World.Store, "both"));
                World.Clock.Now += 3 * Day;
                Assert.NotNull(Save(World.Store, "both"));
                return false;
            case "another prune":
                World.Prune();
                return false;
            case "scan":
                Assert.Empty(World.Scan().Problems.Select(problem => problem.Message));
                return false;
            case "bring back":
                return World.BringBack(Removed);
            case "bring back and remove":
                if (World.BringBack(Removed))
                    World.Remove(Removed);
                return false;
            case "wait, prune and save":
                for (var i = 0; i < 3; i++)
                {
                    World.Clock.Now += PrunedWorld.Wait + Day;
                    World.Prune();
                    Assert.NotNull(Save(World.Store));
                }

                return false;
            default:
                throw new ArgumentException(other, nameof(other));
        }
    }

    private void KillAtEveryCall(MemoryObjectStore from, DateTimeOffset now)
    {
        World.Reset(from, now);
        World.Prune();
        World.Clock.Now += PrunedWorld.Wait;
        World.Prune();
        var expected = World.SizeOf("packs/");

        var calls = Count(from, now, store => World.Prune(store));
        foreach (var call in TestLength.Choose([.. Enumerable.Range(0, calls)], 3))
        {
            World.Reset(from, now);
            SteppedStore? stepped = null;
            stepped = new SteppedStore(World.Store, number => { if (number == call) stepped!.Kill(); });
            Guard($"Killed at call {call} of {calls}", () =>
            {
                TryPrune(stepped);
                World.Check(Removed);
                Assert.NotNull(Save(World.Store));
                World.Prune();
                World.Check(Removed);
                Settle(World.Store, Removed);
                Assert.False(World.Store.Exists(Removed.ObjectName, default));
                Assert.True(World.SizeOf("packs/") <= 2 * expected);
            });
        }
    }

    /// <summary>Prunes until the process is killed. That call may not come: threads do not always do the same.</summary>
    private void TryPrune(SteppedStore store)
    {
        try
        {
            World.Prune(store);
        }
        catch (RekkordException error)
        {
            Assert.Contains("Killed", error.Message, StringComparison.Ordinal);
        }
    }
}
