namespace Rekkord.Engine.Scanning;

/// <summary>One thing that a scan found wrong, and what it touches.</summary>
public sealed class RepositoryProblem
{
    // Enough to see what is touched; a damaged pack may touch a million files.
    internal const int KeptPaths = 100;

    private (string Snapshot, string Path) _last;

    internal RepositoryProblem(ProblemKind kind, string objectName, string message)
    {
        Kind = kind;
        ObjectName = objectName;
        Message = message;
    }

    /// <summary>What sort of problem it is.</summary>
    public ProblemKind Kind { get; }

    /// <summary>The object it is about.</summary>
    public string ObjectName { get; }

    /// <summary>What happened and what to do.</summary>
    public string Message { get; }

    /// <summary>The snapshots, by OID, that cannot be restored whole because of it.</summary>
    public IReadOnlyCollection<string> Snapshots => Touched;

    /// <summary>Files and directories among these, as <c>snapshot:path</c>; the first 100.</summary>
    public IReadOnlyList<string> Paths => TouchedPaths;

    /// <summary>How many files and directories are touched in all. Of a directory that a snapshot has more than a hundred times, only a hundred count.</summary>
    public long PathCount { get; private set; }

    /// <summary>What was done about it; null if nothing was.</summary>
    public string? Repair { get; internal set; }

    internal SortedSet<string> Touched { get; } = new(StringComparer.Ordinal);

    internal List<string> TouchedPaths { get; } = [];

    /// <summary>Takes over what another object for the same problem says of what is touched.</summary>
    internal void SetTouched(string[] snapshots, string[] paths, long pathCount)
    {
        Touched.UnionWith(snapshots);
        TouchedPaths.AddRange(paths);
        PathCount = pathCount;
    }

    /// <summary>Adds a path; one that is added several times in a row, once for each of its chunks, counts once.</summary>
    internal void AddPath(string snapshot, string path)
    {
        if (_last == (snapshot, path))
            return;
        _last = (snapshot, path);
        Touched.Add(snapshot);
        PathCount++;
        if (TouchedPaths.Count < KeptPaths)
            TouchedPaths.Add($"{snapshot}:{path}");
    }
}
