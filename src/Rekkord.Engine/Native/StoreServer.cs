using System.Collections.Concurrent;
using Rekkord.Engine.Native.Messages;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Native;

/// <summary>
/// Does what an operation in the library asks of a store on this side (<see cref="CallerStore"/>). Each call runs on a thread of the pool, and is answered however
/// it ends.
/// </summary>
/// <param name="store">The store, which it does not dispose of.</param>
/// <param name="answer">Sends an answer, from any thread.</param>
internal sealed class StoreServer(IObjectStore store, Action<byte[]> answer) : IDisposable
{
    private const int PageLength = 1000;

    private readonly ConcurrentDictionary<long, Call> _calls = new();

    // Listings, streams and objects under way, by the numbers of the calls that opened them.
    private readonly ConcurrentDictionary<long, IAsyncDisposable> _opened = new();

    /// <summary>The answer that brings nothing but what is known of the store.</summary>
    public byte[] State()
    {
        var writer = new MessageWriter();
        writer.Write(StoreState.AnswerNumber);
        StoreState.Of(store).Write(writer);
        return writer.ToArray();
    }

    /// <summary>Begins what a message asks for.</summary>
    public void Serve(MessageReader message)
    {
        var number = message.ReadInt64();
        var kind = (StoreCall)message.ReadInt32();
        if (kind == StoreCall.Cancel)
        {
            // Without one it has ended meanwhile.
            if (_calls.TryGetValue(number, out var known))
                known.Cancel();
            return;
        }

        var call = new Call();
        _calls[number] = call;
        call.Work = Task.Run(() => ServeAsync(number, kind, message, call));
    }

    /// <summary>Ends what is under way, and lets go of what was opened. No answer is sent afterwards.</summary>
    public void Dispose()
    {
        Call[] left = [.. _calls.Values];
        Array.ForEach(left, static call => call.Cancel());
        Task.WhenAll(left.Select(static call => call.Work)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        foreach (var opened in _opened.Values)
            BlockingCalls.Wait(opened.DisposeAsync());
    }

    private async Task ServeAsync(long number, StoreCall kind, MessageReader message, Call call)
    {
        byte[] bytes;
        try
        {
            bytes = Encode(number, StoreOutcome.Done, await DoAsync(number, kind, message, call));
        }
        catch (OperationCanceledException) when (call.Stop.IsCancellationRequested)
        {
            bytes = Encode(number, StoreOutcome.Cancelled, Nothing);
        }
#pragma warning disable CA1031 // The other side waits for an answer, and raises it there.
        catch (Exception error)
#pragma warning restore CA1031
        {
            bytes = Encode(number, StoreOutcome.Failed, writer => ErrorMessages.Write(writer, error));
        }

        // Before the other side lets go of its memory.
        call.CloseMemory();
        answer(bytes);
        _calls.TryRemove(number, out _);
        call.Dispose();
    }

    private byte[] Encode(long number, StoreOutcome outcome, Action<MessageWriter> write)
    {
        var writer = new MessageWriter();
        writer.Write(number);
        StoreState.Of(store).Write(writer);
        writer.Write((int)outcome);
        write(writer);
        return writer.ToArray();
    }

    /// <returns>Writes what comes of it.</returns>
    private async ValueTask<Action<MessageWriter>> DoAsync(long number, StoreCall kind, MessageReader message, Call call)
    {
        var stop = call.Stop;
        switch (kind)
        {
            case StoreCall.IsInPlace:
                return Answer(await store.IsInPlaceAsync(stop));
            case StoreCall.List:
                return await ListAsync(number, store.ListAsync(message.ReadString(), CancellationToken.None), ObjectInfoMessages.Write, stop);
            case StoreCall.ListDeleted:
                return await ListAsync(number, store.ListDeletedAsync(CancellationToken.None), static (writer, name) => writer.Write(name), stop);
            case StoreCall.ListOn:
                return await ((IListing)_opened[message.ReadInt64()]).ReadPageAsync(stop);
            case StoreCall.Close:
                if (_opened.TryRemove(message.ReadInt64(), out var opened))
                    await opened.DisposeAsync();
                return Nothing;
            case StoreCall.OpenRead:
                _opened[number] = await store.OpenReadAsync(message.ReadString(), message.ReadInt64(), stop);
                return writer => writer.Write(number);
            case StoreCall.ReadOn:
                var stream = (Stream)_opened[message.ReadInt64()];
                var buffer = call.ReadMemory(message)[0];

                // As much as there is room for: what came so far is mostly little, and each answer crosses by itself.
                var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, stop);
                return writer => writer.Write(read);
            case StoreCall.Create:
                _opened[number] = new OpenedWriter(await store.CreateAsync(stop));
                return writer => writer.Write(number);
            case StoreCall.Append:
                await ((OpenedWriter)_opened[message.ReadInt64()]).Writer.WriteAsync(call.ReadMemory(message)[0], stop);
                return Nothing;
            case StoreCall.Commit:
                return Answer(await ((OpenedWriter)_opened[message.ReadInt64()]).Writer.CommitAsync(message.ReadString(), stop));
            default:
                return await DoByNameAsync(kind, message, call);
        }
    }

    private async ValueTask<Action<MessageWriter>> DoByNameAsync(StoreCall kind, MessageReader message, Call call)
    {
        var stop = call.Stop;
        switch (kind)
        {
            case StoreCall.ListAhead:
                await store.ListAheadAsync(message.ReadStrings(), stop);
                return Nothing;
            case StoreCall.Find:
                return Answer(await store.FindAsync(message.ReadString(), stop));
            case StoreCall.ReadWhole:
                var bytes = await store.ReadAsync(message.ReadString(), message.ReadInt32(), stop);
                return writer => writer.Write(bytes);
            case StoreCall.ReadRanges:
                await store.ReadAsync(message.ReadString(), ReadRanges(message, call), stop);
                return Nothing;
            case StoreCall.Put:
                var (name, mode) = (message.ReadString(), (PutMode)message.ReadInt32());
                return Answer(await store.PutAsync(name, ObjectContent.From(call.ReadMemory(message).Select(static piece => (ReadOnlyMemory<byte>)piece)), mode, stop));
            case StoreCall.Delete:
                await store.DeleteAsync(message.ReadString(), stop);
                return Nothing;
            case StoreCall.BringBack:
                await store.BringBackAsync(message.ReadString(), stop);
                return Nothing;
            case StoreCall.SetAside:
                return Answer(await store.TrySetAsideAsync(message.ReadString(), message.ReadString(), stop));
            case StoreCall.MakeDurable:
                await store.MakeDurableAsync(message.ReadStrings(), stop);
                return Nothing;
            case StoreCall.Retain:
                await store.RetainAsync(message.ReadString(), message.ReadTime(), stop);
                return Nothing;
            case StoreCall.RemoveLeftovers:
                var removed = await store.RemoveLeftoversAsync(message.ReadTime(), stop);
                return writer => writer.Write(removed);
            default:
                throw new InvalidOperationException($"A store is not asked for {kind}.");
        }
    }

    private async ValueTask<Action<MessageWriter>> ListAsync<T>(long number, IAsyncEnumerable<T> entries, Action<MessageWriter, T> write, CancellationToken stop)
    {
        var listing = new Listing<T>(entries, write);
        Action<MessageWriter> page;
        try
        {
            page = await listing.ReadPageAsync(stop);
        }
        catch
        {
            await listing.DisposeAsync();
            throw;
        }

        _opened[number] = listing;
        return writer =>
        {
            writer.Write(number);
            page(writer);
        };
    }

    private static ObjectRange[] ReadRanges(MessageReader message, Call call)
    {
        var buffers = call.ReadMemory(message);
        var ranges = new ObjectRange[buffers.Length];
        for (var i = 0; i < ranges.Length; i++)
            ranges[i] = new ObjectRange(message.ReadInt64(), buffers[i]);
        return ranges;
    }

    private static void Nothing(MessageWriter writer)
    {
        // The call has no result.
    }

    private static Action<MessageWriter> Answer(bool value) => writer => writer.Write(value);

    private static Action<MessageWriter> Answer(ObjectInfo? found) => writer =>
    {
        writer.Write(found is not null);
        if (found is not null)
            ObjectInfoMessages.Write(writer, found);
    };

    /// <summary>A call that is under way.</summary>
    private sealed class Call : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly CancellationTokenSource _source = new();
        private CallerMemory[] _memory = [];
        private bool _hasEnded;

        public Call() => Stop = _source.Token;

        public CancellationToken Stop { get; }

        public Task Work { get; set; } = Task.CompletedTask;

        public Memory<byte>[] ReadMemory(MessageReader message)
        {
            _memory = CallerMemory.ReadAll(message);
            return Array.ConvertAll(_memory, static piece => piece.Memory);
        }

        public void CloseMemory() => Array.ForEach(_memory, static piece => piece.Close());

        public void Cancel()
        {
            lock (_lock)
            {
                if (!_hasEnded)
                    _source.Cancel();
            }
        }

        public void Dispose()
        {
            lock (_lock)
                _hasEnded = true;
            _source.Dispose();
        }
    }

    private interface IListing
    {
        ValueTask<Action<MessageWriter>> ReadPageAsync(CancellationToken stop);
    }

    /// <summary>A listing that is under way. One whose page was cancelled ends.</summary>
    private sealed class Listing<T> : IListing, IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly IAsyncEnumerator<T> _entries;
        private readonly Action<MessageWriter, T> _write;

        public Listing(IAsyncEnumerable<T> entries, Action<MessageWriter, T> write)
        {
            _entries = entries.GetAsyncEnumerator(_stop.Token);
            _write = write;
        }

        public async ValueTask<Action<MessageWriter>> ReadPageAsync(CancellationToken stop)
        {
            await using var registration = stop.UnsafeRegister(_ => _stop.Cancel(), null);
            var page = new List<T>();
            var isLast = false;
            while (page.Count < PageLength && !isLast)
            {
                if (await _entries.MoveNextAsync())
                    page.Add(_entries.Current);
                else
                    isLast = true;
            }

            return writer =>
            {
                writer.Write(page.Count);
                page.ForEach(entry => _write(writer, entry));
                writer.Write(isLast);
            };
        }

        public async ValueTask DisposeAsync()
        {
            await _entries.DisposeAsync();
            _stop.Dispose();
        }
    }

    /// <summary>An object under way.</summary>
    private sealed class OpenedWriter(ObjectWriter writer) : IAsyncDisposable
    {
        public ObjectWriter Writer => writer;

        public ValueTask DisposeAsync()
        {
            writer.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
