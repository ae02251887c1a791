using Rekkord.Engine.Pruning;
using Rekkord.Engine.Repository;

namespace Rekkord.Cmdlets.Models;

/// <summary>A repository, and what it stores.</summary>
public sealed class RekkordRepository
{
    internal RekkordRepository(RepositoryAccess repository, string keyFile, RepositoryContents contents, PruneResult? measured = null, bool isWhole = true)
    {
        Status = contents.IsKeyRevoked ? RekkordRepositoryStatus.KeyRevoked
            : !isWhole ? RekkordRepositoryStatus.Partial
            : IsPruneDue(contents, measured) ? RekkordRepositoryStatus.PruneDue
            : RekkordRepositoryStatus.Ready;
        Id = repository.Id;
        Repository = repository.Location;
        KeyFile = keyFile;
        Role = repository.Role.ToString();
        FormatVersion = repository.FormatVersion;
        CreatedTime = repository.CreatedTime.ToLocalTime();
        Snapshots = contents.Snapshots;
        RemovedSnapshots = contents.RemovedSnapshots;
        Objects = contents.Objects;
        Size = contents.Size;
        Packs = contents.Packs;
        PackSize = contents.PackSize;
        Indexes = contents.Indexes;
        IndexSize = contents.IndexSize;
        CondemnedPacks = contents.CondemnedPacks;
        CondemnedSize = contents.CondemnedSize;
        OldestMark = contents.OldestMark?.ToLocalTime();
        OldestMarkAge = contents.OldestMarkAge;
        NextSweep = contents.NextSweep?.ToLocalTime();
        LiveSize = measured?.NeededSize;
        DeadSize = measured?.BringBackSize + measured?.UnneededSize;
        RemovedSize = measured?.BringBackSize;
        DeletableSize = measured?.DeletedSize;
        CondemnableSize = measured?.CondemnedSize;
        MergeablePacks = measured?.MergedPacks;
        MergeableSize = measured?.MergedSize;
    }

    /// <summary>Whether it can be used, and whether a prune is due.</summary>
    public RekkordRepositoryStatus Status { get; }

    /// <summary>Its ID: 32 hex digits.</summary>
    public string Id { get; }

    /// <summary>Where it is.</summary>
    public string Repository { get; }

    /// <summary>The keyfile that opens it.</summary>
    public string KeyFile { get; }

    /// <summary>That keyfile's role.</summary>
    public string Role { get; }

    /// <summary>The version of its format.</summary>
    public int FormatVersion { get; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedTime { get; }

    /// <summary>How many snapshots there are that are not removed.</summary>
    public int Snapshots { get; }

    /// <summary>How many are removed and are still there.</summary>
    public int RemovedSnapshots { get; }

    /// <summary>How many objects are stored, beside the object that says what the repository is.</summary>
    public int Objects { get; }

    /// <summary>The bytes of these.</summary>
    public long Size { get; }

    /// <summary>How many of the objects are packs: what was saved is in these.</summary>
    public int Packs { get; }

    /// <summary>The bytes of these.</summary>
    public long PackSize { get; }

    /// <summary>How many of the objects are indexes.</summary>
    public int Indexes { get; }

    /// <summary>The bytes of these.</summary>
    public long IndexSize { get; }

    /// <summary>How many packs are condemned: a prune deletes them after a time. Null when the keyfile may not know.</summary>
    public int? CondemnedPacks { get; }

    /// <summary>The bytes of these.</summary>
    public long? CondemnedSize { get; }

    /// <summary>When the oldest of what is condemned was condemned, by the clock of the storage. Null when nothing is, or when the keyfile may not know.</summary>
    public DateTimeOffset? OldestMark { get; }

    /// <summary>How long ago that was.</summary>
    public TimeSpan? OldestMarkAge { get; }

    /// <summary>From when on a prune may delete it.</summary>
    public DateTimeOffset? NextSweep { get; }

    /// <summary>The bytes of packs that snapshots need which are not removed. Null without -Measure, as what follows.</summary>
    public long? LiveSize { get; }

    /// <summary>The bytes of packs that no such snapshot needs.</summary>
    public long? DeadSize { get; }

    /// <summary>The bytes among these that removed snapshots need, which can be brought back.</summary>
    public long? RemovedSize { get; }

    /// <summary>The bytes that a prune would delete now.</summary>
    public long? DeletableSize { get; }

    /// <summary>The bytes that a prune would condemn now, so that a later one deletes them.</summary>
    public long? CondemnableSize { get; }

    /// <summary>How many small packs a prune would merge now into larger ones.</summary>
    public int? MergeablePacks { get; }

    /// <summary>The bytes of these.</summary>
    public long? MergeableSize { get; }

    /// <summary>Where it is.</summary>
    public override string ToString() => Repository;

    private static bool IsPruneDue(RepositoryContents contents, PruneResult? measured) =>
        measured is null ? contents.IsPruneDue == true : measured.Snapshots.Count + measured.DeletedPacks + measured.CondemnedPacks + measured.MergedPacks > 0;
}

/// <summary>How a repository is.</summary>
public enum RekkordRepositoryStatus
{
    /// <summary>It can be used, and a prune has nothing to do now, as far as that is known.</summary>
    Ready,

    /// <summary>It can be used, and Invoke-RekkordPrune has something to delete, to condemn or, as far as -Measure tells, to merge.</summary>
    PruneDue,

    /// <summary>Something in it cannot be read, which errors name. Numbers may be too low.</summary>
    Partial,

    /// <summary>The keyfile in use was revoked.</summary>
    KeyRevoked,
}
