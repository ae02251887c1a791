using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Scanning;

/// <summary>The problems of a scan, one per object and kind. Thread-safe.</summary>
internal sealed class ProblemList
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(ProblemKind, string), RepositoryProblem> _problems = [];

    public int Count
    {
        get
        {
            lock (_lock)
                return _problems.Count;
        }
    }

    public IReadOnlyList<RepositoryProblem> All
    {
        get
        {
            lock (_lock)
                return [.. _problems.Values.OrderBy(problem => problem.Kind).ThenBy(problem => problem.ObjectName, StringComparer.Ordinal)];
        }
    }

    /// <summary>Adds a problem unless the object has it already.</summary>
    public RepositoryProblem Add(ProblemKind kind, string objectName, string message)
    {
        lock (_lock)
        {
            if (!_problems.TryGetValue((kind, objectName), out var problem))
                _problems[(kind, objectName)] = problem = new RepositoryProblem(kind, objectName, message);
            return problem;
        }
    }

    /// <summary>Adds what reading an object raised: damage when its bytes were read and are wrong, or are too many or too few.</summary>
    /// <param name="damaged">The kind of problem that damage is.</param>
    /// <param name="objectName">The object.</param>
    /// <param name="error">What was raised.</param>
    /// <param name="more">What there is to say besides, in sentences.</param>
    public RepositoryProblem Add(ProblemKind damaged, string objectName, RekkordException error, string? more = null) =>
        error.ErrorId == Storage.StorageException.ObstructedId
            ? Add(ProblemKind.Obstructed, error.Target ?? objectName, error.Message)
            : Add(error.Kind == RekkordErrorKind.InvalidData ? damaged : ProblemKind.Unreadable, objectName, more is null ? error.Message : $"{error.Message} {more}");

    /// <summary>The problem that an object has with its own bytes, if any.</summary>
    public RepositoryProblem? Find(string objectName)
    {
        lock (_lock)
            return _problems.Values.FirstOrDefault(problem => problem.ObjectName == objectName);
    }

    /// <summary>Drops problems that turned out to be none.</summary>
    public void RemoveAll(Predicate<RepositoryProblem> isNone)
    {
        lock (_lock)
        {
            foreach (var key in _problems.Where(one => isNone(one.Value)).Select(one => one.Key).ToArray())
                _problems.Remove(key);
        }
    }
}
