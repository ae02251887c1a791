using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>
/// Lets an engine operation run on a thread of its own while the pipeline thread, the only one that may write to the pipeline
/// or run script in the caller's session, does what the operation asks of it, in order.
/// </summary>
/// <remarks>
/// A write that the caller's preferences turn into an error (<c>-ErrorAction Stop</c>), or that a stopped pipeline refuses,
/// does not break the operation off in the middle: what is stored is kept whole and post hooks run. It is kept for the end.
/// </remarks>
internal sealed class PipelinePump : IDisposable
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(100);

    // What is written faster than the commands after this one take it waits in the operation and not in memory.
    private const int Capacity = 1000;

    private readonly BlockingCollection<Action> _queue = new(Capacity);
    private readonly Action _showProgress;
    private bool _outputRefused;

    /// <summary>Creates a pump.</summary>
    /// <param name="showProgress">Called on the pipeline thread, at most ten times a second.</param>
    public PipelinePump(Action showProgress) => _showProgress = showProgress;

    /// <summary>Runs an operation and serves it until it ends.</summary>
    /// <returns>What it returned; its exception is raised as it is.</returns>
    public T Run<T>(Func<T> operation)
    {
        var running = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return operation();
                }
                finally
                {
                    _queue.CompleteAdding();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        Serve();
        return running.GetAwaiter().GetResult();
    }

    /// <summary>The first write that failed; null when none did.</summary>
    public ExceptionDispatchInfo? WriteFailure { get; private set; }

    /// <summary>Has something written on the pipeline thread, without waiting for it but where much is waiting already.</summary>
    public void Post(Action write) => _queue.Add(() => Write(write));

    /// <summary>
    /// Has an object written on the pipeline thread, without waiting for it. The commands after this one that have once refused
    /// one, because they have enough or have failed, get no more.
    /// </summary>
    public void PostObject(Action write) => _queue.Add(() => _outputRefused = _outputRefused || !Write(write));

    /// <summary>Writes now; on the pipeline thread only.</summary>
    /// <returns>Whether it was written.</returns>
    public bool Write(Action write)
    {
        try
        {
            write();
            return true;
        }
#pragma warning disable CA1031 // Whatever the caller's preferences or host make of a write is kept and raised at the end.
        catch (Exception error)
#pragma warning restore CA1031
        {
            WriteFailure ??= ExceptionDispatchInfo.Capture(error);
            return false;
        }
    }

    /// <summary>Has progress shown now: what runs next on the pipeline thread may take long.</summary>
    public void ShowProgress() => Post(_showProgress);

    /// <summary>Has a function run on the pipeline thread and waits for its result.</summary>
    public T Invoke<T>(Func<T> function)
    {
        var result = new TaskCompletionSource<T>();
        _queue.Add(() =>
        {
            try
            {
                result.SetResult(function());
            }
#pragma warning disable CA1031 // It is raised where the function was asked for.
            catch (Exception error)
#pragma warning restore CA1031
            {
                result.SetException(error);
            }
        });
        return result.Task.GetAwaiter().GetResult();
    }

    public void Dispose() => _queue.Dispose();

    private void Serve()
    {
        var lastProgress = Environment.TickCount64;
        while (!_queue.IsCompleted)
        {
            if (_queue.TryTake(out var action, ProgressInterval))
                action();
            if (Environment.TickCount64 - lastProgress < ProgressInterval.TotalMilliseconds)
                continue;
            lastProgress = Environment.TickCount64;
            Write(_showProgress);
        }
    }
}
