using System.Collections.Concurrent;

namespace Rekkord.Engine.Restoring;

/// <summary>
/// What a restore may meet with every entry: each is a detail for those who want to see it, and all are reported together at the end.
/// Thread-safe.
/// </summary>
internal sealed class RestoreTally(IRestoreObserver observer)
{
    private readonly ConcurrentDictionary<string, long> _leftOut = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _notKept = new(StringComparer.Ordinal);
    private long _separated;

    /// <summary>Counts something that was left out because the restore was asked to.</summary>
    /// <param name="what">What, as a plural.</param>
    /// <param name="path">Of which entry.</param>
    /// <param name="detail">More about it, a sentence.</param>
    public void LeftOut(string what, string path, string detail) => Count(_leftOut, what, $"'{path}': {what} left out. {detail}");

    /// <summary>Counts something that the destination took without an error and did not keep.</summary>
    public void NotKept(string what, string path, string detail) => Count(_notKept, what, $"'{path}': {detail}");

    /// <summary>Counts an entry that bears the number of another file but is not that file.</summary>
    public void Separated(string path, string other)
    {
        Interlocked.Increment(ref _separated);
        observer.Detail($"'{path}' is restored as a separate file: it has the inode number of '{other}', but is not the same.");
    }

    /// <summary>Tells of everything.</summary>
    public void Tell()
    {
        if (!_leftOut.IsEmpty)
            observer.Warn($"Left out, as asked: {List(_leftOut)}. -Verbose names each.");
        if (!_notKept.IsEmpty)
            observer.Warn($"The destination reported no error, but did not keep: {List(_notKept)}. -Verbose names each. Choose a destination on a file system that keeps them.");
        if (_separated > 0)
            observer.Warn($"Restored as separate files, although they share inode numbers with others: {_separated:N0}. They differ from those others: they were replaced or changed during the save, or their file system gives one number to several files. -Verbose names each.");
    }

    private void Count(ConcurrentDictionary<string, long> counts, string what, string detail)
    {
        counts.AddOrUpdate(what, 1, static (_, count) => count + 1);
        observer.Detail(detail);
    }

    private static string List(ConcurrentDictionary<string, long> counts) =>
        string.Join(", ", counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key} ({count.Value:N0})"));
}
