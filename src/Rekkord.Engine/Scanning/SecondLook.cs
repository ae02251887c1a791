using System.Security.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Oid = Rekkord.Engine.Repository.Oid;

namespace Rekkord.Engine.Scanning;

/// <summary>
/// Reads an object that was found damaged once more before a repair puts it aside: a cable or memory that failed for a moment must
/// not cost a sound object.
/// </summary>
internal sealed class SecondLook(RepositoryAccess repository)
{
    /// <summary>Whether nothing is wrong with the object now. One that cannot be read at all is not sound, but not known to be damaged either.</summary>
    /// <returns>Null when it could not be read.</returns>
    public bool? IsSound(RepositoryProblem problem, CancellationToken cancellation)
    {
        try
        {
            return problem.Kind switch
            {
                ProblemKind.PackDamaged => IsSoundPack(problem.ObjectName, cancellation),
                ProblemKind.IndexDamaged => HasItsName(problem.ObjectName) && IndexObject.Decode(repository.Keys, problem.ObjectName, Read(problem.ObjectName)).Count > 0,
                ProblemKind.TagDamaged => HasItsName(problem.ObjectName) && IsSoundTag(problem.ObjectName),
                ProblemKind.SnapshotDamaged => HasItsName(problem.ObjectName) && new SnapshotStore(repository).Read(problem.ObjectName).Roots.Count >= 0,
                _ => false,
            };
        }
        catch (RekkordException error)
        {
            return error.Kind == RekkordErrorKind.InvalidData ? false : null;
        }
    }

    private bool IsSoundTag(string name)
    {
        var store = new SnapshotStore(repository);
        var tag = store.ReadTag(name);
        try
        {
            return !repository.Store.Exists(tag.ObjectName) || SnapshotCodec.AreSame(tag.Summary, store.Read(tag.ObjectName).Snapshot.Summary);
        }
        catch (DamagedObjectException)
        {
            // Nothing is held against a tag because its snapshot is damaged.
            return true;
        }
    }

    private bool IsSoundPack(string name, CancellationToken cancellation)
    {
        if (repository.List(ObjectName.Packs).FirstOrDefault(pack => pack.Name == name) is not { } found)
            return false;
        var pack = new StoredPack(ObjectName.TryGetHash(name)!, found.Size, PackFormat.ReadDirectory(repository.Store, repository.Keys, name, found.Size));
        try
        {
            BlobIndex.Validate(pack);
        }
        catch (InvalidDataException)
        {
            return false;
        }

        using var verifier = new PackVerifier(repository);
        return verifier.Verify(pack, openSegments: true, static (Oid _) => { }, static _ => { }, cancellation) is null;
    }

    private bool HasItsName(string name) => SHA256.HashData(Read(name)).AsSpan().SequenceEqual(ObjectName.TryGetHash(name));

    private byte[] Read(string name) => repository.Store.Read(name, FormatLimits.Index);
}
