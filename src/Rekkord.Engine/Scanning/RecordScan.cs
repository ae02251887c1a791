using System.Security.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Scanning;

/// <summary>Verifies tags and snapshots, and that they name each other.</summary>
internal sealed class RecordScan
{
    private readonly RepositoryAccess _repository;
    private readonly SnapshotStore _store;
    private readonly ProblemList _problems;
    private readonly SweptObjects _swept;
    private readonly HashSet<string> _tagNames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Snapshot> _byName = new(StringComparer.Ordinal);

    /// <summary>Prepares it.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <param name="swept">What is not looked at, because a prune deletes it.</param>
    public RecordScan(RepositoryAccess repository, ProblemList problems, SweptObjects swept)
    {
        _swept = swept;
        _repository = repository;
        _store = new SnapshotStore(repository);
        _problems = problems;
    }

    /// <summary>The snapshots that could be read, with their roots.</summary>
    public List<(Snapshot Snapshot, IReadOnlyList<SnapshotRoot> Roots)> Snapshots { get; } = [];

    /// <summary>Snapshots that no readable tag names.</summary>
    public List<Snapshot> Untagged { get; } = [];

    /// <summary>The tags that could be read.</summary>
    public List<Snapshot> Tags { get; } = [];

    public void Run(CancellationToken cancellation)
    {
        _repository.Store.ListAhead([ObjectName.Removals, ObjectName.Revocations, ObjectName.Snapshots, ObjectName.Tags], cancellation);

        // What the snapshots are judged by: of two readings, one alone may fail, and what is good would count as forged.
        foreach (var error in _store.Records.LoadRevocations(cancellation).Damaged)
            _problems.Add(ProblemKind.RevocationDamaged, error.Target!, error);
        CheckNames(ObjectName.Tags, ProblemKind.TagDamaged, cancellation);
        CheckNames(ObjectName.Snapshots, ProblemKind.SnapshotDamaged, cancellation);
        CheckNames(ObjectName.Removals, ProblemKind.RemovalDamaged, cancellation);
        _repository.Store.ListAhead([ObjectName.Removals, ObjectName.Snapshots, ObjectName.Tags], cancellation);
        ReadRemovals(cancellation);
        ReadSnapshots(cancellation);
        ReadTags(cancellation);
    }

    /// <summary>Verifies the catalogue, by the tags that were read.</summary>
    public CatalogueScan CheckCatalogue(CancellationToken cancellation)
    {
        var tags = Tags.ToDictionary(tag => tag.TagName, StringComparer.Ordinal);
        var scan = new CatalogueScan(_repository, _store.Records.LoadRevocations(cancellation), tags.GetValueOrDefault);
        scan.Run(List(ObjectName.Catalogue, cancellation).Where(found => found.Obstacle is null), _problems, cancellation);
        return scan;
    }

    /// <summary>
    /// Finds the snapshots that have no tag. To be called late in a scan: a save that had made its snapshot when the scan began has
    /// made its tag since.
    /// </summary>
    public void FindUntagged(CancellationToken cancellation)
    {
        foreach (var found in List(ObjectName.Tags, cancellation).Where(tag => !_tagNames.Contains(tag.Name)).ToArray())
        {
            cancellation.ThrowIfCancellationRequested();
            TryReadTag(found.Name, () => _store.Records.ReadTag(found.Name, cancellation));
        }

        // A tag from whoever scans would make a forged snapshot look like theirs.
        var tagged = Tags.Where(tag => tag.SignerStatus == SignerStatus.Trusted).Select(tag => tag.Id).ToHashSet();
        foreach (var (snapshot, _) in Snapshots.Where(read => !tagged.Contains(read.Snapshot.Id) && read.Snapshot.SignerStatus == SignerStatus.Trusted))
        {
            Untagged.Add(snapshot);
            _problems.Add(
                ProblemKind.TagMissing,
                snapshot.ObjectName,
                $"The snapshot {snapshot.Id} of channel '{snapshot.Summary.Channel}' has no readable tag, so no list shows it. Run the scan with -Repair to make its tag again.").Touched.Add(snapshot.Id.ToString());
        }
    }

    /// <summary>The objects of a folder; none where something else stands in its place, which the scan reports by itself.</summary>
    private IEnumerable<ObjectInfo> List(string folder, CancellationToken cancellation)
    {
        try
        {
            return _repository.List(folder, cancellation);
        }
        catch (StorageException error) when (error.ErrorId == StorageException.ObstructedId)
        {
            return [];
        }
    }

    /// <summary>Reads objects one after another.</summary>
    private IEnumerable<ReadObject<ObjectInfo, T>> ReadEach<T>(IEnumerable<ObjectInfo> objects, Func<string, T> read, CancellationToken cancellation) =>
        ObjectReadAhead.Each(_repository, objects, found => read(found.Name), cancellation);

    /// <summary>Whether an object's bytes are those that its name was made from.</summary>
    private void CheckNames(string folder, ProblemKind damaged, CancellationToken cancellation)
    {
        foreach (var (found, read) in ReadEach(List(folder, cancellation), name => SHA256.HashData(_repository.Store.Read(name, FormatLimits.Index, cancellation)), cancellation))
        {
            var expected = ObjectName.TryGetHash(found.Name);
            try
            {
                if (!read().AsSpan().SequenceEqual(expected))
                    _problems.Add(damaged, found.Name, $"'{found.Name}' is damaged: its bytes do not match its name. Put back a good copy if there is one, or run the scan with -Repair.");
            }
            catch (RekkordException error)
            {
                _problems.Add(damaged, found.Name, error);
            }
        }
    }

    /// <summary>Reads what removes snapshots. These are scanned like the others as long as they are there.</summary>
    private void ReadRemovals(CancellationToken cancellation)
    {
        foreach (var found in List(ObjectName.Removals, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var record = _store.Records.ReadRemoval(found.Name, cancellation);
                if (!record.BringsBack && !_store.Records.LoadRevocations(cancellation).TrustsRemoval(record.KeyId, found.Name))
                    AddRevoked(found.Name, record.KeyId, $"'{found.Name}' removes {record.Snapshots.Count} snapshot(s)", "It removes nothing.");
            }
            catch (RekkordException error)
            {
                _problems.Add(ProblemKind.RemovalDamaged, found.Name, error, "It does not count: what it removed is in the lists again, and what it brought back is not.");
            }
        }
    }

    private void ReadSnapshots(CancellationToken cancellation)
    {
        foreach (var (found, open) in ReadEach(List(ObjectName.Snapshots, cancellation).Where(found => !_swept.HasSnapshot(found.Name)), name => _store.Records.Read(name, cancellation), cancellation))
        {
            try
            {
                // One with the bytes of another is not walked twice: the other is among them under its own name, or is missed there.
                var read = open();
                if (_problems.Find(found.Name) is not null)
                    continue;
                Snapshots.Add(read with { Snapshot = read.Snapshot with { StoredTime = found.ModifiedTime } });
                _byName[found.Name] = read.Snapshot;
                if (read.Snapshot.SignerStatus == SignerStatus.Revoked)
                    AddRevoked(found.Name, read.Snapshot);
            }
            catch (RekkordException error)
            {
                _problems.Add(ProblemKind.SnapshotDamaged, found.Name, error);
            }
        }
    }

    private void ReadTags(CancellationToken cancellation)
    {
        // In this order: a tag is written after its snapshot, so each tag that is listed must find it.
        var tags = List(ObjectName.Tags, cancellation).ToArray();
        var existing = List(ObjectName.Snapshots, cancellation).Select(found => found.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (found, read) in ReadEach(tags, name => _store.Records.ReadTag(name, cancellation), cancellation))
        {
            if (TryReadTag(found.Name, read) is not { } tag)
                continue;
            if (!existing.Contains(tag.ObjectName) && !_swept.HasSnapshot(tag.ObjectName))
            {
                _problems.Add(
                    ProblemKind.SnapshotMissing,
                    tag.ObjectName,
                    $"The snapshot {tag.Id} of channel '{tag.Summary.Channel}' ({tag.Summary.Time:u}) is missing: its object '{tag.ObjectName}' does not exist. Put back a copy if there is one.").Touched.Add(tag.Id.ToString());
            }
            else if (_problems.Find(tag.ObjectName) is { } damaged)
            {
                damaged.Touched.Add(tag.Id.ToString());
            }
        }
    }

    private Snapshot? TryReadTag(string name, Func<Snapshot> read)
    {
        _tagNames.Add(name);
        try
        {
            var tag = read();

            // Of what a revoked key signed, that is said, below, whatever else is wrong with it.
            if (tag.SignerStatus == SignerStatus.Trusted && _byName.TryGetValue(tag.ObjectName, out var snapshot) && !snapshot.Describes(tag))
            {
                _problems.Add(
                    ProblemKind.TagDamaged,
                    name,
                    $"The tag '{name}' contradicts its snapshot {tag.Id}, so lists are wrong. Somebody with a key of this repository wrote it so. The scan with -Repair puts it aside.").Touched.Add(tag.Id.ToString());
                return null;
            }

            Tags.Add(tag);
            if (tag.SignerStatus != SignerStatus.Trusted && _problems.Find(tag.ObjectName) is not { Kind: ProblemKind.SignerRevoked })
                AddRevoked(name, tag);
            return tag;
        }
        catch (RekkordException error)
        {
            _problems.Add(ProblemKind.TagDamaged, name, error);
            return null;
        }
    }

    private void AddRevoked(string name, Snapshot snapshot) => AddRevoked(
        name,
        snapshot.KeyId,
        $"'{name}' (snapshot {snapshot.Id} of channel '{snapshot.Summary.Channel}', {snapshot.Summary.Time:u})",
        "It may be forged. Restore from it by its ID if you need it.").Touched.Add(snapshot.Id.ToString());

    /// <summary>A signature that does not count. Where that is only because the revocation cannot be read, nothing is held against what is signed.</summary>
    private RepositoryProblem AddRevoked(string name, string keyId, string what, string consequence) =>
        _problems.Find(ObjectName.ForRevocation(Convert.FromHexString(keyId))) ?? _problems.Find(ObjectName.Revocations.TrimEnd('/')) ?? _problems.Add(
            ProblemKind.SignerRevoked,
            name,
            $"{what} is signed by the key {keyId}, which was revoked, and is not among those that stay good. {consequence} The scan with -Repair puts it aside.");
}
