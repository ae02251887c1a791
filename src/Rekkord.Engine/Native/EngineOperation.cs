using System.Globalization;
using System.Security.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Native.Messages;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;

namespace Rekkord.Engine.Native;

/// <summary>A save, scan or restore, wherever it runs.</summary>
/// <typeparam name="TResult">What it makes.</typeparam>
/// <typeparam name="TProgress">How far it is.</typeparam>
public abstract class EngineOperation<TResult, TProgress>
    where TProgress : struct
{
    /// <summary>How far it is, or was when it ended; null before it has begun. May be asked at any time from any thread.</summary>
    public abstract TProgress? Progress { get; }

    /// <summary>Opens the repository, runs to the end and closes it.</summary>
    /// <exception cref="RekkordException">What the operation itself raises, and opening the repository.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public abstract TResult Run(CancellationToken cancellation);
}

/// <summary>Makes the three long operations: in the native library where there is one, and otherwise in this runtime.</summary>
public sealed class EngineOperations
{
    private readonly IEngineLibrary? _library;

    /// <summary>Says where operations run.</summary>
    /// <param name="library">The native library; null to run them here.</param>
    public EngineOperations(EngineLibrary? library)
        : this((IEngineLibrary?)library)
    {
    }

    internal EngineOperations(IEngineLibrary? library) => _library = library;

    /// <summary>A save.</summary>
    /// <param name="repository">Where to.</param>
    /// <param name="request">What to save.</param>
    /// <param name="observer">Is told what it meets.</param>
    public EngineOperation<SaveResult, SaveProgress> Save(AwaitedRepository repository, SaveRequest request, ISaveObserver observer)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return _library is null || !RunsInLibrary(repository)
            ? new ManagedOperation<SaveResult, SaveProgress>(repository, opened =>
            {
                var operation = new SaveOperation(opened, request, observer);
                return (operation.Run, () => operation.Progress);
            })
            : new NativeOperation<SaveResult, SaveProgress>(
                _library,
                repository,
                Request(repository) with { Save = request },
                new Observer { EntryFailed = observer.EntryFailed, Warn = observer.Warn, Detail = observer.Detail },
                ResultMessages.ReadSave,
                ResultMessages.ReadSaveProgress);
    }

    /// <summary>A scan.</summary>
    /// <param name="repository">What to verify.</param>
    /// <param name="request">How.</param>
    /// <param name="warn">Is told what is worth knowing and no problem of the repository.</param>
    public EngineOperation<ScanResult, ScanProgress> Scan(AwaitedRepository repository, ScanRequest request, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return _library is null || !RunsInLibrary(repository)
            ? new ManagedOperation<ScanResult, ScanProgress>(repository, opened =>
            {
                var operation = new ScanOperation(opened, request, warn);
                return (operation.Run, () => operation.Progress);
            })
            : new NativeOperation<ScanResult, ScanProgress>(
                _library,
                repository,
                Request(repository) with { Scan = request },
                new Observer { Warn = warn },
                ResultMessages.ReadScan,
                ResultMessages.ReadScanProgress);
    }

    /// <summary>A restore.</summary>
    /// <param name="repository">Where from.</param>
    /// <param name="request">What to restore.</param>
    /// <param name="observer">Is told what it meets.</param>
    public EngineOperation<RestoreResult, RestoreProgress> Restore(AwaitedRepository repository, RestoreRequest request, IRestoreObserver observer)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return _library is null || !RunsInLibrary(repository)
            ? new ManagedOperation<RestoreResult, RestoreProgress>(repository, opened =>
            {
                var operation = new RestoreOperation(opened, request, observer);
                return (operation.Run, () => operation.Progress);
            })
            : new NativeOperation<RestoreResult, RestoreProgress>(
                _library,
                repository,
                Request(repository) with { Restore = request },
                new Observer { EntryFailed = observer.EntryFailed, Warn = observer.Warn, Detail = observer.Detail },
                ResultMessages.ReadRestore,
                ResultMessages.ReadRestoreProgress);
    }

    /// <summary>Whether the library can run an operation on a repository: it opens directories itself, and uses what this side has opened on another machine.</summary>
    public static bool RunsInLibrary(AwaitedRepository repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return repository.IsPlainDirectory || !repository.IsLocal;
    }

    private static RequestMessage Request(AwaitedRepository repository) => new()
    {
        Location = repository.GivenLocation,
        CacheDirectory = CacheLocation.Default,
        Culture = CultureInfo.CurrentCulture.Name,
    };
}

/// <summary>An operation of this runtime.</summary>
internal sealed class ManagedOperation<TResult, TProgress>(
    AwaitedRepository repository, Func<RepositoryAccess, (Func<CancellationToken, TResult> Run, Func<TProgress> Progress)> create)
    : EngineOperation<TResult, TProgress>
    where TProgress : struct
{
    private Func<TProgress>? _progress;

    /// <inheritdoc/>
    public override TProgress? Progress => Volatile.Read(ref _progress) is { } progress ? progress() : null;

    /// <inheritdoc/>
    public override TResult Run(CancellationToken cancellation)
    {
        using var opened = repository.Open(cancellation);
        var (run, progress) = create(opened);
        Volatile.Write(ref _progress, progress);
        return run(cancellation);
    }
}

/// <summary>Whom an operation in the library tells what it meets.</summary>
internal readonly record struct Observer
{
    public Action<RekkordException>? EntryFailed { get; init; }

    public Action<string>? Warn { get; init; }

    public Action<string>? Detail { get; init; }
}

/// <summary>An operation in the library. What it tells is passed on by the thread that runs it.</summary>
internal sealed class NativeOperation<TResult, TProgress>(
    IEngineLibrary library,
    AwaitedRepository repository,
    RequestMessage request,
    Observer observer,
    Func<MessageReader, TResult> readResult,
    Func<MessageReader, TProgress> readProgress)
    : EngineOperation<TResult, TProgress>
    where TProgress : struct
{
    private readonly Lock _lock = new();
    private nint _operation;
    private StoreServer? _server;
    private TProgress? _ended;

    /// <inheritdoc/>
    public override TProgress? Progress
    {
        get
        {
            // What is let go of meanwhile must not be asked.
            lock (_lock)
                return _operation != 0 ? ReadProgress() : _ended;
        }
    }

    /// <inheritdoc/>
    public override TResult Run(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();

        // A directory the library opens itself. Of a store on another machine it has only what this side does for it.
        using var opened = repository.IsLocal ? null : repository.Open(cancellation);
        var operation = Start(opened);
        var ended = false;
        var server = opened is null ? null : new StoreServer(opened.Store, answer => library.Answer(operation, answer));
        lock (_lock)
            (_operation, _server) = (operation, server);
        try
        {
            using var registration = cancellation.UnsafeRegister(_ => library.Cancel(operation), null);
            return Attend(operation, ref ended, cancellation);
        }
        finally
        {
            End(operation, ended);
        }
    }

    private TProgress? ReadProgress()
    {
        if (_server is not null)
            library.Answer(_operation, _server.State());
        return library.Progress(_operation) is { Length: > 0 } progress ? readProgress(new MessageReader(progress)) : null;
    }

    private nint Start(RepositoryAccess? opened)
    {
        var store = opened is null ? null : new StoreMessage(opened.Location, opened.DescriptorBytes, opened.RetainDuration, StoreState.Of(opened.Store));
        var keys = KeyMessage.Encode(repository.Keys);
        try
        {
            return library.Start((request with { Store = store }).Encode(), keys);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    private TResult Attend(nint operation, ref bool ended, CancellationToken cancellation)
    {
        while (true)
        {
            var message = new MessageReader(library.Take(operation));
            var kind = (MessageKind)message.ReadInt32();
            ended = kind >= MessageKind.Succeeded;
            switch (kind)
            {
                case MessageKind.StoreCall:
                    _server!.Serve(message);
                    break;
                case MessageKind.EntryFailed:
                    observer.EntryFailed?.Invoke((RekkordException)ErrorMessages.Read(message));
                    break;
                case MessageKind.Warning:
                    observer.Warn?.Invoke(message.ReadString());
                    break;
                case MessageKind.Detail:
                    (observer.Detail ?? repository.Options.Note)(message.ReadString());
                    break;
                case MessageKind.Succeeded:
                    return readResult(message);
                case MessageKind.Failed:
                    throw ErrorMessages.Read(message);
                default:
                    throw new OperationCanceledException(cancellation);
            }
        }
    }

    /// <summary>Lets go of it. When whoever is told of it failed, it is stopped first: nothing of it may go on unseen.</summary>
    private void End(nint operation, bool ended)
    {
        if (!ended)
            library.Cancel(operation);
        while (!ended)
        {
            // Also what it does to leave nothing behind may need the store.
            var message = new MessageReader(library.Take(operation));
            var kind = (MessageKind)message.ReadInt32();
            if (kind == MessageKind.StoreCall)
                _server!.Serve(message);
            ended = kind >= MessageKind.Succeeded;
        }

        lock (_lock)
        {
            _ended = ReadProgress();
            _operation = 0;
        }

        try
        {
            _server?.Dispose();
        }
        finally
        {
            library.Release(operation);
        }
    }
}
