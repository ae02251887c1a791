using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Repository;

/// <summary>
/// Objects whose content is in a newer one: small indexes, and parts of the catalogue. Nothing relies on them, so whoever may delete removes them.
/// </summary>
internal static class ReplacedObjects
{
    /// <summary>Deletes them, until the store refuses.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="names">Their names. What replaces them must be durable.</param>
    /// <param name="cancellation">Stops between objects.</param>
    public static void Delete(RepositoryAccess repository, IEnumerable<string> names, CancellationToken cancellation)
    {
        foreach (var name in names)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                Storage.BlockingCalls.Delete(repository.Store, name, cancellation);
            }
            catch (RekkordException error) when (error.Kind == RekkordErrorKind.NotFound)
            {
                // Another writer was faster.
                continue;
            }
            catch (RekkordException)
            {
                // This writer may only add objects, or the store keeps them for a time. Readers skip them.
                return;
            }
        }
    }
}
