using Rekkord.Engine.Errors;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Memory;
using Rekkord.Engine.Storage.Retrying;

namespace Rekkord.Engine.Tests.Storage;

/// <summary>What is repeated, how often and after which pauses, and what becomes of a request whose answer was lost.</summary>
public sealed class RetryingStoreTests : IDisposable
{
    private readonly MemoryObjectStore _memory = new();
    private readonly InstantClock _clock = new();
    private readonly List<string> _notes = [];
    private readonly RetryPolicy _policy;

    public RetryingStoreTests()
    {
        _memory["object"] = [1, 2, 3];
        _policy = new RetryPolicy { Attempts = 5, FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(3), Time = _clock, Random = static () => 0.5 };
    }

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void A_request_is_repeated_after_pauses_that_grow_up_to_a_limit_and_each_time_is_told()
    {
        var store = Open(new FailingStore(_memory, failures: 4));

        Assert.Equal([1, 2, 3], store.Read("object", 3));

        Assert.Equal([0.75, 1.5, 2.25, 2.25], _clock.Pauses.Select(pause => pause.TotalSeconds));
        Assert.Equal(4, _notes.Count);
        Assert.Contains("Trying again in 0.8 s (attempt 2 of 5).", _notes[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(0.999, 0.5)]
    public void A_random_part_of_each_pause_is_left_out(double random, double seconds) =>
        Assert.Equal(seconds, (_policy with { Random = () => random }).PauseAfter(1).TotalSeconds, 0.01);

    [Fact]
    public void After_the_last_attempt_the_error_counts()
    {
        var failing = new FailingStore(_memory, failures: 100);

        Assert.True(Assert.Throws<StorageException>(() => Open(failing).Read("object", 3)).IsTransient);

        Assert.Equal(5, failing.Calls);
        Assert.Equal(4, _notes.Count);
    }

    [Fact]
    public void What_will_not_pass_is_not_repeated()
    {
        var failing = new FailingStore(_memory, failures: 100) { IsTransient = false };

        Assert.Throws<StorageException>(() => Open(failing).Read("object", 3));
        Assert.Throws<StorageException>(() => Open(new FailingStore(_memory, failures: 0)).Read("none", 3));

        Assert.Equal(1, failing.Calls);
        Assert.Empty(_notes);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(2_000_000)]
    public void A_put_whose_answer_was_lost_has_made_the_one_object(int length)
    {
        var bytes = TestRepository.RandomBytes(1, length);

        Assert.True(Open(new FlakyStore(_memory)).Put("new", bytes));

        Assert.Equal(bytes, _memory["new"]);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void A_repeated_put_does_not_take_anothers_object_for_its_own(int length)
    {
        Assert.False(Open(new FlakyStore(_memory)).Put("object", TestRepository.RandomBytes(1, length)));

        Assert.Equal([1, 2, 3], _memory["object"]);
    }

    [Fact]
    public void A_deletion_whose_answer_was_lost_has_deleted()
    {
        Open(new FlakyStore(_memory)).Delete("object");

        Assert.False(_memory.Exists("object"));
    }

    [Fact]
    public async Task Who_stops_the_command_does_not_wait_for_the_end_of_a_pause()
    {
        using var stop = new CancellationTokenSource();
        var paused = new TaskCompletionSource();
        var policy = new RetryPolicy { FirstPause = TimeSpan.FromDays(1), LongestPause = TimeSpan.FromDays(1) };
        var store = new RetryingStore(new FailingStore(_memory, failures: 100), policy, _ => paused.SetResult());
        var reading = store.ReadAsync("object", 3, stop.Token).AsTask();
        await paused.Task;

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private RetryingStore Open(IObjectStore store) => new(store, _policy, _notes.Add);

    /// <summary>A store whose first reads fail.</summary>
    private sealed class FailingStore(IObjectStore store, int failures) : ObjectStoreDecorator(store)
    {
        public bool IsTransient { get; init; } = true;

        public int Calls { get; private set; }

        public override ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation) => ++Calls <= failures
            ? throw new StorageException("RepositoryReadError", RekkordErrorKind.ReadError, "The server is busy.", name) { IsTransient = IsTransient }
            : Inner.ReadAsync(name, maximumLength, cancellation);
    }
}
