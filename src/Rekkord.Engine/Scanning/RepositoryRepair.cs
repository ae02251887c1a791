using System.Security.Cryptography;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Scanning;

/// <summary>
/// Mends what a scan found, without ever deleting: damaged objects are moved to <c>damaged/</c>, so that nothing relies on
/// them and the next save stores again what it still finds; indexes and tags are made again from packs and snapshots.
/// </summary>
internal sealed class RepositoryRepair
{
    private readonly RepositoryAccess _repository;

    public RepositoryRepair(RepositoryAccess repository) => _repository = repository;

    public void Run(IReadOnlyList<RepositoryProblem> problems, IReadOnlyList<StoredPack> unindexed, IReadOnlyList<Snapshot> untagged)
    {
        foreach (var problem in problems)
        {
            if (problem.Kind is ProblemKind.PackDamaged or ProblemKind.IndexDamaged or ProblemKind.TagDamaged or ProblemKind.SnapshotDamaged
                && _repository.Store.Exists(problem.ObjectName))
            {
                var aside = ObjectName.Damaged + problem.ObjectName.Replace('/', '-');
                _repository.Store.Move(problem.ObjectName, aside);
                problem.Repair = $"moved to '{aside}'";
            }
        }

        foreach (var index in IndexObject.Encode(_repository.Keys, unindexed))
        {
            using var writer = _repository.Store.Create();
            writer.Write(index);
            writer.Commit(ObjectName.For(ObjectName.Indexes, SHA256.HashData(index)));
        }

        foreach (var snapshot in untagged)
        {
            new SnapshotStore(_repository).WriteTag(snapshot.Id, ObjectName.TryGetHash(snapshot.ObjectName)!, snapshot.Summary);
            if (problems.FirstOrDefault(problem => problem.Kind == ProblemKind.TagMissing && problem.ObjectName == snapshot.ObjectName) is { } missing)
                missing.Repair = "tag made again";
        }
    }
}
