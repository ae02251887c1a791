using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Copying;

/// <summary>
/// The copies that a destination has, also those that were removed and not deleted yet: whoever removed one does not want it back. That a
/// snapshot is a copy of another is a claim of the key that signed it. So only those count that the key in use or the master key has signed
/// itself: no other key of the destination can keep a copy from being made. One that has no tag is in no list, so it counts as not made.
/// </summary>
internal sealed class ExistingCopies
{
    private readonly SnapshotRecords _records;
    private readonly string _own;
    private readonly string _id;
    private readonly ILookup<SnapshotOrigin, Snapshot> _claims;
    private readonly ILookup<Oid, Snapshot> _saved;

    /// <summary>Lists them.</summary>
    /// <param name="destination">Where.</param>
    /// <param name="warn">Is told which tags cannot be read.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RekkordException">The key cannot list, so that it is not known what is there (<c>CopiesUnknown</c>), or the store failed.</exception>
    public ExistingCopies(RepositoryAccess destination, Action<string> warn, CancellationToken cancellation)
    {
        if (!destination.Keys.CanList)
        {
            throw new RekkordException(
                "CopiesUnknown",
                RekkordErrorKind.PermissionDenied,
                $"The destination's keyfile cannot list, so it is not known what '{destination.Location}' has already. Give a ReadWrite keyfile, or -Force, which copies once more what is there.",
                destination.Location);
        }

        _id = destination.Id;
        _own = destination.Role == KeyRole.Master ? "" : Convert.ToHexStringLower(destination.Keys.KeyId);
        var store = new SnapshotStore(destination);
        _records = store.Records;
        var (snapshots, errors, _) = store.ListAll(cancellation);
        foreach (var error in errors)
            warn(error.Message);
        Snapshot[] counting = [.. snapshots.Where(snapshot => snapshot.TagName.Length > 0 && Counts(snapshot)).OrderBy(snapshot => snapshot.Removal is not null)];
        _claims = counting.Where(snapshot => snapshot.Summary.Origin is not null).ToLookup(snapshot => snapshot.Summary.Origin!);
        _saved = counting.ToLookup(snapshot => snapshot.Id);
    }

    /// <summary>
    /// Finds the copy of a snapshot, or the snapshot itself when it comes back from where it was copied to; null when there is none. What came by
    /// another way has another signer in its origin, and does not count: whoever saves there could have written it. Thread-safe.
    /// </summary>
    /// <exception cref="RekkordException">The store failed.</exception>
    public Snapshot? Find(SnapshotOrigin origin, CancellationToken cancellation) =>
        (origin.RepositoryId == _id ? _saved[origin.SnapshotId] : []).Concat(_claims[origin]).FirstOrDefault(found => IsCopy(found, cancellation));

    private bool Counts(Snapshot signed) => signed.SignerStatus == SignerStatus.Trusted && (signed.KeyId.Length == 0 || signed.KeyId == _own);

    /// <summary>Reads the snapshot itself: a scan that repairs makes lost tags again, under its own key, whoever wrote the snapshot.</summary>
    private bool IsCopy(Snapshot tag, CancellationToken cancellation)
    {
        try
        {
            var (record, _) = _records.Read(tag.ObjectName, cancellation);
            return Counts(record) && record.Describes(tag);
        }
        catch (RekkordException error) when (UnreadableSource.IsLoss(error))
        {
            return false;
        }
    }
}
