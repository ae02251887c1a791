using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Pruning;

/// <summary>Saves beside prunes, suspended at each of their calls.</summary>
public sealed class SaveSimulationTests(PruneHistory history) : PruneSimulation(history), IClassFixture<PruneHistory>
{
    private static readonly string[] HistoryNames = ["sweep", "slow", "sweep by a wrong clock", "forgotten", "leftovers", "two prunes"];

    /// <summary>What others do at two points in a save that relies on what is condemned: first, and then.</summary>
    public static TheoryData<string> Histories => [.. HistoryNames];

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
        3,
        Base,
        Now,
        store => Assert.NotNull(Save(store)),
        () =>
        {
            World.Prune();
            World.Clock.Now += 2 * Day - TimeSpan.FromMinutes(1);
            World.Prune();
        });

    [Fact]
    public void A_save_that_goes_on_at_any_call_of_a_sweep_by_a_wrong_clock_fails_or_is_whole()
    {
        var (saved, overtaken) = (0, 0);
        var jump = PrunedWorld.Wait + Day;
        var calls = Count(Base, Now, store => Save(store));
        var sweepCalls = Count(Condemned, DueTime, store => World.Prune(store));
        foreach (var (first, second) in TestLength.Choose([.. Enumerable.Range(0, calls).SelectMany(i => Enumerable.Range(0, sweepCalls).Select(j => (i, j)))], 5))
        {
            World.Reset(Base, Now);
            using var stopped = new ManualResetEventSlim();
            using var goesOn = new ManualResetEventSlim();
            var save = Task.Run(() => Save(new SteppedStore(World.Store, call =>
            {
                if (call != first)
                    return;
                stopped.Set();
                goesOn.Wait();
            })));
            WaitHandle.WaitAny([stopped.WaitHandle, ((IAsyncResult)save).AsyncWaitHandle]);
            World.Prune();
            World.Clock.Now += jump;
            Guard($"Save at call {first} of {calls}, sweep at call {second} of {sweepCalls}", () =>
            {
                World.Prune(new SteppedStore(World.Store, call =>
                {
                    if (call != second)
                        return;

                    // The clock was ahead when the prune looked, and is right for the save.
                    World.Clock.Now -= jump;
                    goesOn.Set();
                    save.Wait();
                    World.Clock.Now += jump;
                }));
                goesOn.Set();
                _ = save.Result is null ? overtaken++ : saved++;
                Settle(World.Store, Removed);
            });
        }

        Assert.True(saved > 0 && overtaken > 0, $"{saved} saves were made, {overtaken} were overtaken.");
    }

    private void SaveAtEveryPair(string history, TimeSpan? lateness)
    {
        var (saved, overtaken) = (0, 0);
        var calls = Count(Base, Now, store => Save(store));
        var pairs = Enumerable.Range(0, calls).SelectMany(i => Enumerable.Range(i, calls - i).Select(j => (i, j))).ToArray();
        foreach (var (first, second) in TestLength.ChooseShare(pairs, 1, Array.IndexOf(HistoryNames, history), HistoryNames.Length).Append((0, 0)).Append((calls / 5, calls / 2)))
        {
            World.Reset(Base, Now);
            IObjectStore shared = lateness is { } late ? new LateListings(World.Store, World.Clock, late) : World.Store;
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
                Settle(shared, Removed);
            });
        }

        Assert.True(saved > 0, "No save was made.");
        Assert.True(overtaken > 0 || history is "slow", "No save was overtaken.");
    }

    /// <summary>What happens at the first of two calls.</summary>
    private void Begin(string history, IObjectStore shared)
    {
        if (history == "leftovers")
            World.Clock.Now += 31 * Day;
        World.Prune(shared);
        if (history == "two prunes")
            World.Prune(shared);
    }

    /// <summary>What happens at the second of two calls.</summary>
    private void GoOn(string history, IObjectStore shared)
    {
        var jump = PrunedWorld.Wait + Day;
        switch (history)
        {
            case "slow":
                World.Clock.Now += 2 * Day - TimeSpan.FromHours(1);
                return;
            case "sweep by a wrong clock":
                World.Clock.Now += jump;
                World.Prune(shared);
                World.Clock.Now -= jump;
                return;
            case "forgotten":
                for (var i = 0; i < 4; i++)
                {
                    World.Clock.Now += jump;
                    World.Prune(shared);
                }

                return;
            default:
                World.Clock.Now += jump;
                World.Prune(shared);
                return;
        }
    }
}
