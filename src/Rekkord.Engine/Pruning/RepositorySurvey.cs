using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Pruning;

/// <summary>Tells what a repository stores, what of it is condemned, and what a prune would give. Changes nothing.</summary>
/// <param name="repository">The repository, opened with a key that can list.</param>
/// <param name="request">How a prune would go about it.</param>
/// <param name="failed">Is told of each thing that cannot be read. What depends on it is null then, or may be wrong.</param>
public sealed class RepositorySurvey(RepositoryAccess repository, PruneRequest request, Action<RekkordException> failed)
{
    /// <summary>This machine's clock; tests put another one there.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Counts the objects and reads the few records that say what is removed and condemned. Reads no snapshot and no pack.</summary>
    /// <exception cref="RekkordException">The key may not list (<c>KeyRoleInsufficient</c>), or the store failed.</exception>
    public RepositoryContents Count(CancellationToken cancellation)
    {
        var stored = repository.Store.List("", cancellation).Where(found => found.Obstacle is null && ObjectName.IsStored(found.Name)).ToDictionary(found => found.Name, StringComparer.Ordinal);
        var records = new SnapshotRecords(repository);
        var revocations = records.LoadRevocations(cancellation);
        var removals = RemovalList.Load(repository, records, new(), cancellation);
        revocations.Damaged.Concat(removals.Unread).ToList().ForEach(failed);
        ObjectInfo[] packs = [.. In(ObjectName.Packs)], snapshots = [.. In(ObjectName.Snapshots)];
        var removed = snapshots.Where(snapshot => removals.Find(snapshot.Name) is not null).Select(snapshot => snapshot.Name).ToHashSet(StringComparer.Ordinal);
        var contents = new RepositoryContents
        {
            Objects = stored.Count,
            Size = stored.Values.Sum(found => found.Size),
            Packs = packs.Length,
            PackSize = packs.Sum(pack => pack.Size),
            Indexes = In(ObjectName.Indexes).Count(),
            IndexSize = In(ObjectName.Indexes).Sum(index => index.Size),
            Snapshots = snapshots.Length - removed.Count,
            RemovedSnapshots = removed.Count,
            IsKeyRevoked = repository.Role != KeyRole.Master && revocations.IsRevoked(Convert.ToHexStringLower(repository.Keys.KeyId)),
        };
        return repository.Role.Permits(KeyPermission.Save) ? AddCondemned(contents, stored, removed, removals, cancellation) : contents;

        IEnumerable<ObjectInfo> In(string folder) => stored.Values.Where(found => found.Name.StartsWith(folder, StringComparison.Ordinal));
    }

    /// <summary>Walks all snapshots and looks at every pack, as a prune does, and so tells what of the packs is needed.</summary>
    /// <returns>What a prune would do; null when it would refuse, which is told.</returns>
    /// <exception cref="RekkordException">The key may not read (<c>KeyRoleInsufficient</c>), or the store failed.</exception>
    public PruneResult? Measure(Action<string> warn, CancellationToken cancellation)
    {
        try
        {
            return new PruneOperation(repository, request, warn) { Clock = Clock }.Estimate(cancellation);
        }
        catch (RekkordException error) when (error.ErrorId == "PruneRefused")
        {
            failed(error);
            return null;
        }
    }

    private RepositoryContents AddCondemned(
        RepositoryContents contents, Dictionary<string, ObjectInfo> stored, HashSet<string> removed, RemovalList removals, CancellationToken cancellation)
    {
        var condemned = CondemnedList.Load(repository, cancellation);
        condemned.Unread.ForEach(failed);
        ObjectInfo[] packs = [.. condemned.Packs.Where(stored.ContainsKey).Select(name => stored[name])];
        var effective = condemned.Records.FindAll(record => record.Packs.Any(pack => stored.ContainsKey(ObjectName.ForPack(pack.ToArray())))
            || removed.Any(snapshot => CondemnedList.Names(snapshot, removals, [record])));
        var marks = effective.FindAll(record => record.Kind == CondemnedKind.Mark);
        var oldest = marks.Select(mark => (DateTimeOffset?)mark.StoredTime).Min();
        return contents with
        {
            CondemnedPacks = packs.Length,
            CondemnedSize = packs.Sum(pack => pack.Size),
            OldestMark = oldest,
            OldestMarkAge = Clock.GetUtcNow() - oldest,
            NextSweep = oldest + request.SweepAfter,
            IsPruneDue = effective.Count > marks.Count || oldest + request.SweepAfter <= Clock.GetUtcNow()
                || removed.Any(snapshot => !CondemnedList.Names(snapshot, removals, condemned.Records)),
        };
    }
}

/// <summary>What a repository stores, as far as that can be told without walking its snapshots.</summary>
public sealed record RepositoryContents
{
    /// <summary>What a repository has that was just made.</summary>
    public static RepositoryContents OfNew { get; } = new() { CondemnedPacks = 0, CondemnedSize = 0, IsPruneDue = false };

    /// <summary>How many objects it has.</summary>
    public int Objects { get; init; }

    /// <summary>Their bytes.</summary>
    public long Size { get; init; }

    /// <summary>How many packs it has.</summary>
    public int Packs { get; init; }

    /// <summary>The bytes of these.</summary>
    public long PackSize { get; init; }

    /// <summary>How many indexes it has.</summary>
    public int Indexes { get; init; }

    /// <summary>The bytes of these.</summary>
    public long IndexSize { get; init; }

    /// <summary>How many snapshots there are that are not removed, with or without a tag.</summary>
    public int Snapshots { get; init; }

    /// <summary>How many are removed and still there.</summary>
    public int RemovedSnapshots { get; init; }

    /// <summary>How many packs are condemned; null when the key may not know.</summary>
    public int? CondemnedPacks { get; init; }

    /// <summary>The bytes of these; null when the key may not know.</summary>
    public long? CondemnedSize { get; init; }

    /// <summary>When the oldest mark was made that names something which is still there, by the store's clock; null when there is none, or when the key may not know.</summary>
    public DateTimeOffset? OldestMark { get; init; }

    /// <summary>How old it is.</summary>
    public TimeSpan? OldestMarkAge { get; init; }

    /// <summary>From when on a prune may delete what it names.</summary>
    public DateTimeOffset? NextSweep { get; init; }

    /// <summary>Whether a prune would find something to delete or to condemn; null when the key may not know.</summary>
    public bool? IsPruneDue { get; init; }

    /// <summary>Whether the keyfile in use was revoked.</summary>
    public bool IsKeyRevoked { get; init; }
}
