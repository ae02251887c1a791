using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Pruning;

/// <summary>A copy that is damaged costs nothing for as long as the packs are there of which it is one, whatever happens beside a prune.</summary>
public sealed class DamagedCopyTests : IDisposable
{
    private const int Saves = 10;

    private readonly PrunedWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_repair_stores_again_what_otherwise_only_condemned_packs_have()
    {
        var copy = Merge();
        var isFirst = true;
        var firstOnly = new Lock();

        // The threads that delete wait for it.
        var result = _world.Prune(new HookedStore(_world.Store)
        {
            BeforeDelete = name =>
            {
                lock (firstOnly)
                {
                    if (!name.StartsWith(ObjectName.Packs, StringComparison.Ordinal) || !isFirst)
                        return;
                    isFirst = false;
                    _world.Store[copy][20] ^= 1;
                    Assert.NotEmpty(_world.Scan(full: true, repair: true).Problems);
                }
            },
        });

        Assert.True(result.DeletedPacks > 0);
        Assert.False(_world.Store.Exists(copy, default));
        _world.Check();
    }

    [Fact]
    public void A_copy_that_is_gone_when_the_sweep_was_put_does_not_count()
    {
        var copy = Merge();
        var records = 0;

        // The first only asks for the time.
        _world.Prune(new HookedStore(_world.Store)
        {
            BeforePut = name =>
            {
                if (name.StartsWith(ObjectName.Condemned, StringComparison.Ordinal) && ++records == 2)
                    _world.Store.Remove(copy);
            },
        });

        Assert.True(records >= 2);
        _world.Scan(repair: true);
        _world.Check();
    }

    [Fact]
    public void A_copy_that_is_damaged_before_the_sweep_does_not_count()
    {
        var copy = Merge();
        _world.Store[copy][20] ^= 1;

        _world.Prune();

        Assert.Contains(_world.Warnings, warning => warning.Contains(copy, StringComparison.Ordinal));
        Assert.NotEmpty(_world.Scan(full: true, repair: true).Problems);
        Assert.False(_world.Store.Exists(copy, default));
        _world.Check();
        _world.Clock.Now += PrunedWorld.Wait;
        _world.Prune();
        _world.Check();
    }

    private string Merge()
    {
        for (var state = 0; state < Saves; state++)
        {
            _world.WriteSmall(state);
            _world.Save();
        }

        _world.Clock.Now += PrunedWorld.Wait;
        Assert.True(_world.Prune().MergedPacks >= 2 * Saves);
        _world.Clock.Now += PrunedWorld.Wait;
        return _world.DataPacks().Single(CondemnedList.Load(_world.Open(), default).Records.SelectMany(mark => mark.Copies).Select(pack => ObjectName.ForPack(pack.ToArray())).Contains);
    }

    private sealed class HookedStore(IObjectStore store) : ObjectStoreDecorator(store, ownsStore: false)
    {
        public Action<string> BeforePut { get; init; } = static _ => { };

        public Action<string> BeforeDelete { get; init; } = static _ => { };

        public override ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
        {
            BeforePut(name);
            return Inner.PutAsync(name, content, mode, cancellation);
        }

        public override ValueTask DeleteAsync(string name, CancellationToken cancellation)
        {
            BeforeDelete(name);
            return Inner.DeleteAsync(name, cancellation);
        }
    }
}
