using Rekkord.Engine.Caching;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Progress;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Pruning;

/// <summary>
/// Tells which packs are needed, by their own tables of contents. A pack that cannot be read is in none of the lists, so nothing happens to it.
/// </summary>
internal sealed class PackCensus
{
    // A rest of a save may belong to one that still runs.
    private static readonly TimeSpan UnusedAge = TimeSpan.FromDays(30);

    private readonly RepositoryAccess _repository;
    private readonly NeededBlobs _needed;
    private readonly IReadOnlySet<string> _due;
    private readonly SmallPacks _small;
    private readonly ConfirmedPacks _confirmed;
    private readonly StepProgress _progress;
    private readonly HashSet<string> _unsound = new(StringComparer.Ordinal);
    private CondemnedList _condemned;
    private OidSet _copied = new();
    private IndexLoader? _loader;

    /// <summary>Prepares it.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="needed">What the snapshots need.</param>
    /// <param name="condemned">What is condemned.</param>
    /// <param name="due">The packs, by name, that may be deleted now.</param>
    /// <param name="small">Gets the packs that may be merged.</param>
    /// <param name="cacheDirectory">A directory to use instead of the user's; null for the user's.</param>
    /// <param name="progress">Counts the packs.</param>
    public PackCensus(RepositoryAccess repository, NeededBlobs needed, CondemnedList condemned, IReadOnlySet<string> due, SmallPacks small, string? cacheDirectory, StepProgress progress)
    {
        _progress = progress;
        _repository = repository;
        _needed = needed;
        _condemned = condemned;
        _due = due;
        _small = small;
        _confirmed = ConfirmedPacks.Load(repository.Id, cacheDirectory);
    }

    /// <summary>Packs that are deleted now.</summary>
    public List<PackUse> Leaving { get; } = [];

    /// <summary>Packs that are condemned and wait: for their time, or because a removed snapshot that can still be brought back needs them.</summary>
    public List<PackUse> Waiting { get; } = [];

    /// <summary>Packs that no snapshot needs that is not removed.</summary>
    public List<PackUse> Dead { get; } = [];

    /// <summary>Packs of which at most a half is needed.</summary>
    public List<PackUse> Sparse { get; } = [];

    /// <summary>The bytes of all packs that snapshots need which are not removed.</summary>
    public long NeededSize { get; private set; }

    /// <summary>The bytes that only removed snapshots need which can be brought back.</summary>
    public long BringBackSize { get; private set; }

    /// <summary>The bytes that neither needs. What was copied out of a condemned pack is needed in the copy.</summary>
    public long UnneededSize { get; private set; }

    /// <summary>Packs that an index names and that do not exist, by name.</summary>
    public IEnumerable<string> Missing => _loader!.Missing.Select(missing => missing.Pack.Name);

    /// <summary>Looks at every pack.</summary>
    /// <exception cref="RekkordException">The store failed.</exception>
    public void Run(DateTimeOffset now, Action<string> warn, CancellationToken cancellation)
    {
        _progress.Begin("Looking at packs", "packs");
        AddCopies(cancellation);
        var loader = _loader = IndexLoader.ForSaving(_repository, error => warn(error.Message), _confirmed.Contains, _confirmed.Seed);
        loader.Load(pack => Take(pack, loader.Present[pack.Name].ModifiedTime, now), cancellation);
    }

    /// <summary>Whether what an index says of a pack is what the pack says itself.</summary>
    public bool IsTrue(StoredPack said) => _loader!.Confirmed.Contains(PackTables.DigestOf(said, _confirmed.Seed));

    /// <summary>Keeps on this machine which indexes are right, so that the next run need not ask every pack.</summary>
    public void Remember() => _confirmed.Save(_loader!.Confirmed);

    /// <summary>Reads copies whole that packs are to leave for. What such a pack has is only deleted when its copies are as they were written.</summary>
    /// <param name="announced">Packs, by name, that are in a sweep already: their copies were read before that was put.</param>
    /// <param name="warn">Is told of copies that are damaged.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="RekkordException">The store failed.</exception>
    public void VerifyCopies(IReadOnlySet<string> announced, Action<string> warn, CancellationToken cancellation)
    {
        var kept = new OidSet();
        foreach (var pack in Leaving.Where(pack => pack.IsKept && !announced.Contains(pack.Name)).Select(pack => TryRead(pack.Name, cancellation)).OfType<StoredPack>())
            AddKept(pack, kept);
        if (kept.Count == 0)
            return;
        foreach (var copy in ReadCopies(cancellation).Where(copy => HasAny(copy, kept) && !PackTables.HasItsName(_repository, copy.Name, cancellation)).ToArray())
        {
            _unsound.Add(copy.Name);
            warn($"What the pack '{copy.Name}' has copies of stays, because the copies cannot be read as they were written. Run Invoke-RekkordScan -Full -Repair.");
        }

        if (_unsound.Count > 0)
            Recheck(_condemned, isMoreNeeded: false, cancellation);
    }

    /// <summary>Drops what is needed by now, and what is only in copies that are gone by now, damaged where they say what they have, or condemned themselves.</summary>
    /// <param name="condemned">What is condemned by now.</param>
    /// <param name="isMoreNeeded">Whether more snapshots were walked.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public void Recheck(CondemnedList condemned, bool isMoreNeeded, CancellationToken cancellation)
    {
        _condemned = condemned;
        if (Leaving.Count > 0)
            AddCopies(cancellation);
        Leaving.RemoveAll(pack => (isMoreNeeded || pack.IsKept) && !MayLeave(Measure(pack.Name, cancellation)));
        if (isMoreNeeded)
            Dead.RemoveAll(pack => Measure(pack.Name, cancellation) is not { IsNeeded: false });
    }

    private void AddCopies(CancellationToken cancellation)
    {
        _copied = new OidSet();
        foreach (var pack in ReadCopies(cancellation))
        {
            foreach (var blob in TableOfContentsReader.BlobsOf(pack))
                _copied.Add(blob.Oid);
        }
    }

    private IEnumerable<StoredPack> ReadCopies(CancellationToken cancellation)
    {
        var names = _condemned.Records.SelectMany(record => record.Copies).Select(pack => ObjectName.ForPack(pack.ToArray())).Distinct(StringComparer.Ordinal);
        return names.Where(name => !_condemned.Packs.Contains(name) && !_unsound.Contains(name)).Select(name => TryRead(name, cancellation)).OfType<StoredPack>();
    }

    private void AddKept(StoredPack pack, OidSet kept)
    {
        foreach (var blob in TableOfContentsReader.BlobsOf(pack))
        {
            if (_needed.Find(blob.Oid) is SnapshotFate.Live or SnapshotFate.Removed)
                kept.Add(blob.Oid);
        }
    }

    private static bool HasAny(StoredPack pack, OidSet blobs)
    {
        foreach (var blob in TableOfContentsReader.BlobsOf(pack))
        {
            if (blobs.Contains(blob.Oid))
                return true;
        }

        return false;
    }

    private PackUse? Measure(string name, CancellationToken cancellation) => TryRead(name, cancellation) is { } pack ? Measure(pack) : null;

    /// <summary>Reads what a pack says itself; null when it is gone or damaged.</summary>
    private StoredPack? TryRead(string name, CancellationToken cancellation)
    {
        try
        {
            return _repository.Store.Find(name, cancellation) is { Obstacle: null } found ? PackTables.Read(_repository, found, cancellation) : null;
        }
        catch (RekkordException error) when (error.MeansLoss || error.Kind == RekkordErrorKind.NotFound)
        {
            return null;
        }
    }

    private static bool MayLeave(PackUse? pack) => pack is { KeptUncopied: false };

    private void Take(StoredPack pack, DateTimeOffset stored, DateTimeOffset now)
    {
        _progress.Expect(_loader!.Present.Count);
        _progress.Advance();
        var use = Measure(pack);
        var (needed, kept) = (use.SizeOf(use.Needed), use.SizeOf(use.Needed + use.Removed));
        NeededSize += needed;
        BringBackSize += kept - needed;
        UnneededSize += use.Size - kept;
        if (_due.Contains(use.Name) && MayLeave(use))
            Leaving.Add(use);
        else if (_condemned.Packs.Contains(use.Name) && use is { NeededUncopied: false })
            Waiting.Add(use);
        else if (_condemned.Packs.Contains(use.Name))
            return;
        else if (!use.IsNeeded && (use.WasUsed || now - stored >= UnusedAge))
            Dead.Add(use);
        else if (use.IsNeeded && use.Needed <= use.Length / 2 && use.WasUsed)
            Sparse.Add(use);
        else if (use is { IsNeeded: true, Removed: 0 } && (use.Needed == use.Length || now - stored >= UnusedAge))
            _small.Add(pack, use, stored);
    }

    private PackUse Measure(StoredPack pack)
    {
        var use = new PackUse(pack.Name, pack.Size);
        var isCondemned = _condemned.Packs.Contains(pack.Name);
        foreach (var blob in TableOfContentsReader.BlobsOf(pack))
        {
            var fate = _needed.Find(blob.Oid);
            var isCopied = fate is not null && _copied.Contains(blob.Oid);
            use.Length += blob.Length;
            use.Needed += fate == SnapshotFate.Live && !(isCondemned && isCopied) ? blob.Length : 0;
            use.Removed += fate == SnapshotFate.Removed && !(isCondemned && isCopied) ? blob.Length : 0;
            use.IsNeeded |= fate == SnapshotFate.Live;
            use.NeededUncopied |= fate == SnapshotFate.Live && !isCopied;
            use.IsKept |= fate is SnapshotFate.Live or SnapshotFate.Removed;
            use.KeptUncopied |= (fate is SnapshotFate.Live or SnapshotFate.Removed) && !isCopied;
            use.WasUsed |= fate is SnapshotFate.Removed or SnapshotFate.Leaving;
        }

        return use;
    }
}

/// <summary>What is needed of a pack.</summary>
/// <param name="Name">The pack.</param>
/// <param name="Size">Its size in bytes.</param>
internal sealed record PackUse(string Name, long Size)
{
    /// <summary>The bytes of its blobs before compression.</summary>
    public long Length { get; set; }

    /// <summary>How many of these a snapshot needs that is not removed. What was copied out of a condemned pack does not count.</summary>
    public long Needed { get; set; }

    /// <summary>How many of these only removed snapshots need which can be brought back, counted in the same way.</summary>
    public long Removed { get; set; }

    /// <summary>Whether such a snapshot needs any.</summary>
    public bool IsNeeded { get; set; }

    /// <summary>Whether there is one among them that no copy has.</summary>
    public bool NeededUncopied { get; set; }

    /// <summary>Whether a snapshot needs any that is not removed, or can still be brought back.</summary>
    public bool IsKept { get; set; }

    /// <summary>Whether there is one among these that no copy has.</summary>
    public bool KeptUncopied { get; set; }

    /// <summary>Whether a removed snapshot needs a part that no other one needs.</summary>
    public bool WasUsed { get; set; }

    /// <summary>How many of the pack's bytes a part of its blobs takes: not each blob is compressed by itself, so by the part's length.</summary>
    public long SizeOf(long part) => part == Length ? (part == 0 ? 0 : Size) : (long)((double)Size * part / Length);
}
