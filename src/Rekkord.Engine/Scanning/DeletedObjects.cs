using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Scanning;

/// <summary>
/// Finds what somebody deleted from a store that keeps it all the same, such as a bucket with versions, and brings it back. What a repair has set aside was
/// deleted by it, and stays so.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="problems">Where it is reported.</param>
/// <param name="swept">What a prune has deleted.</param>
/// <param name="warn">Is told when the store does not say what was deleted.</param>
internal sealed class DeletedObjects(RepositoryAccess repository, ProblemList problems, SweptObjects swept, Action<string> warn)
{
    /// <summary>Reports all of it.</summary>
    /// <param name="bringBack">Whether it is brought back too.</param>
    /// <param name="cancellation">Stops between objects.</param>
    public void Run(bool bringBack, CancellationToken cancellation)
    {
        foreach (var name in Find(cancellation))
        {
            var problem = problems.Add(
                ProblemKind.Deleted,
                name,
                $"'{name}' was deleted, and the store still keeps it. Find out who deleted it, and take that right away. Run the scan with -Repair to bring it back.");
            if (!bringBack)
                continue;
            repository.Store.BringBack(name, cancellation);
            problem.Repair = "brought back";
        }
    }

    /// <summary>Whether a save or a prune may have deleted it: a larger one of its kind has all that was in it, or it has done its service.</summary>
    private static bool MayBeReplaced(string name) => Array.Exists(
        [ObjectName.Catalogue, ObjectName.Indexes, ObjectName.Condemned], folder => name.StartsWith(folder, StringComparison.Ordinal));

    private List<string> Find(CancellationToken cancellation)
    {
        try
        {
            var deleted = repository.Store.ListDeleted(cancellation);
            if (deleted.Count == 0)
                return deleted;

            // Also when somebody has emptied the quarantine since.
            var setAside = deleted.Concat(repository.Store.List(ObjectName.Quarantine, cancellation).Select(found => found.Name)).ToHashSet(StringComparer.Ordinal);
            return deleted.FindAll(name => ObjectName.IsWellFormed(name) && !MayBeReplaced(name) && !swept.Has(name) && !setAside.Contains(ObjectName.InQuarantine(name)));
        }
        catch (StorageException error) when (error.ErrorId == StorageException.AccessDeniedId)
        {
            warn($"Whether objects were deleted that the store still keeps is not known. {error.Message}");
            return [];
        }
    }
}
