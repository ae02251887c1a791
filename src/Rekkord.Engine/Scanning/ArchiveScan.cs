using System.Security.Cryptography;
using Rekkord.Engine.Archives;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Scanning;

/// <summary>Verifies archives: that each is as it was written, that a key signed it which may delete, and that all that it has is what the names say.</summary>
/// <param name="repository">The repository.</param>
internal sealed class ArchiveScan(RepositoryAccess repository)
{
    /// <summary>Verifies all that there are.</summary>
    public void Run(ProblemList problems, CancellationToken cancellation)
    {
        foreach (var found in List(cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                Verify(found, cancellation);
            }
            catch (StorageException error) when (error.Kind == RekkordErrorKind.NotFound)
            {
                // A prune has written it anew meanwhile.
                continue;
            }
            catch (RekkordException error)
            {
                problems.Add(ProblemKind.ArchiveDamaged, found.Name, error, "Snapshots that are only in it may be missing from lists, and nothing can be deleted. The scan with -Repair stores again what can be read of it, and puts it aside.");
            }
        }
    }

    /// <summary>Verifies one.</summary>
    /// <exception cref="DamagedObjectException">It is damaged, or signed by a key that may not delete.</exception>
    /// <exception cref="StorageException">There is none, or reading failed.</exception>
    public void Verify(ObjectInfo found, CancellationToken cancellation)
    {
        var bytes = repository.Store.Read(found.Name, Archive.LargestSize, cancellation);
        if (bytes.Length != found.Size || !IsNamed(found.Name, bytes))
            throw new DamagedObjectException(found.Name, "its bytes do not match its name.");
        if (Archive.ReadHead(found, bytes, repository.Keys).Entries.FirstOrDefault(entry => !IsNamed(entry.Name, bytes.AsSpan((int)entry.Offset, entry.Length))) is { } wrong)
            throw new DamagedObjectException(found.Name, $"what it has of '{wrong.Name}' is something else.");
    }

    private static bool IsNamed(string name, ReadOnlySpan<byte> bytes) => SHA256.HashData(bytes).AsSpan().SequenceEqual(ObjectName.TryGetHash(name));

    private IEnumerable<ObjectInfo> List(CancellationToken cancellation)
    {
        try
        {
            return repository.List(ObjectName.Archives, cancellation).Where(found => found.Obstacle is null);
        }
        catch (StorageException error) when (error.ErrorId == StorageException.ObstructedId)
        {
            // The scan reports by itself what stands there.
            return [];
        }
    }
}
