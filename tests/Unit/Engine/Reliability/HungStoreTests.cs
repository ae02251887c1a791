using System.Runtime.CompilerServices;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Memory;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>A store that does not answer any more holds up nobody who stops the command, whatever it was asked for.</summary>
public sealed class HungStoreTests(StoredHistory history) : IClassFixture<StoredHistory>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static TheoryData<string, string> Commands => new()
    {
        { "open", "rekkord" },
        { "list", "list tags/" },
        { "list", "tags/" },
        { "save", "index/" },
        { "save", "list packs/" },
        { "save", "put packs/" },
        { "save", "put snapshots/" },
        { "scan", "packs/" },
        { "scan", "tags/" },
        { "restore", "packs/" },
        { "repair", "put " },
        { "revoke", "put revoked/" },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Stopping_a_command_ends_a_call_that_never_returns(string command, string hangs)
    {
        var saved = StoredHistory.Copy(history.Saved);
        if (command == "repair")
            saved.List("tags/").ToList().ForEach(tag => saved.Remove(tag.Name));
        var store = new HungStore(saved, hangs);
        using var stop = new CancellationTokenSource();

        var running = Task.Run(() => Run(command, store, stop.Token), CancellationToken.None);
        await Task.WhenAny(running, store.Hangs.Task).WaitAsync(Patience, CancellationToken.None);
        Assert.True(store.Hangs.Task.IsCompleted, "It never came to the call that hangs.");
        Assert.False(running.IsCompleted, "It did not wait for the call.");
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Patience, CancellationToken.None));
        Assert.True(history.Restore(saved, history.EarlierId));
    }

    private void Run(string command, HungStore store, CancellationToken stop)
    {
        switch (command)
        {
            case "open":
                history.Open(store, stop).Dispose();
                break;
            case "list":
                new SnapshotStore(history.Open(store, stop)).List(static _ => { }, stop);
                break;
            case "save":
                history.Save(store, stop);
                break;
            case "scan":
                history.Scan(store, cancellation: stop);
                break;
            case "repair":
                history.Scan(store, repair: true, stop);
                break;
            case "restore":
                history.Restore(store, history.EarlierId, stop);
                break;
            default:
                new KeyRevocation(history.Open(store, stop), static _ => { }).Run(history.LostKeyId, distrustExisting: false, "", stop);
                break;
        }
    }

    /// <summary>A store of which a kind of call, once it was made, never returns until it is cancelled.</summary>
    private sealed class HungStore(MemoryObjectStore store, string hangs) : ObjectStoreDecorator(store, ownsStore: false)
    {
        public TaskCompletionSource Hangs { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation)
        {
            await HangAsync(name, cancellation);
            return await Inner.ReadAsync(name, maximumLength, cancellation);
        }

        public override async ValueTask ReadAsync(string name, IReadOnlyList<ObjectRange> ranges, CancellationToken cancellation)
        {
            await HangAsync(name, cancellation);
            await Inner.ReadAsync(name, ranges, cancellation);
        }

        public override async ValueTask<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellation)
        {
            await HangAsync(name, cancellation);
            return await Inner.OpenReadAsync(name, offset, cancellation);
        }

        public override async IAsyncEnumerable<ObjectInfo> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellation)
        {
            await HangAsync($"list {folder}", cancellation);
            await foreach (var found in Inner.ListAsync(folder, cancellation))
                yield return found;
        }

        public override async ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
        {
            await HangAsync($"put {name}", cancellation);
            return await Inner.PutAsync(name, content, mode, cancellation);
        }

        private async Task HangAsync(string call, CancellationToken cancellation)
        {
            if (!call.StartsWith(hangs, StringComparison.Ordinal))
                return;
            Hangs.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        }
    }
}
