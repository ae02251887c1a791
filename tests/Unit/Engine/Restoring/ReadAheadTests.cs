using System.Collections.Concurrent;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Tests.Restoring;

/// <summary>A restore from another machine asks for much at once, with however few threads it works.</summary>
public sealed class ReadAheadTests : IDisposable
{
    private const int AtOnce = 2;
    private const int FileLength = 1_500_000;

    // More than one request fetches.
    private const int Files = 14;

    private readonly TestRepository _repository = new();
    private readonly TaskCompletionSource _allCame = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _reads;

    public ReadAheadTests()
    {
        for (var i = 0; i < Files; i++)
            _repository.Write($"{i}", TestRepository.RandomBytes(i, FileLength));
        _repository.Save();
    }

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Segments_are_read_several_at_once()
    {
        _repository.OpenStore = location => new MeetingStore(DirectoryObjectStore.Open(location), MeetAsync);
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMinutes(1));

        _repository.Restore(new RestoreRequest { Snapshot = "test", Path = _repository.Source, Destination = _repository.Destination, Threads = 1 }, giveUp.Token);

        Assert.Equal(TreeListing.Of(_repository.Source), TreeListing.Of(_repository.Destination));
    }

    [Fact]
    public void What_could_not_be_fetched_ahead_is_read_when_it_is_needed()
    {
        // Each part fails the first time, which is ahead. What is read again is read because it is needed.
        var tried = new ConcurrentDictionary<string, bool>();
        _repository.OpenStore = location => new MeetingStore(DirectoryObjectStore.Open(location), (parts, _) =>
            parts.Select(part => tried.TryAdd(part, true)).ToArray().Contains(true) ? throw new StorageException("StoreReadError", Errors.RekkordErrorKind.ReadError, "The line is down.", "packs") : Task.CompletedTask);

        _repository.RestoreSource();

        Assert.Empty(_repository.Failed);
        Assert.NotEmpty(tried);
        Assert.Equal(TreeListing.Of(_repository.Source), TreeListing.Of(_repository.Destination));
    }

    private Task MeetAsync(string[] parts, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _reads) == AtOnce)
            _allCame.SetResult();
        return _allCame.Task.WaitAsync(cancellation);
    }

    private sealed class MeetingStore(IObjectStore store, Func<string[], CancellationToken, Task> meet) : ObjectStoreDecorator(store)
    {
        public override StoreCapabilities Capabilities => base.Capabilities with { Connections = AtOnce, IsDistant = true };

        public override async ValueTask ReadAsync(string name, IReadOnlyList<ObjectRange> ranges, CancellationToken cancellation)
        {
            if (ranges[0].Buffer.Length > FileLength / 10)
                await meet([.. ranges.Select(range => $"{name} {range.Offset}")], cancellation);
            await base.ReadAsync(name, ranges, cancellation);
        }
    }
}
