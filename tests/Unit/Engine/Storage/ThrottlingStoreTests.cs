using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Local;
using Rekkord.Engine.Storage.Memory;
using Rekkord.Engine.Storage.Throttling;

namespace Rekkord.Engine.Tests.Storage;

/// <summary>An upload limit is kept by all that shares it, and holds up nothing else.</summary>
public sealed class ThrottlingStoreTests : IDisposable
{
    private const int Limit = 100_000;

    private readonly TemporaryDirectory _directory = new();
    private readonly InstantClock _clock = new();
    private readonly UploadLimit _limit;

    public ThrottlingStoreTests() => _limit = new UploadLimit(Limit, _clock);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_a_store_sends_as_a_whole_flows_at_the_limit()
    {
        var sending = new SendingStore();
        var bytes = TestRepository.RandomBytes(1, 10 * Limit);

        var store = new ThrottlingStore(sending, _limit);
        store.Put("packs/one", bytes);
        new ThrottlingStore(sending, _limit).Put("packs/two", bytes);

        Assert.Equal(bytes.Length, store.SentLength);
        Assert.Equal(bytes, sending.Sent[0]);
        Assert.Equal(bytes, sending.Sent[1]);
        Assert.InRange(_clock.Elapsed.TotalSeconds, 19.5, 20.5);
        Assert.InRange(_clock.Pauses.Max().TotalSeconds, 0, 0.2);
    }

    [Fact]
    public void What_is_sent_is_counted_without_a_limit_too()
    {
        var sending = new SendingStore();
        using var store = new ThrottlingStore(sending, null);

        store.Put("packs/one", TestRepository.RandomBytes(1, 1000));
        store.Read("packs/one", 1000);

        Assert.Equal(1000, sending.Sent[0].Length);
        Assert.Equal(1000, store.SentLength);
    }

    [Fact]
    public void What_a_store_takes_piece_by_piece_flows_at_the_limit()
    {
        var store = new ThrottlingStore(DirectoryObjectStore.Open(_directory.Path), _limit);
        var bytes = TestRepository.RandomBytes(1, 5 * Limit);
        using (var writer = store.Create())
        {
            writer.Write(bytes);
            Assert.True(writer.Commit("packs/one"));
        }

        Assert.Equal(bytes, store.Read("packs/one", bytes.Length));
        Assert.InRange(_clock.Elapsed.TotalSeconds, 4.5, 5.5);
        Assert.InRange(_clock.Pauses.Max().TotalSeconds, 0, 0.2);
    }

    [Fact]
    public async Task Nothing_is_saved_up_while_nothing_is_sent()
    {
        await TakeAsync(1);
        await Task.Delay(TimeSpan.FromHours(1), _clock);
        var before = _clock.Elapsed;

        await TakeAsync(10 * Limit);

        Assert.InRange((_clock.Elapsed - before).TotalSeconds, 9.5, 10.5);
    }

    [Fact]
    public void Reading_is_not_limited()
    {
        var memory = new MemoryObjectStore { ["object"] = new byte[10 * Limit] };

        new ThrottlingStore(memory, _limit).Read("object", 10 * Limit);

        Assert.Empty(_clock.Pauses);
    }

    private async Task TakeAsync(int length)
    {
        for (var left = length; left > 0; left -= _limit.PieceLength)
            await _limit.TakeAsync(Math.Min(left, _limit.PieceLength), default);
    }

    /// <summary>Sends what it is given, as a library does that is given a stream.</summary>
    private sealed class SendingStore() : ObjectStoreDecorator(new MemoryObjectStore())
    {
        public List<byte[]> Sent { get; } = [];

        public override ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
        {
            using var stream = content.OpenRead();
            using var line = new MemoryStream();
            stream.CopyTo(line);
            Sent.Add(line.ToArray());
            return Inner.PutAsync(name, content, mode, cancellation);
        }
    }
}
