using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Pruning;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Pruning;

/// <summary>What is told of a repository: whether a prune is due, and what it would give, is what a prune then does.</summary>
public sealed class RepositorySurveyTests : IDisposable
{
    private readonly PrunedWorld _world = new();
    private readonly Lazy<RepositoryAccess> _reader;

    public RepositorySurveyTests() => _reader = new Lazy<RepositoryAccess>(() => _world.Open(KeyRole.ReadWrite));

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_prune_that_was_stopped_while_it_deleted_is_due()
    {
        var first = RemoveOne();
        _world.Prune();
        _world.Clock.Now += PrunedWorld.Wait;
        Assert.True(Count() is { IsPruneDue: true, RemovedSnapshots: 1, CondemnedPacks: > 0 });
        SteppedStore? dying = null;
        dying = new SteppedStore(_world.Store, _ =>
        {
            // Its snapshot is gone and its packs are not.
            if (!_world.Store.Exists(first.ObjectName, default))
                dying!.Kill();
        });
        Assert.Throws<StorageException>(() => _world.Prune(dying));

        Assert.True(Count() is { IsPruneDue: true, RemovedSnapshots: 0, CondemnedPacks: > 0 });
        var measured = Measure();
        Assert.Equal(_world.SizeOf("packs/"), measured.NeededSize + measured.BringBackSize + measured.UnneededSize);
        Assert.Equal(measured.DeletedSize, _world.Prune().DeletedSize);
        Assert.True(Count() is { IsPruneDue: false, CondemnedPacks: 0, OldestMark: null });
    }

    [Fact]
    public void What_waits_is_as_old_as_its_oldest_mark()
    {
        RemoveOne();
        _world.Prune();
        var marked = _world.Clock.Now;
        _world.Clock.Now += TimeSpan.FromDays(1);
        _world.Remove([.. new SnapshotStore(_world.Open()).List(Raise, default)]);
        Assert.True(Count() is { IsPruneDue: true });
        _world.Prune();
        _world.Clock.Now += TimeSpan.FromDays(1);

        var contents = Count();
        Assert.True(contents is { IsPruneDue: false, Snapshots: 0 });
        Assert.Equal((marked, TimeSpan.FromDays(2), marked + PrunedWorld.Wait), (contents.OldestMark, contents.OldestMarkAge, contents.NextSweep));
        Assert.Equal(contents.PackSize, Measure().BringBackSize);
    }

    [Fact]
    public void A_key_that_only_lists_is_told_nothing_of_what_is_condemned()
    {
        RemoveOne();
        _world.Prune();
        var survey = new RepositorySurvey(_world.Open(KeyRole.LogOnly), new PruneRequest(), Raise);
        var contents = survey.Count(default);
        Assert.True(contents is { RemovedSnapshots: 1, CondemnedPacks: null, OldestMark: null, IsPruneDue: null });
        Assert.Equal("KeyRoleInsufficient", Assert.Throws<RekkordException>(() => survey.Measure(Warn, default)).ErrorId);
    }

    private static void Raise(RekkordException error) => throw error;

    private static void Warn(string message) => Assert.Fail(message);

    private Snapshot RemoveOne()
    {
        _world.Write(1);
        var first = _world.Save();
        _world.Write(2);
        _world.Save();
        _world.Remove(first);
        return first;
    }

    private RepositoryContents Count() => Create().Count(default);

    private PruneResult Measure() => Create().Measure(Warn, default)!;

    private RepositorySurvey Create() => new(_reader.Value, new PruneRequest { SweepAfter = PrunedWorld.Wait }, Raise) { Clock = _world.Clock };
}
