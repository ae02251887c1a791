using System.Security.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Scanning;

/// <summary>
/// Reads an object that was found damaged or unreadable once more before a repair moves it to quarantine: a cable or memory that failed for a
/// moment, or a network that does not answer, must not cost a sound object.
/// </summary>
internal sealed class Recheck(RepositoryAccess repository)
{
    /// <summary>
    /// Whether nothing is wrong with the object now. It is damaged also where the medium says, twice more, that it has lost what lies there,
    /// while another object can be read; one that cannot be read for any other reason is neither sound nor known to be damaged.
    /// </summary>
    /// <returns>Null when it is not known.</returns>
    public bool? IsSound(string name, CancellationToken cancellation)
    {
        try
        {
            return Check(name, cancellation);
        }
        catch (RekkordException error) when (error is StorageException { IsMediumError: true })
        {
            return CheckAgain(name, cancellation);
        }
        catch (RekkordException error)
        {
            return error.Kind == RekkordErrorKind.InvalidData ? false : null;
        }
    }

    private bool? CheckAgain(string name, CancellationToken cancellation)
    {
        try
        {
            _ = repository.Store.Read(ObjectName.Descriptor, FormatLimits.Descriptor, cancellation);
            return Check(name, cancellation);
        }
        catch (RekkordException error)
        {
            return error.Target == name && error.MeansLoss ? false : null;
        }
    }

    private bool Check(string name, CancellationToken cancellation) =>
        name.StartsWith(ObjectName.Packs, StringComparison.Ordinal) ? IsSoundPack(name, cancellation)
        : name.StartsWith(ObjectName.Indexes, StringComparison.Ordinal) ? IsRightIndex(name, cancellation)
        : name.StartsWith(ObjectName.Catalogue, StringComparison.Ordinal) ? IsRightCatalogue(name, cancellation)
        : HasItsName(name, cancellation) && (
            name.StartsWith(ObjectName.Tags, StringComparison.Ordinal) ? IsSoundTag(name, cancellation)
            : name.StartsWith(ObjectName.Removals, StringComparison.Ordinal) ? IsSoundRemoval(name, cancellation)
            : name.StartsWith(ObjectName.Condemned, StringComparison.Ordinal) ? IsSoundMark(name, cancellation)
            : IsSoundSnapshot(name, cancellation));

    /// <summary>Whether an index can be opened, and contradicts no pack. A pack that cannot be read does not count against it.</summary>
    private bool IsRightIndex(string name, CancellationToken cancellation)
    {
        var present = repository.List(ObjectName.Packs, cancellation).ToDictionary(pack => pack.Name, StringComparer.Ordinal);
        return IndexObject.Read(repository, name, cancellation).Packs.All(said => !present.TryGetValue(said.Name, out var found) || IsRight(said, found, cancellation));
    }

    private bool IsRight(StoredPack said, ObjectInfo found, CancellationToken cancellation)
    {
        try
        {
            var own = PackTables.Read(repository, found, cancellation);
            return (own.Size == said.Size && own.SealedKey.Span.SequenceEqual(said.SealedKey.Span) && own.Contents.Span.SequenceEqual(said.Contents.Span)) || !PackTables.HasItsName(repository, found.Name, cancellation);
        }
        catch (RekkordException)
        {
            return true;
        }
    }

    private bool IsRightCatalogue(string name, CancellationToken cancellation)
    {
        var records = new SnapshotRecords(repository);
        var scan = new CatalogueScan(repository, records.LoadRevocations(cancellation), tag =>
        {
            try
            {
                return records.ReadTag(tag, cancellation);
            }
            catch (RekkordException)
            {
                // What cannot be read does not count against it.
                return null;
            }
        });

        // Raises an error when it is not right.
        scan.Verify(name, cancellation);
        return true;
    }

    private bool IsSoundTag(string name, CancellationToken cancellation)
    {
        var store = new SnapshotStore(repository);
        var tag = store.Records.ReadTag(name, cancellation);
        try
        {
            return !repository.Store.Exists(tag.ObjectName, cancellation) || store.Records.Read(tag.ObjectName, cancellation).Snapshot.Describes(tag);
        }
        catch (RekkordException error) when (error.MeansLoss)
        {
            // Nothing is held against a tag because its snapshot is damaged.
            return true;
        }
    }

    private bool IsSoundSnapshot(string name, CancellationToken cancellation) => new SnapshotRecords(repository).Read(name, cancellation).Roots.Count >= 0;

    private bool IsSoundRemoval(string name, CancellationToken cancellation) => new SnapshotRecords(repository).ReadRemoval(name, cancellation).Snapshots.Count > 0;

    private bool IsSoundMark(string name, CancellationToken cancellation) =>
        repository.Store.Find(name, cancellation) is { } found && CondemnedRecord.Read(repository, found, cancellation).Name == name;

    private bool IsSoundPack(string name, CancellationToken cancellation)
    {
        if (repository.List(ObjectName.Packs, cancellation).FirstOrDefault(pack => pack.Name == name) is not { } found)
            return false;
        using var verifier = new PackVerifier(repository);
        return verifier.Verify(PackTables.Read(repository, found, cancellation), openSegments: true, static (Oid _) => { }, static _ => { }, cancellation) is null;
    }

    private bool HasItsName(string name, CancellationToken cancellation) =>
        SHA256.HashData(repository.Store.Read(name, FormatLimits.Index, cancellation)).AsSpan().SequenceEqual(ObjectName.TryGetHash(name));
}
