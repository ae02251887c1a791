using System.Runtime.ExceptionServices;

namespace Rekkord.Engine.Workers;

/// <summary>
/// The threads of one operation: one that walks a tree, and workers beside it. What the first of them fails with stops the others, and is
/// raised where the operation waits for them.
/// </summary>
internal sealed class WorkerThreads : IDisposable
{
    // Deep enough for the deepest tree that the format allows.
    private const int WalkStackSize = 64 * 1024 * 1024;

    private readonly string _purpose;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenSource _stop;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Prepares them.</summary>
    /// <param name="purpose">What they do, a verb for the threads' names.</param>
    /// <param name="cancellation">Stops them.</param>
    public WorkerThreads(string purpose, CancellationToken cancellation)
    {
        _purpose = purpose;
        _cancellation = cancellation;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    }

    /// <summary>Cancelled when the operation is, and when a thread has failed.</summary>
    public CancellationToken Cancellation => _stop.Token;

    /// <summary>How many workers there are to be: what was asked for, or one for each processor.</summary>
    public static int CountFor(int requested) => requested > 0 ? requested : Environment.ProcessorCount;

    /// <summary>Runs a walk alone, on a thread whose stack takes the deepest tree.</summary>
    /// <inheritdoc cref="Run(Action, IEnumerable{Action})"/>
    public void Run(Action walk) => Run(walk, []);

    /// <summary>Runs the workers alone.</summary>
    /// <inheritdoc cref="Run(Action, IEnumerable{Action})"/>
    public void Run(IEnumerable<Action> workers) => Wait([.. StartAll(workers)]);

    /// <summary>Runs all until they have ended.</summary>
    /// <param name="walk">Finds what there is to do, and tells the workers when there is no more, also when it fails.</param>
    /// <param name="workers">What each worker runs.</param>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public void Run(Action walk, IEnumerable<Action> workers) => Wait([.. StartAll(workers), Start(walk, "walk", WalkStackSize)]);

    public void Dispose() => _stop.Dispose();

    private IEnumerable<Thread> StartAll(IEnumerable<Action> workers) =>
        workers.Select((worker, number) => Start(worker, $"{number}", stackSize: 0));

    private Thread Start(Action action, string name, int stackSize)
    {
        var thread = new Thread(() => Guard(action), stackSize) { IsBackground = true, Name = $"Rekkord {_purpose} {name}" };
        thread.Start();
        return thread;
    }

    private void Wait(List<Thread> threads)
    {
        threads.ForEach(thread => thread.Join());
        _failure?.Throw();
        _cancellation.ThrowIfCancellationRequested();
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The thread that stopped the operation says why.
            return;
        }
#pragma warning disable CA1031 // Nothing may escape a thread: it would end the process. It is raised where the threads are waited for.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(error), null);
            _stop.Cancel();
        }
    }
}
