using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Memory;

namespace Rekkord.Engine.Tests.Pruning;

/// <summary>
/// Suspends an operation at calls of the store while others work and time passes. Whatever was reported as saved, and is not removed, restores byte for byte, and
/// scans find nothing. The short form takes a spread of the calls, others for each case, the long form each, and each pair.
/// </summary>
/// <param name="history">What there is at the start.</param>
public abstract class PruneSimulation(PruneHistory history)
{
    private protected static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private protected PrunedWorld World { get; } = history.World;

    private protected Snapshot Removed { get; } = history.Removed;

    private protected MemoryObjectStore Base { get; } = history.Base;

    private protected DateTimeOffset Now { get; } = history.Now;

    private protected MemoryObjectStore Condemned { get; } = history.Condemned;

    private protected DateTimeOffset DueTime { get; } = history.Now + PrunedWorld.Wait;

    /// <summary>Runs an operation with others at work during one of its calls, then during another.</summary>
    private protected void AtEveryCall(
        int count, MemoryObjectStore from, DateTimeOffset now, Action<IObjectStore> operation, Action meanwhile, Func<bool>? isBack = null, int test = 0, int tests = 1)
    {
        var calls = Count(from, now, operation);
        foreach (var call in TestLength.ChooseShare([.. Enumerable.Range(0, calls)], count, test, tests))
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
                Snapshot[] gone = isBack?.Invoke() == true ? [] : [Removed];
                World.Check(gone);
                Settle(World.Store, gone);
            });
        }
    }

    /// <summary>Lets everything that was condemned be swept, and checks what must be there.</summary>
    private protected void Settle(IObjectStore shared, params Snapshot[] gone)
    {
        for (var i = 0; i < 2; i++)
        {
            World.Clock.Now += PrunedWorld.Wait + Day;
            World.Prune(shared);
        }

        World.Clock.Now += Day;
        World.Check(gone);
    }

    private protected int Count(MemoryObjectStore from, DateTimeOffset now, Action<IObjectStore> operation)
    {
        World.Reset(from, now);
        var stepped = new SteppedStore(World.Store);
        operation(stepped);
        Assert.True(stepped.Calls > 0, "Nothing was asked of the store.");
        return stepped.Calls;
    }

    /// <summary>Saves on a new machine.</summary>
    /// <returns>Null when the save was overtaken.</returns>
    private protected Snapshot? Save(IObjectStore store, string? machine = null)
    {
        try
        {
            return World.Save(store, machine ?? $"{Guid.NewGuid()}");
        }
        catch (RekkordException error) when (error.ErrorId == "SaveOvertaken")
        {
            return null;
        }
    }

    private protected static void Guard(string what, Action action)
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
}

/// <summary>
/// A repository whose first snapshot is removed, and which has small packs enough to be merged; and the same with what only that snapshot needs condemned, and the
/// small packs merged.
/// </summary>
public sealed class PruneHistory : IDisposable
{
    private const int SmallSaves = 8;

    /// <summary>Makes them.</summary>
    public PruneHistory()
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
