using System.Collections.Concurrent;
using System.Globalization;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Native.Messages;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;

namespace Rekkord.Engine.Native;

/// <summary>What a message of a running operation is. The last one is one of the last three.</summary>
internal enum MessageKind
{
    EntryFailed,
    Warning,
    Detail,

    /// <summary>A call of the caller's store, which waits for an answer.</summary>
    StoreCall,

    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>
/// The library's side of an operation: it runs on a thread of its own, and what it tells waits in a bounded queue until the caller takes
/// it. The caller takes all of it before it lets go of the operation.
/// </summary>
internal sealed class HostedOperation : ISaveObserver, IRestoreObserver, IDisposable
{
    // As many as wait for the pipeline: what is told faster than it is taken waits in the operation. Calls of a store do not wait: there are few at once, and
    // whoever cancels them must not be held up by a caller that takes nothing.
    private const int Capacity = 1000;

    private readonly BlockingCollection<byte[]> _messages = [];
    private readonly SemaphoreSlim _room = new(Capacity);
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private CallerStore? _store;
    private Action<MessageWriter>? _writeProgress;

    private HostedOperation(byte[] request, KeyMaterial keys) =>
        _thread = new Thread(() => Run(request, keys)) { IsBackground = true, Name = "Rekkord operation" };

    /// <summary>How far it is; empty before it has begun.</summary>
    public byte[] Progress
    {
        get
        {
            var writer = new MessageWriter();
            Volatile.Read(ref _writeProgress)?.Invoke(writer);
            return writer.ToArray();
        }
    }

    /// <summary>Begins.</summary>
    /// <param name="request">A <see cref="RequestMessage"/>.</param>
    /// <param name="keys">A <see cref="KeyMessage"/>; read before this returns.</param>
    public static HostedOperation Start(byte[] request, ReadOnlySpan<byte> keys)
    {
        var operation = new HostedOperation(request, KeyMessage.Decode(keys));
        operation._thread.Start();
        return operation;
    }

    /// <summary>Waits for the next message.</summary>
    public byte[] Take()
    {
        var message = _messages.Take();
        if (IsBounded((MessageKind)new MessageReader(message).ReadInt32()))
            _room.Release();
        return message;
    }

    /// <summary>Takes the answer of the caller's store.</summary>
    public void Answer(byte[] answer) => Volatile.Read(ref _store)?.Answer(answer);

    /// <summary>Has it end soon, with <see cref="MessageKind.Cancelled"/>.</summary>
    public void Cancel() => _stop.Cancel();

    /// <inheritdoc/>
    public void EntryFailed(RekkordException error) => Tell(MessageKind.EntryFailed, writer => ErrorMessages.Write(writer, error));

    /// <inheritdoc/>
    public void Warn(string message) => Tell(MessageKind.Warning, writer => writer.Write(message));

    /// <inheritdoc/>
    public void Detail(string message) => Tell(MessageKind.Detail, writer => writer.Write(message));

    /// <inheritdoc/>
    public void Dispose()
    {
        // It may be about to leave the queue still.
        _thread.Join();
        _messages.Dispose();
        _room.Dispose();
        _stop.Dispose();
    }

    private static bool IsBounded(MessageKind kind) => kind < MessageKind.StoreCall;

    private void Tell(MessageKind kind, Action<MessageWriter>? write = null)
    {
        if (IsBounded(kind))
            _room.Wait();
        var writer = new MessageWriter();
        writer.Write((int)kind);
        write?.Invoke(writer);
        _messages.Add(writer.ToArray());
    }

    private void Run(byte[] bytes, KeyMaterial keys)
    {
        try
        {
            Action<MessageWriter> writeResult;
            using (keys)
            {
                var request = RequestMessage.Decode(bytes);
                CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(request.Culture);
                using var repository = Open(request, keys);
                repository.RememberTags(request.CacheDirectory);
                writeResult = Run(repository, request);
            }

            Tell(MessageKind.Succeeded, writeResult);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            Tell(MessageKind.Cancelled);
        }
#pragma warning disable CA1031 // Nothing may escape a thread: it would end the process. The caller raises it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Tell(MessageKind.Failed, writer => ErrorMessages.Write(writer, error));
        }
    }

    private RepositoryAccess Open(RequestMessage request, KeyMaterial keys)
    {
        if (request.Store is not { } opened)
            return RepositoryAccess.Open(request.Location, keys, ownsKeys: false, new StoreOptions { Note = Detail }, _stop.Token);
        var store = new CallerStore(opened, write => Tell(MessageKind.StoreCall, write));
        Volatile.Write(ref _store, store);
        return RepositoryAccess.Use(store, keys, opened.Descriptor, opened.RetainDuration);
    }

    private Action<MessageWriter> Run(RepositoryAccess repository, RequestMessage request)
    {
        if (request.Save is { } toSave)
        {
            var operation = new SaveOperation(repository, toSave with { CacheDirectory = toSave.CacheDirectory ?? request.CacheDirectory }, this);
            Volatile.Write(ref _writeProgress, writer => ResultMessages.Write(writer, operation.Progress));
            var result = operation.Run(_stop.Token);
            return writer => ResultMessages.Write(writer, result);
        }

        if (request.Scan is { } toScan)
        {
            var operation = new ScanOperation(repository, toScan with { CacheDirectory = toScan.CacheDirectory ?? request.CacheDirectory }, Warn);
            Volatile.Write(ref _writeProgress, writer => ResultMessages.Write(writer, operation.Progress));
            var result = operation.Run(_stop.Token);
            return writer => ResultMessages.Write(writer, result);
        }

        var restore = new RestoreOperation(repository, request.Restore!, this);
        Volatile.Write(ref _writeProgress, writer => ResultMessages.Write(writer, restore.Progress));
        var restored = restore.Run(_stop.Token);
        return writer => ResultMessages.Write(writer, restored);
    }
}
