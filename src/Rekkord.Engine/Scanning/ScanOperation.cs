using Rekkord.Engine.Errors;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Protecting;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Workers;

namespace Rekkord.Engine.Scanning;

/// <summary>
/// Verifies a repository. Always: every object's bytes against its name, every index, tag, signature, snapshot and tree, and
/// that everything a snapshot needs is there. With <see cref="ScanRequest.Full"/> also every blob's content against its ID.
/// </summary>
public sealed class ScanOperation
{
    private readonly RepositoryAccess _repository;
    private readonly ScanRequest _request;
    private readonly Action<string> _warn;
    private readonly ProblemList _problems = new();
    private PackScan? _packs;
    private string _activity = "Checking snapshots";
    private bool _isReadingPacks;

    /// <summary>Prepares a scan.</summary>
    /// <param name="repository">The repository, opened with a key that can read.</param>
    /// <param name="request">How to verify it.</param>
    /// <param name="warn">Is told what is worth knowing and no problem of the repository.</param>
    public ScanOperation(RepositoryAccess repository, ScanRequest request, Action<string> warn)
    {
        _repository = repository;
        _request = request;
        _warn = warn;
    }

    /// <summary>How far the scan is; may be asked at any time from any thread.</summary>
    public ScanProgress Progress => _isReadingPacks && _packs is { } packs ? new(_activity, packs.ReadSize, packs.TotalSize, _problems.Count) : new(_activity, 0, 0, _problems.Count);

    /// <summary>Verifies.</summary>
    /// <exception cref="RekkordException">The key cannot read (<c>KeyRoleInsufficient</c>), or the store cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ScanResult Run(CancellationToken cancellation)
    {
        _ = _repository.Keys.DataPrivateKey;
        _ = _repository.Keys.LogPrivateKey;
        if (_request.Repair)
            _repository.RequireWriting(cancellation);

        var swept = new SweptObjects(_repository, _problems);
        swept.Load(cancellation);
        new DeletedObjects(_repository, _problems, swept, _warn).Run(_request.Repair, cancellation);
        FindObstacles(cancellation);

        // Snapshots are read before the index: what they need was stored and indexed before them, also by a save that goes on beside.
        _activity = "Checking snapshots";
        var records = new RecordScan(_repository, _problems, swept);
        records.Run(cancellation);
        var catalogue = records.CheckCatalogue(cancellation);
        SnapshotStore.WarnOfDoubts(records.Snapshots.Select(read => read.Snapshot), _warn);

        _activity = "Reading the index";
        var packs = new List<StoredPack>();
        var loader = IndexLoader.ForScanning(_repository, AddDamaged);
        loader.Load(packs.Add, cancellation);
        var lost = FindLost(loader, swept);

        // A pack that was cut short or grew still gives what is whole in it.
        packs.AddRange(loader.WrongSize);

        _activity = "Reading packs";
        var state = ScanState.Load(_repository.Id, _repository.Location, _request.CacheDirectory);
        loader.WrongSize.ForEach(pack => state.Remove(pack.Name));
        _packs = new PackScan(_repository, _request, _problems, state);
        _isReadingPacks = true;
        _packs.Run(packs, cancellation);
        _isReadingPacks = false;

        _activity = "Walking snapshots";
        var index = new BlobIndex();
        packs.ForEach(index.Add);
        WalkTrees(index, lost, records, cancellation);
        records.FindUntagged(cancellation);
        swept.Dismiss(records.Snapshots.Select(read => read.Snapshot).Concat(records.Tags), cancellation);

        if (_request.Repair)
        {
            new RepositoryRepair(_repository, _problems.All, packs, loader.Unindexed.FindAll(pack => !swept.Has(pack.Name))).Run(records.Untagged, records.Tags, cancellation);
            ReplacedObjects.Delete(_repository, catalogue.Replaced.Concat(IndexConsolidation.FindReplaced(loader.Sound)), cancellation);
        }

        _activity = "Prolonging the retention";
        new RetentionExtension(_repository, _request.CacheDirectory).Run(all: _request.Repair, cancellation);
        if (!_repository.RequireInPlace(cancellation))
            _problems.Add(ProblemKind.Unreadable, ObjectName.Descriptor, new DamagedObjectException(ObjectName.Descriptor, "it was misread the first time and read correctly the second time. Check the disk."));
        SaveState(state, loader);
        if (_request.Repair)
            _repository.ThrowIfRevoked("what the repair signed does not count, so repair again", cancellation);
        return new ScanResult(
            _problems.All, records.Snapshots.Count, _packs.VerifiedPacks, _packs.SkippedPacks, _packs.ReadSize, index.Count, loader.Unindexed.Count, _packs.OutOfTime);
    }

    /// <summary>Finds what stands in the place of an object or a folder. It is no part of the repository, but whoever put it there may do more.</summary>
    private void FindObstacles(CancellationToken cancellation)
    {
        _repository.Store.ListAhead(ObjectName.Folders, cancellation);
        foreach (var folder in ObjectName.Folders)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                // What is in quarantine is in nobody's way.
                foreach (var found in _repository.Store.List(folder, cancellation).Where(found => found.Obstacle is not null && folder != ObjectName.Quarantine))
                    _problems.Add(ProblemKind.Obstructed, found.Name, StorageException.Obstructed(_repository.Location, found.Name, found.Obstacle!));
            }
            catch (StorageException error) when (error.ErrorId == StorageException.ObstructedId)
            {
                _problems.Add(ProblemKind.Obstructed, error.Target!, error);
            }
        }
    }

    private void AddDamaged(RekkordException error)
    {
        var name = error.Target ?? "";
        var kind = name.StartsWith(ObjectName.Packs, StringComparison.Ordinal) ? ProblemKind.PackDamaged : ProblemKind.IndexDamaged;
        _problems.Add(kind, name, error);
    }

    /// <summary>The blobs of packs that are gone; the problem is one only for what no other pack holds.</summary>
    private Dictionary<Oid, RepositoryProblem> FindLost(IndexLoader loader, SweptObjects swept)
    {
        var lost = new Dictionary<Oid, RepositoryProblem>();
        foreach (var (pack, index) in loader.Missing.Where(missing => !swept.Has(missing.Pack.Name)))
        {
            var problem = _problems.Add(
                ProblemKind.PackMissing,
                pack.Name,
                $"The pack '{pack.Name}' is missing, although '{index}' names it. Put back a copy if there is one. Otherwise save again what still exists: the next save does not rely on this pack.");
            AddBlobs(pack, problem, lost);
        }

        return lost;
    }

    private static void AddBlobs(StoredPack pack, RepositoryProblem problem, Dictionary<Oid, RepositoryProblem> blobs)
    {
        foreach (var blob in TableOfContentsReader.BlobsOf(pack))
            blobs[blob.Oid] = problem;
    }

    private void WalkTrees(BlobIndex index, Dictionary<Oid, RepositoryProblem> lost, RecordScan records, CancellationToken cancellation)
    {
        using var threads = new WorkerThreads("scan", cancellation);
        using var blobs = new BlobReader(_repository, index, threads.Cancellation);
        var trees = new TreeScan(index, blobs, _problems, _packs!.DamagedBlobs, lost);
        threads.Run(() =>
        {
            foreach (var (snapshot, roots) in records.Snapshots)
                trees.Walk(snapshot, roots, threads.Cancellation);
        });
    }

    private void SaveState(ScanState state, IndexLoader loader)
    {
        try
        {
            state.Save(loader.Present.Keys.ToHashSet(StringComparer.Ordinal));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _warn($"The times at which packs were verified could not be stored: {error.Message} A scan with -MaxAge reads the packs again.");
        }
    }
}
