using System.Collections;

namespace Rekkord.Engine.Platform;

/// <summary>
/// The environment of this process. It has only one for all of its threads, and a script hook runs with it changed. Whatever does not
/// belong to the one that it is lent to is answered from the environment as it was before.
/// </summary>
public static class ProcessEnvironment
{
    private static readonly Lock Gate = new();

    // What the borrower runs on its own thread and on threads that it starts belongs to it.
    private static readonly AsyncLocal<Loan?> Own = new();

    // Written under the gate, by the one that it is lent to.
    private static Loan? _loan;

    private sealed record Loan(object Borrower, IReadOnlyDictionary<string, string> Before);

    /// <summary>How this system compares the names of variables.</summary>
    internal static readonly StringComparison NameComparison =
        OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>Whom the environment is lent to, whoever asks; null when it is not.</summary>
    internal static object? Borrower
    {
        get
        {
            lock (Gate)
                return _loan?.Borrower;
        }
    }

    /// <summary>Whom it is lent to, when the caller belongs to that; null otherwise.</summary>
    internal static object? OwnBorrower
    {
        get
        {
            lock (Gate)
                return _loan is { } loan && ReferenceEquals(Own.Value, loan) ? loan.Borrower : null;
        }
    }

    /// <summary>A variable, as the caller is to see it; null when it is not set.</summary>
    public static string? Get(string name) => GetAll().GetValueOrDefault(name);

    /// <summary>All variables, as the caller is to see them.</summary>
    public static IReadOnlyDictionary<string, string> GetAll()
    {
        lock (Gate)
            return _loan is { } loan && !ReferenceEquals(Own.Value, loan) ? loan.Before : Read();
    }

    /// <summary>
    /// Runs something on the thread that calls with a changed environment; one at a time. Afterwards the environment is as before:
    /// what was set for it and what it set is undone.
    /// </summary>
    /// <param name="borrower">Whom it is lent to.</param>
    /// <param name="changesFrom">The variables to set, and with null to remove, of those that there are.</param>
    /// <param name="action">What to run.</param>
    internal static T Lend<T>(
        object borrower, Func<IReadOnlyDictionary<string, string>, IReadOnlyDictionary<string, string?>> changesFrom, Func<T> action)
    {
        var loan = new Loan(borrower, Read());
        lock (Gate)
            _loan = loan;
        Own.Value = loan;
        try
        {
            foreach (var (name, value) in changesFrom(loan.Before))
                Environment.SetEnvironmentVariable(name, value);
            return action();
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
        var variables = new Dictionary<string, string>(StringComparer.FromComparison(NameComparison));
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        return variables;
    }

    private static void Restore(IReadOnlyDictionary<string, string> before)
    {
        foreach (var name in Read().Keys)
        {
            if (!before.ContainsKey(name))
                Environment.SetEnvironmentVariable(name, null);
        }

        foreach (var (name, value) in before)
            Environment.SetEnvironmentVariable(name, value);
    }
}
