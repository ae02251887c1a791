using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Hooks;

/// <summary>
/// Lets one script hook of this process run at a time: it runs with the environment of the process changed, of which there is only one.
/// </summary>
public static class ScriptHookTurn
{
    private static readonly SemaphoreSlim Turn = new(1, 1);

    /// <summary>The phase of the script hook that the caller runs in; null outside of one.</summary>
    public static HookPhase? OwnPhase => (ProcessEnvironment.OwnBorrower as Hook)?.Phase;

    /// <summary>The script hook that runs in this process, in words, whoever asks; null when there is none.</summary>
    public static string? Running => ProcessEnvironment.Borrower is Hook hook ? $"{hook.Phase} hook '{hook.Name}'" : null;

    /// <summary>Waits until no other script hook of this process runs. Disposing what is returned lets the next one run.</summary>
    /// <returns>Null when <paramref name="stop"/> was cancelled first.</returns>
    internal static IDisposable? Wait(CancellationToken stop)
    {
        try
        {
            Turn.Wait(stop);
            return new EndOfTurn();
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>
    /// Runs a script hook, whose turn it is, on the thread that calls, with its environment. Afterwards that of the process is as
    /// before: what was set for the hook and what the hook set is undone.
    /// </summary>
    /// <param name="hook">The hook.</param>
    /// <param name="environment">The variables to set and to remove.</param>
    /// <param name="script">Runs it.</param>
    public static T Run<T>(Hook hook, HookEnvironment environment, Func<T> script)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(script);
        return ProcessEnvironment.Lend(hook, environment.ChangesFrom, script);
    }

    private sealed class EndOfTurn : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                Turn.Release();
        }
    }
}
