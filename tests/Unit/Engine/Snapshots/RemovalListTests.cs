using Rekkord.Engine.Objects;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Tests.Pruning;

namespace Rekkord.Engine.Tests.Snapshots;

/// <summary>How what is removed is read where there are many records.</summary>
public sealed class RemovalListTests : IDisposable
{
    private const int Removals = 4;

    private readonly PrunedWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Where_the_store_is_far_away_several_records_are_read_at_a_time()
    {
        for (var state = 0; state < Removals; state++)
        {
            _world.WriteSmall(state);
            var saved = _world.Save();
            _world.Remove(saved);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var together = new CountdownEvent(2);
        using var repository = _world.Open(new WaitingStore(_world.Store, together));

        var removals = RemovalList.Load(repository, new SnapshotRecords(repository), new(StringComparer.Ordinal), limit.Token);

        Assert.Empty(removals.Unread);
        Assert.Equal(Removals, _world.Store.List("snapshots/", default).Count(snapshot => removals.Find(snapshot.Name) is not null));
    }

    /// <summary>A store that gives the first removal only when the next one is asked for.</summary>
    private sealed class WaitingStore(IObjectStore store, CountdownEvent together) : ObjectStoreDecorator(store, ownsStore: false)
    {
        private int _reads;

        public override StoreCapabilities Capabilities => base.Capabilities with { IsDistant = true, Connections = Removals };

        public override ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation)
        {
            if (name.StartsWith(ObjectName.Removals, StringComparison.Ordinal) && Interlocked.Increment(ref _reads) <= together.InitialCount)
            {
                together.Signal();
                together.Wait(cancellation);
            }

            return base.ReadAsync(name, maximumLength, cancellation);
        }
    }
}
