using System.Collections.Concurrent;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Memory;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>However long a pack takes to become durable, nothing that relies on it comes before it.</summary>
public sealed class CommitOrderTests(StoredHistory history) : IClassFixture<StoredHistory>
{
    [Fact]
    public void Packs_that_become_durable_in_reverse_order_come_before_the_index_the_snapshot_and_the_tag()
    {
        var saved = StoredHistory.Copy(history.Saved);
        var store = new ReversingStore(saved);

        var snapshot = history.Save(store).Snapshot.Id.ToString();

        Assert.Equal(["packs", "packs", "packs", "index", "snapshots", "tags"], store.Committed.Select(name => name[..name.IndexOf('/', StringComparison.Ordinal)]));
        Assert.Empty(history.Scan(saved).Problems);
        Assert.True(history.Restore(saved, snapshot));
    }

    /// <summary>Holds the first pack back until the second is durable.</summary>
    private sealed class ReversingStore(MemoryObjectStore store) : ObjectStoreDecorator(store, ownsStore: false)
    {
        private readonly TaskCompletionSource _secondIsDurable = new();
        private int _packs;

        public ConcurrentQueue<string> Committed { get; } = new();

        public override async ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
        {
            var pack = name.StartsWith("packs/", StringComparison.Ordinal) ? Interlocked.Increment(ref _packs) : 0;
            if (pack == 1)
                await _secondIsDurable.Task.WaitAsync(TimeSpan.FromMinutes(1), cancellation);
            var made = await Inner.PutAsync(name, content, mode, cancellation);
            Committed.Enqueue(name);
            if (pack == 2)
                _secondIsDurable.SetResult();
            return made;
        }
    }
}
