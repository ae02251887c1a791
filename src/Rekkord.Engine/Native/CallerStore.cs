using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Rekkord.Engine.Native.Messages;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Native;

/// <summary>
/// The store of an operation in the library that lies with its caller, as stores on other machines do: the library has none of the packages that they need. Each call
/// is a message, and its answer another. <see cref="StoreServer"/> is the other side.
/// </summary>
/// <param name="message">What the caller says of it.</param>
/// <param name="post">Sends a call.</param>
internal sealed class CallerStore(StoreMessage message, Action<Action<MessageWriter>> post) : IObjectStore
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<MessageReader>> _calls = new();
    private StoreState _state = message.State;
    private long _last = StoreState.AnswerNumber;

    /// <inheritdoc/>
    public string Location => message.Location;

    /// <inheritdoc/>
    public StoreCapabilities Capabilities => Volatile.Read(ref _state).Capabilities;

    /// <inheritdoc/>
    public long SentLength => Volatile.Read(ref _state).SentLength;

    /// <summary>Takes an answer. May be called from any thread.</summary>
    public void Answer(byte[] bytes)
    {
        var reader = new MessageReader(bytes);
        var number = reader.ReadInt64();
        var state = StoreState.Read(reader);
        lock (_calls)
            Volatile.Write(ref _state, state with { SentLength = Math.Max(state.SentLength, _state.SentLength) });
        if (_calls.TryRemove(number, out var call))
            call.SetResult(reader);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> IsInPlaceAsync(CancellationToken cancellation) => (await CallAsync(StoreCall.IsInPlace, static _ => { }, cancellation)).ReadBoolean();

    /// <inheritdoc/>
    public IAsyncEnumerable<ObjectInfo> ListAsync(string folder, CancellationToken cancellation) =>
        ListAsync(StoreCall.List, folder, ObjectInfoMessages.Read, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ListDeletedAsync(CancellationToken cancellation) =>
        ListAsync(StoreCall.ListDeleted, "", static reader => reader.ReadString(), cancellation);

    /// <inheritdoc/>
    public async ValueTask ListAheadAsync(IReadOnlyCollection<string> folders, CancellationToken cancellation) =>
        await CallAsync(StoreCall.ListAhead, writer => writer.Write(folders), cancellation);

    /// <inheritdoc/>
    public async ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation)
    {
        var answer = await CallAsync(StoreCall.Find, writer => writer.Write(name), cancellation);
        return answer.ReadBoolean() ? ObjectInfoMessages.Read(answer) : null;
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation)
    {
        var answer = await CallAsync(
            StoreCall.ReadWhole,
            writer =>
            {
                writer.Write(name);
                writer.Write(maximumLength);
            },
            cancellation);
        return answer.ReadBytes().ToArray();
    }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(string name, IReadOnlyList<ObjectRange> ranges, CancellationToken cancellation)
    {
        using var buffers = new PinnedMemory();
        foreach (var range in ranges)
            buffers.Add(range.Buffer);
        await CallAsync(
            StoreCall.ReadRanges,
            writer =>
            {
                writer.Write(name);
                buffers.Write(writer);
                foreach (var range in ranges)
                    writer.Write(range.Offset);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellation)
    {
        var answer = await CallAsync(
            StoreCall.OpenRead,
            writer =>
            {
                writer.Write(name);
                writer.Write(offset);
            },
            cancellation);
        return new CallerStream(this, answer.ReadInt64());
    }

    /// <inheritdoc/>
    public async ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
    {
        using var pieces = new PinnedMemory();
        foreach (var piece in content.Bytes)
            pieces.Add(piece);
        var answer = await CallAsync(
            StoreCall.Put,
            writer =>
            {
                writer.Write(name);
                writer.Write((int)mode);
                pieces.Write(writer);
            },
            cancellation);
        return answer.ReadBoolean();
    }

    /// <inheritdoc/>
    public async ValueTask<ObjectWriter> CreateAsync(CancellationToken cancellation)
    {
        if (!Capabilities.StreamsWrites)
            return new BufferedObjectWriter(this);
        return new CallerWriter(this, (await CallAsync(StoreCall.Create, static _ => { }, cancellation)).ReadInt64());
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string name, CancellationToken cancellation) => await CallAsync(StoreCall.Delete, writer => writer.Write(name), cancellation);

    /// <inheritdoc/>
    public async ValueTask BringBackAsync(string name, CancellationToken cancellation) => await CallAsync(StoreCall.BringBack, writer => writer.Write(name), cancellation);

    /// <inheritdoc/>
    public async ValueTask<bool> TrySetAsideAsync(string name, string newName, CancellationToken cancellation)
    {
        var answer = await CallAsync(
            StoreCall.SetAside,
            writer =>
            {
                writer.Write(name);
                writer.Write(newName);
            },
            cancellation);
        return answer.ReadBoolean();
    }

    /// <inheritdoc/>
    public async ValueTask MakeDurableAsync(IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        if (!Capabilities.DurableOnReturn)
            await CallAsync(StoreCall.MakeDurable, writer => writer.Write(names), cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask RetainAsync(string name, DateTimeOffset until, CancellationToken cancellation) => await CallAsync(
        StoreCall.Retain,
        writer =>
        {
            writer.Write(name);
            writer.Write(until);
        },
        cancellation);

    /// <inheritdoc/>
    public async ValueTask<int> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellation) =>
        (await CallAsync(StoreCall.RemoveLeftovers, writer => writer.Write(before), cancellation)).ReadInt32();

    /// <summary>The caller disposes of its store.</summary>
    public void Dispose()
    {
        // Nothing here holds anything.
    }

    private async IAsyncEnumerable<T> ListAsync<T>(
        StoreCall call, string folder, Func<MessageReader, T> read, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var page = await CallAsync(call, writer => writer.Write(folder), cancellation);
        var listing = page.ReadInt64();
        try
        {
            while (true)
            {
                for (var left = page.ReadInt32(); left > 0; left--)
                    yield return read(page);
                if (page.ReadBoolean())
                    yield break;
                page = await CallAsync(StoreCall.ListOn, writer => writer.Write(listing), cancellation);
            }
        }
        finally
        {
            await CloseAsync(listing);
        }
    }

    private async ValueTask CloseAsync(long opened) => await CallAsync(StoreCall.Close, writer => writer.Write(opened), CancellationToken.None);

    /// <summary>Sends a call and waits for its answer, which comes in any case: memory that the call names is in use until then.</summary>
    private async ValueTask<MessageReader> CallAsync(StoreCall call, Action<MessageWriter> write, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var number = Interlocked.Increment(ref _last);
        var answer = new TaskCompletionSource<MessageReader>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[number] = answer;
        post(writer =>
        {
            writer.Write(number);
            writer.Write((int)call);
            write(writer);
        });
        await using var registration = cancellation.UnsafeRegister(_ => post(writer =>
        {
            writer.Write(number);
            writer.Write((int)StoreCall.Cancel);
        }), null);
        var reader = await answer.Task;
        return (StoreOutcome)reader.ReadInt32() switch
        {
            StoreOutcome.Done => reader,
            StoreOutcome.Failed => throw ErrorMessages.Read(reader),
            _ => throw new OperationCanceledException(cancellation),
        };
    }

    private sealed class CallerStream(CallerStore store, long opened) : ObjectStream
    {
        private bool _isClosed;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            using var pinned = new PinnedMemory();
            pinned.Add(buffer);
            var answer = await store.CallAsync(
                StoreCall.ReadOn,
                writer =>
                {
                    writer.Write(opened);
                    pinned.Write(writer);
                },
                cancellationToken);
            return answer.ReadInt32();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_isClosed)
                BlockingCalls.Wait(store.CloseAsync(opened));
            _isClosed = true;
            base.Dispose(disposing);
        }
    }

    private sealed class CallerWriter(CallerStore store, long opened) : ObjectWriter
    {
        private bool _isClosed;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            using var pinned = new PinnedMemory();
            pinned.Add(data);
            await store.CallAsync(
                StoreCall.Append,
                writer =>
                {
                    writer.Write(opened);
                    pinned.Write(writer);
                },
                cancellation);
        }

        public override async ValueTask<bool> CommitAsync(string name, CancellationToken cancellation)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            var answer = await store.CallAsync(
                StoreCall.Commit,
                writer =>
                {
                    writer.Write(opened);
                    writer.Write(name);
                },
                cancellation);
            return answer.ReadBoolean();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_isClosed)
                BlockingCalls.Wait(store.CloseAsync(opened));
            _isClosed = true;
        }
    }
}
