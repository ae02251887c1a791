using System.Collections;
using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Platform;

/// <summary>
/// The environment of this process. It has only one for all of its threads, and a script hook runs with it changed. So one script
/// hook runs at a time, and whatever does not belong to that hook is answered from the environment as it was before.
/// </summary>
public static class ProcessEnvironment
{
    private static readonly SemaphoreSlim Turn = new(1, 1);
    private static readonly Lock Gate = new();

    // What a hook runs on its own thread and on threads that it starts belongs to it.
    private static readonly AsyncLocal<Loan?> Own = new();

    // Written under the gate, by the one whose turn it is.
    private static Loan? _loan;

    private sealed record Loan(Hook Hook, IReadOnlyDictionary<string, string> Before);

    /// <summary>The phase of the script hook that the caller runs in; null outside of one.</summary>
    public static HookPhase? OwnPhase
    {
        get
        {
            lock (Gate)
                return _loan is { } loan && ReferenceEquals(Own.Value, loan) ? loan.Hook.Phase : null;
        }
    }

    /// <summary>The script hook that runs in this process, in words, whoever asks; null when there is none.</summary>
    public static string? RunningScriptHook
    {
        get
        {
            lock (Gate)
                return _loan is { Hook: var hook } ? $"{hook.Phase} hook '{hook.Name}'" : null;
        }
    }

    /// <summary>
    /// A variable that may configure a command; null when it is not set, and when it is but what a hook was told about the command
    /// that it belongs to: that informs the hook, and does not send what it starts to the same repository.
    /// </summary>
    /// <param name="name">The variable's name.</param>
    public static string? Get(string name)
    {
        var variables = GetAll();
        return variables.TryGetValue(name, out var value)
            && !(HookEnvironment.CopyOf(name) is { } copy && variables.GetValueOrDefault(copy) == value) ? value : null;
    }

    /// <summary>All variables, as the caller is to see them.</summary>
    public static IReadOnlyDictionary<string, string> GetAll()
    {
        lock (Gate)
            return _loan is { } loan && !ReferenceEquals(Own.Value, loan) ? loan.Before : Read();
    }

    /// <summary>Waits until no other script hook of this process runs. Disposing what is returned lets the next one run.</summary>
    /// <returns>Null when <paramref name="stop"/> was cancelled first.</returns>
    internal static IDisposable? WaitForTurn(CancellationToken stop)
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
    public static T Lend<T>(Hook hook, HookEnvironment environment, Func<T> script)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(script);
        var loan = new Loan(hook, Read());
        lock (Gate)
            _loan = loan;
        Own.Value = loan;
        try
        {
            foreach (var (name, value) in environment.ChangesFrom(loan.Before))
                Environment.SetEnvironmentVariable(name, value);
            return script();
        }
        finally
        {
            Restore(loan.Before);
            Own.Value = null;
            lock (Gate)
                _loan = null;
        }
    }

    private static Dictionary<string, string> Read()
    {
        var variables = new Dictionary<string, string>(StringComparer.FromComparison(HookEnvironment.NameComparison));
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        return variables;
    }

    private static void Restore(IReadOnlyDictionary<string, string> before)
    {
        foreach (var name in Read().Keys)
            if (!before.ContainsKey(name))
                Environment.SetEnvironmentVariable(name, null);
        foreach (var (name, value) in before)
            Environment.SetEnvironmentVariable(name, value);
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
