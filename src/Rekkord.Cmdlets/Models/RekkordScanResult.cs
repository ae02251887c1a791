using Rekkord.Engine.Scanning;

namespace Rekkord.Cmdlets.Models;

/// <summary>What a scan verified and found.</summary>
public sealed class RekkordScanResult
{
    internal RekkordScanResult(ScanResult result, string repository, bool full, DateTimeOffset start, TimeSpan duration, RekkordHookResult[] hooks)
    {
        Status = result.Problems.Count > 0 ? RekkordScanStatus.ProblemsFound
            : result.OutOfTime ? RekkordScanStatus.Incomplete
            : RekkordScanStatus.Succeeded;
        Repository = repository;
        Full = full;
        StartTime = start;
        Duration = duration;
        Snapshots = result.Snapshots;
        Packs = result.VerifiedPacks;
        SkippedPacks = result.SkippedPacks;
        Size = result.VerifiedSize;
        Blobs = result.Blobs;
        UnindexedPacks = result.UnindexedPacks;
        OutOfTime = result.OutOfTime;
        NothingDue = result.NothingDue;
        Problems = [.. result.Problems.Select(problem => new RekkordProblem(problem))];
        Hooks = hooks;
    }

    /// <summary>Whether all that was looked at is sound.</summary>
    public RekkordScanStatus Status { get; }

    /// <summary>The repository.</summary>
    public string Repository { get; }

    /// <summary>Whether every blob was opened and checked, beside every object's bytes.</summary>
    public bool Full { get; }

    /// <summary>When the scan began.</summary>
    public DateTimeOffset StartTime { get; }

    /// <summary>How long it took, without the hooks.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Snapshots whose trees were walked.</summary>
    public int Snapshots { get; }

    /// <summary>Packs that were read.</summary>
    public int Packs { get; }

    /// <summary>Packs that were not read, because of -MaxAge or -TimeLimit.</summary>
    public int SkippedPacks { get; }

    /// <summary>Bytes read.</summary>
    public long Size { get; }

    /// <summary>Different blobs in the repository.</summary>
    public int Blobs { get; }

    /// <summary>Whole packs that no index names, left by a save that was stopped; harmless.</summary>
    public int UnindexedPacks { get; }

    /// <summary>Whether -TimeLimit ended it before all packs were read.</summary>
    public bool OutOfTime { get; }

    /// <summary>Whether no pack was read, because this machine has verified each of them within -MaxAge.</summary>
    public bool NothingDue { get; }

    /// <summary>What is wrong; empty when nothing is.</summary>
    public RekkordProblem[] Problems { get; }

    /// <summary>The results of all hooks that ran.</summary>
    public RekkordHookResult[] Hooks { get; }

    /// <summary>How it ended, and where.</summary>
    public override string ToString() => $"{Status} {Repository}";
}

/// <summary>How a scan ended.</summary>
public enum RekkordScanStatus
{
    /// <summary>All that was looked at is sound.</summary>
    Succeeded,

    /// <summary>Something is damaged or missing.</summary>
    ProblemsFound,

    /// <summary>All that was looked at is sound, but -TimeLimit ended it before all packs were read.</summary>
    Incomplete,
}

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

    /// <summary>What sort of problem it is: PackDamaged, PackMissing, IndexDamaged, TagDamaged, SnapshotDamaged, SnapshotMissing, TagMissing, ContentMissing, ContentInvalid, SignerRevoked, RevocationDamaged, CatalogueDamaged, RemovalDamaged, MarkDamaged, Obstructed, Deleted or Unreadable.</summary>
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
