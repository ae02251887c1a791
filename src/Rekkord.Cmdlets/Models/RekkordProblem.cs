using Rekkord.Engine.Scanning;

namespace Rekkord.Cmdlets.Models;

/// <summary>One thing that a scan found wrong, and what it touches.</summary>
public sealed class RekkordProblem
{
    internal RekkordProblem(RepositoryProblem problem)
    {
        Kind = problem.Kind.ToString();
        ObjectName = problem.ObjectName;
        Message = problem.Message;
        Snapshots = [.. problem.Snapshots];
        PathCount = problem.PathCount;
        Paths = [.. problem.Paths];
        Repair = problem.Repair;
    }

    /// <summary>What sort of problem it is: PackDamaged, PackMissing, IndexDamaged, TagDamaged, SnapshotDamaged, SnapshotMissing, TagMissing, ContentMissing, ContentInvalid, SignerRevoked, RevocationDamaged, Obstructed or Unreadable.</summary>
    public string Kind { get; }

    /// <summary>The stored object it is about.</summary>
    public string ObjectName { get; }

    /// <summary>What happened and what to do.</summary>
    public string Message { get; }

    /// <summary>The IDs of the snapshots that cannot be restored whole because of it.</summary>
    public string[] Snapshots { get; }

    /// <summary>How many files and directories it touches.</summary>
    public long PathCount { get; }

    /// <summary>Which, as <c>snapshot:path</c>; the first 100.</summary>
    public string[] Paths { get; }

    /// <summary>What was done about it with -Repair; null if nothing was.</summary>
    public string? Repair { get; }

    /// <summary>The message.</summary>
    public override string ToString() => Message;
}
