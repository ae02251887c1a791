using Rekkord.Engine.Pruning;

namespace Rekkord.Cmdlets.Models;

/// <summary>What a prune deleted and condemned, or would.</summary>
public sealed class RekkordPruneResult
{
    internal RekkordPruneResult(PruneResult result, string repository)
    {
        Repository = repository;
        IsDone = result.IsDone;
        Snapshots = [.. result.Snapshots.Select(snapshot => new RekkordSnapshot(snapshot))];
        DeletedPacks = result.DeletedPacks;
        DeletedSize = result.DeletedSize;
        CondemnedPacks = result.CondemnedPacks;
        CondemnedSize = result.CondemnedSize;
        MergedPacks = result.MergedPacks;
        MergedSize = result.MergedSize;
        MergeObstacle = result.MergeObstacle;
        WaitingPacks = result.WaitingPacks;
        WaitingSize = result.WaitingSize;
        RefusedObjects = result.RefusedObjects;
        NextSweep = result.NextSweep?.ToLocalTime();
    }

    /// <summary>The repository.</summary>
    public string Repository { get; }

    /// <summary>Whether it was done. With -WhatIf it is not.</summary>
    public bool IsDone { get; }

    /// <summary>The snapshots that are deleted and cannot be brought back.</summary>
    public RekkordSnapshot[] Snapshots { get; }

    /// <summary>How many packs are deleted.</summary>
    public int DeletedPacks { get; }

    /// <summary>The bytes of these: the space that is regained.</summary>
    public long DeletedSize { get; }

    /// <summary>How many packs are condemned, because nothing or only a part of them is needed.</summary>
    public int CondemnedPacks { get; }

    /// <summary>The bytes of these: what a later run deletes. What is still needed of them is copied first.</summary>
    public long CondemnedSize { get; }

    /// <summary>How many small packs are merged into larger ones. A later run deletes them. They are not counted among CondemnedPacks.</summary>
    public int MergedPacks { get; }

    /// <summary>The bytes of these.</summary>
    public long MergedSize { get; }

    /// <summary>Why small packs that are worth being merged stay as they are, as a sentence; null when none does.</summary>
    public string? MergeObstacle { get; }

    /// <summary>How many packs were condemned before and wait.</summary>
    public int WaitingPacks { get; }

    /// <summary>The bytes of these.</summary>
    public long WaitingSize { get; }

    /// <summary>How many objects the store did not delete now, because it protects them. The next run tries again.</summary>
    public int RefusedObjects { get; }

    /// <summary>When the next of what waited before this run can be deleted; null when nothing did.</summary>
    public DateTimeOffset? NextSweep { get; }

    /// <summary>What it did, or would do, and where.</summary>
    public override string ToString() => $"Deleted {DeletedPacks}, condemned {CondemnedPacks}, merged {MergedPacks} packs of {Repository}{(IsDone ? "" : " (planned)")}";
}
