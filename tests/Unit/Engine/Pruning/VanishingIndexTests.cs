using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Pruning;

/// <summary>Whoever reads indexes while a prune deletes packs and their indexes.</summary>
public sealed class VanishingIndexTests(PruneHistory history) : PruneSimulation(history), IClassFixture<PruneHistory>
{
    private const string Machine = "known";

    private static readonly string[] OperationNames = ["prune", "scan", "repair"];

    [Fact]
    public void A_save_for_which_indexes_vanish_while_it_reads_them_fails_or_is_whole()
    {
        var atOnce = 0;
        var removed = RemoveMore();
        WhileIndexesVanish(Now, calls => TestLength.Choose([.. Enumerable.Range(0, calls / 2)], 8), Run, PruneAndSweep, removed);
        Assert.True(atOnce > 0, "No save failed before it stored anything.");

        void Run(IObjectStore store)
        {
            if (Save(store, Machine) is null && !World.Store.List("packs/", default).Any(pack => pack.ModifiedTime == World.Clock.Now))
                atOnce++;
        }
    }

    public static TheoryData<string> Operations => [.. OperationNames];

    [Theory]
    [MemberData(nameof(Operations))]
    public void What_else_reads_indexes_that_vanish_loses_nothing_and_finds_nothing(string operation)
    {
        // The other prune has the same caches, so this one believes the indexes.
        var removed = RemoveMore();
        World.Prune();
        WhileIndexesVanish(DueTime, Choose, Run, operation == "prune" ? PruneAndSweep : () => World.Prune(), removed);

        IEnumerable<int> Choose(int calls) => TestLength.ChooseShare([.. Enumerable.Range(0, calls)], 4, Array.IndexOf(OperationNames, operation), OperationNames.Length);

        void Run(IObjectStore store)
        {
            if (operation == "prune")
                World.Prune(store);
            else
                Assert.Empty(World.Scan(store, repair: operation == "repair").Problems.Select(problem => $"{problem.Kind}: {problem.Message}"));
        }
    }

    /// <summary>Each of these snapshots has an index, and the machine knows that they are right. When one is gone, whoever reads them lists the packs once more.</summary>
    private Snapshot[] RemoveMore()
    {
        World.Reset(Base, Now);
        Snapshot[] removed = [Removed, .. new[] { 4, 2 }.Select(SaveAndRemove)];
        World.Write(0);
        return removed;

        Snapshot SaveAndRemove(int state)
        {
            World.Write(state);
            var saved = World.Save(machine: Machine);
            World.Remove(saved);
            return saved;
        }
    }

    private void PruneAndSweep()
    {
        World.Prune();
        World.Clock.Now += PrunedWorld.Wait + Day;
        World.Prune();
        World.Clock.Now += TimeSpan.FromMinutes(1);
    }

    /// <summary>Runs an operation on what there is. At one of its calls something deletes packs and their indexes.</summary>
    private void WhileIndexesVanish(DateTimeOffset now, Func<int, IEnumerable<int>> choose, Action<IObjectStore> operation, Action meanwhile, Snapshot[] removed)
    {
        var from = World.Store;
        var calls = Count(from, now, operation);
        foreach (var call in choose(calls))
        {
            World.Reset(from, now);
            var stepped = new SteppedStore(World.Store, number =>
            {
                if (number == call)
                    meanwhile();
            });
            Guard($"At call {call} of {calls}", () =>
            {
                operation(stepped);
                World.Check(removed);
            });
        }
    }
}
