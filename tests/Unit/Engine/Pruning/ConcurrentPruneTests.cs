using System.Collections.Concurrent;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Pruning;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Retention;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Tests.Pruning;

/// <summary>Threads that save into a repository in a directory, each content again and again, beside one that removes and prunes all the time.</summary>
public sealed class ConcurrentPruneTests : IDisposable
{
    private const int Savers = 3;

    private readonly TestRepository _repository = new();
    private readonly ConcurrentDictionary<int, (string Id, SortedDictionary<string, string> Tree)> _last = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task What_was_reported_last_is_whole_and_a_scan_finds_nothing()
    {
        var rounds = TestLength.IsLong ? 200 : 6;
        var savers = Enumerable.Range(0, Savers).Select(saver => Task.Factory.StartNew(() => SaveAll(saver, rounds), TaskCreationOptions.LongRunning)).ToArray();
        var all = Task.WhenAll(savers);
        var deleted = 0;
        while (!all.IsCompleted)
            deleted += RemoveAndPrune();
        await all;
        deleted += RemoveAndPrune();

        Assert.True(deleted > 0);
        Assert.Equal(Savers, _last.Count);
        foreach (var (saver, (id, tree)) in _last)
        {
            var destination = $"{_repository.Destination}{saver}";
            Assert.Equal(0, _repository.Restore(new RestoreRequest { Snapshot = id, Path = SourceOf(saver), Destination = destination }).ErrorCount);
            Assert.Equal(tree, TreeListing.Of(destination));
        }

        Assert.Empty(_repository.Scan().Problems.Select(problem => problem.Message));
    }

    private string SourceOf(int saver) => Path.Combine(_repository.Source, $"{saver}");

    private void SaveAll(int saver, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            // Three states that come again, and are in part those of the others.
            _repository.Write($"{saver}/file", TestRepository.RandomBytes(round % 3, 100_000));
            _repository.Write($"{saver}/other", TestRepository.RandomBytes(10 + (saver * 3) + (round % 3), 50_000));
            var tree = TreeListing.Of(SourceOf(saver));
            try
            {
                var request = new SaveRequest { Channel = $"{saver}", Paths = [FileName.FromText(SourceOf(saver))], CacheDirectory = $"{_repository.CacheDirectory}{saver}" };
                _last[saver] = (_repository.Save(request).Snapshot.Id.ToString(), tree);
            }
            catch (RekkordException error) when (error.ErrorId == "SaveOvertaken")
            {
                // The marks are made older than they are, so that this happens.
                continue;
            }
        }
    }

    /// <summary>Removes all but the newest of each channel, and deletes what was removed before.</summary>
    /// <returns>How many packs were deleted.</returns>
    private int RemoveAndPrune()
    {
        using var repository = _repository.Open();
        var removal = new RemovalOperation(repository, static _ => { });
        var old = removal.Find(static _ => true, removed: false, CancellationToken.None)
            .GroupBy(snapshot => snapshot.Summary.Channel).SelectMany(channel => channel.OrderByDescending(snapshot => snapshot.Summary.Time).Skip(1)).ToArray();
        removal.Remove(old, force: true, CancellationToken.None);
        Prune();
        foreach (var mark in CondemnedList.Load(repository, CancellationToken.None).Records.Where(record => record.Kind == CondemnedKind.Mark))
            File.SetLastWriteTimeUtc(Path.Combine(_repository.Location, mark.Name), DateTime.UtcNow.AddDays(-8));
        return Prune();
    }

    private int Prune()
    {
        using var repository = _repository.Open();
        var operation = new PruneOperation(repository, new PruneRequest { CacheDirectory = $"{_repository.CacheDirectory}-prune" }, _repository.Warn);
        operation.Plan(CancellationToken.None);
        return operation.Run(CancellationToken.None).DeletedPacks;
    }
}
