using System.Security.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Index;

/// <summary>
/// Learns what packs a repository has and what is in them. An index is a hint that spares reading the end of every pack: whoever has a
/// keyfile that writes can write a false one. A reader of blobs believes it, because it checks each blob, and falls back to
/// <see cref="FindOverlooked"/>; a save believes only what was compared with the packs before; a scan compares all of it. An index
/// whose signer was revoked is not believed, and one that cannot be read is as if it were not there: the packs say the same. A pack that
/// is gone does not count, whatever an index says about it.
/// </summary>
internal sealed class IndexLoader
{
    // An index that another writer replaces while they are read is found in the one that replaces it. That may be replaced, too.
    private const int MostListings = 4;

    private readonly RepositoryAccess _repository;
    private readonly Action<RekkordException> _damaged;
    private readonly Purpose _purpose;
    private readonly Predicate<Hash128> _believes;
    private readonly PackTables _tables;
    private readonly HashSet<string> _settled = new(StringComparer.Ordinal);

    // Of a pack that cannot be read itself, several indexes may say different things.
    private readonly Dictionary<string, Hash128[]> _visited = new(StringComparer.Ordinal);
    private readonly HashSet<string> _indexed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _replaced = new(StringComparer.Ordinal);
    private bool _hasMissedIndex;
    private Action<StoredPack> _visit = static _ => { };

    private IndexLoader(RepositoryAccess repository, Action<RekkordException> damaged, Purpose purpose, Predicate<Hash128> believes, long seed)
    {
        _repository = repository;
        _damaged = damaged;
        _purpose = purpose;
        _believes = believes;
        _tables = new PackTables(repository, seed);
    }

    private enum Purpose
    {
        Read,
        Save,
        Scan,
    }

    /// <summary>
    /// Packs that exist and that no believed or right index named; known after <see cref="Load"/>, but not in a loader for reading.
    /// </summary>
    public List<StoredPack> Unindexed { get; } = [];

    /// <summary>What packs say themselves, as far as they were asked or were confirmed before, as digests; known after <see cref="Load"/>, in a loader for saving.</summary>
    public HashSet<Hash128> Confirmed { get; } = [];

    /// <summary>Indexes that agree with all their packs; known after <see cref="Load"/>.</summary>
    public List<IndexSummary> Sound { get; } = [];

    /// <summary>Packs that an index names and that do not exist, with the index's name; known after <see cref="Load"/>.</summary>
    public List<(StoredPack Pack, string Index)> Missing { get; } = [];

    /// <summary>
    /// Packs that were cut short or grew since they were indexed; nothing in them is relied on. Known after <see cref="Load"/>, but not in
    /// a loader for saving.
    /// </summary>
    public List<StoredPack> WrongSize { get; } = [];

    /// <summary>The packs that exist, with what the listing says of them; known after <see cref="Load"/>.</summary>
    public IReadOnlyDictionary<string, ObjectInfo> Present { get; private set; } = new Dictionary<string, ObjectInfo>();

    /// <summary>Packs that were visited and have been deleted since, by name; known after <see cref="Load"/>.</summary>
    public List<string> Vanished { get; } = [];

    /// <summary>Creates a loader for reading blobs, each of which is checked.</summary>
    /// <param name="repository">The repository; its keys must be able to read the index.</param>
    /// <param name="damaged">Told of each index or pack that cannot be read, and of each index that is false.</param>
    public static IndexLoader ForReading(RepositoryAccess repository, Action<RekkordException> damaged) =>
        new(repository, damaged, Purpose.Read, static _ => true, RandomSeed());

    /// <summary>Creates a loader for leaving out what is stored already.</summary>
    /// <param name="repository">The repository; its keys must be able to read the index.</param>
    /// <param name="damaged">Told of each index or pack that cannot be read, and of each index that is false.</param>
    /// <param name="isConfirmed">Whether what is said of a pack, as a digest, was compared with the pack before.</param>
    /// <param name="seed">What these digests depend on.</param>
    public static IndexLoader ForSaving(RepositoryAccess repository, Action<RekkordException> damaged, Predicate<Hash128> isConfirmed, long seed) =>
        new(repository, damaged, Purpose.Save, isConfirmed, seed);

    /// <summary>Creates a loader that compares every index with the packs.</summary>
    /// <param name="repository">The repository; its keys must be able to read the index.</param>
    /// <param name="damaged">Told of each index or pack that cannot be read, and of each index that is false.</param>
    public static IndexLoader ForScanning(RepositoryAccess repository, Action<RekkordException> damaged) =>
        new(repository, damaged, Purpose.Scan, static _ => false, RandomSeed());

    /// <summary>
    /// Visits every pack that exists with its table of contents, validated: once, except a pack that cannot be read itself and of which indexes
    /// say different things, of which any may be right.
    /// </summary>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    public void Load(Action<StoredPack> visit, CancellationToken cancellation)
    {
        _visit = visit;
        _repository.Store.ListAhead([ObjectName.Indexes, ObjectName.Packs, ObjectName.Revocations], cancellation);
        var revocations = RevocationList.Load(_repository, cancellation);

        var known = new HashSet<string>(StringComparer.Ordinal);
        for (var listing = 0; listing == 0 || (_hasMissedIndex && listing < MostListings); listing++)
        {
            // Packs are listed after the indexes: an index is written after its packs, so each one listed must find them.
            _hasMissedIndex = false;
            var indexes = List(ObjectName.Indexes, cancellation).Where(found => known.Add(found.Name)).OrderByDescending(found => found.Size).ToArray();
            var present = List(ObjectName.Packs, cancellation).ToDictionary(pack => pack.Name, StringComparer.Ordinal);
            Vanished.AddRange(Present.Keys.Where(pack => _settled.Contains(pack) && !present.ContainsKey(pack)));
            Present = present;
            foreach (var index in ReadIndexes(indexes, cancellation))
            {
                var isRevoked = revocations.IsRevoked(index.KeyId);
                if (!isRevoked)
                    _replaced.UnionWith(index.Replaced);
                if (!isRevoked || _purpose == Purpose.Scan)
                    Take(index, isRevoked, cancellation);
            }
        }

        foreach (var pack in _tables.Ahead([.. Present.Values.Where(pack => !_settled.Contains(pack.Name))], static pack => pack, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            Ask(pack, _damaged, cancellation);
        }

        Unindexed.RemoveAll(pack => _indexed.Contains(pack.Name));
    }

    /// <summary>
    /// What packs say themselves and was not visited: what a false index hides, and packs that came since. Reads the end of every pack;
    /// to be called once, after <see cref="Load"/>.
    /// </summary>
    /// <param name="found">Told of each pack of which an index said something else.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    public IEnumerable<StoredPack> FindOverlooked(Action<RekkordException> found, CancellationToken cancellation)
    {
        foreach (var listed in _repository.List(ObjectName.Packs, cancellation).Where(listed => listed.Obstacle is null))
        {
            if (_tables.IsKnown(listed.Name, out _) || _tables.Read(listed, static _ => { }, cancellation) is not { } own
                || WasVisited(own.Name, _tables.DigestOf(own)))
            {
                continue;
            }

            if (_settled.Contains(own.Name))
                found(Contradicted(own));
            yield return own;
        }
    }

    /// <summary>Reads the indexes one after another; one is opened while the one before is visited. One that another has replaced is left out, but not by a scan.</summary>
    private IEnumerable<StoredIndex> ReadIndexes(ObjectInfo[] indexes, CancellationToken cancellation)
    {
        var signers = new TrustedSigners(_repository.Keys.MasterPublicKey, _repository.Keys.RepositoryId);
        Task<(StoredIndex? Index, RekkordException? Error)>? opening = null;
        try
        {
            foreach (var index in indexes)
            {
                cancellation.ThrowIfCancellationRequested();
                if ((_purpose != Purpose.Scan && _replaced.Contains(index.Name)) || TryRead(index.Name, cancellation) is not { } bytes)
                    continue;
                var opened = Finish(opening);
                opening = Task.Run(() => Open(signers, index.Name, bytes), CancellationToken.None);
                if (opened is not null)
                    yield return opened;
            }

            if (Finish(opening) is { } last)
                yield return last;
        }
        finally
        {
            // Only waits: what the task failed with has been thrown, or does not matter any more.
            if (opening is not null)
                Task.WaitAny([opening], CancellationToken.None);
        }
    }

    private byte[]? TryRead(string name, CancellationToken cancellation)
    {
        try
        {
            return _repository.Store.Read(name, FormatLimits.Index, cancellation);
        }
        catch (StorageException error) when (error.Kind == RekkordErrorKind.NotFound)
        {
            _hasMissedIndex = true;
            return null;
        }
        catch (StorageException error)
        {
            _damaged(error);
            return null;
        }
    }

    private (StoredIndex? Index, RekkordException? Error) Open(TrustedSigners signers, string name, byte[] bytes)
    {
        try
        {
            return (IndexObject.Decode(_repository.Keys, signers, name, bytes), null);
        }
        catch (DamagedObjectException error)
        {
            return (null, error);
        }
    }

    private StoredIndex? Finish(Task<(StoredIndex? Index, RekkordException? Error)>? opening)
    {
        var (index, error) = opening?.GetAwaiter().GetResult() ?? default;
        if (error is not null)
            _damaged(error);
        return index;
    }

    private void Take(StoredIndex index, bool isRevoked, CancellationToken cancellation)
    {
        string? contradicted = null;
        var isSound = true;
        var names = new List<string>(index.Packs.Count);
        foreach (var said in _tables.Ahead(index.Packs, said => isRevoked || !_believes(_tables.DigestOf(said)) ? Present.GetValueOrDefault(said.Name) : null, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            var name = said.Name;
            names.Add(name);
            if (!Present.TryGetValue(name, out var found))
            {
                isSound = false;
                if (!isRevoked)
                    Missing.Add((said, index.Name));
                continue;
            }

            var digest = _tables.DigestOf(said);
            if (!isRevoked && _believes(digest) && TryBelieve(said, digest, found))
                Confirm(digest);
            else if (Compare(said, digest, found, mayBeUsed: !isRevoked && _purpose != Purpose.Save, cancellation) is var agrees && agrees != true)
                (isSound, contradicted) = (false, agrees == false ? contradicted ?? name : contradicted);
        }

        if (contradicted is not null)
            _damaged(FalseIndex(index, contradicted));
        else if (!isRevoked)
            _indexed.UnionWith(names);
        if (isSound && !isRevoked)
            Sound.Add(new IndexSummary(index.Name, index.Size, index.Replaced, _purpose == Purpose.Scan ? names : []));
    }

    private void Confirm(Hash128 digest)
    {
        if (_purpose == Purpose.Save)
            Confirmed.Add(digest);
    }

    /// <summary>The objects of a folder. What stands in the place of one, or of the folder, is told, and there is then nothing.</summary>
    private IEnumerable<ObjectInfo> List(string folder, CancellationToken cancellation)
    {
        IReadOnlyList<ObjectInfo> found;
        try
        {
            found = _repository.Store.List(folder, cancellation);
        }
        catch (StorageException error) when (error.ErrorId == StorageException.ObstructedId)
        {
            _damaged(error);
            return [];
        }

        foreach (var obstacle in found.Where(info => info.Obstacle is not null))
            _damaged(StorageException.Obstructed(_repository.Location, obstacle.Name, obstacle.Obstacle!));
        return found.Where(info => info.Obstacle is null && ObjectName.IsWellFormed(folder, info.Name));
    }

    private static long RandomSeed() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    private static DamagedObjectException FalseIndex(StoredIndex index, string pack) => new(
        index.Name,
        $"it contradicts the pack '{pack}', and {(index.KeyId.Length == 0 ? "the master key" : $"the keyfile {index.KeyId}")} signed it so.");

    /// <summary>Believes what an index says about a pack, unless something contradicts it.</summary>
    private bool TryBelieve(StoredPack said, Hash128 digest, ObjectInfo found)
    {
        if (said.Size != found.Size)
            return false;
        return _settled.Contains(found.Name) ? WasVisited(found.Name, digest) : TryVisit(said, found.Name, digest);
    }

    /// <summary>Compares what an index says about a pack with what the pack itself says.</summary>
    /// <returns>Null when the pack cannot be read, or is not the one that its name says, as a scan finds out.</returns>
    private bool? Compare(StoredPack said, Hash128 digest, ObjectInfo found, bool mayBeUsed, CancellationToken cancellation)
    {
        var hasSize = said.Size == found.Size;
        if (!_tables.IsKnown(found.Name, out var own))
            own = Ask(found, hasSize ? _damaged : error => _damaged(error is DamagedObjectException ? WrongLength(said, found) : error), cancellation);
        if (own is not null && hasSize && own == digest)
            return true;
        if (own is not null && (_purpose != Purpose.Scan || _tables.IsWhole(found.Name, cancellation)))
            return false;
        if (own is not null)
            _damaged(hasSize ? new DamagedObjectException(found.Name, "its bytes do not match its name.") : WrongLength(said, found));
        if (mayBeUsed && hasSize)
            TryVisit(said, found.Name, digest);
        else if (mayBeUsed && NoteVisit(said.Name, digest))
            WrongSize.Add(said);
        return null;
    }

    private static DamagedObjectException Contradicted(StoredPack pack) => new(pack.Name, "an index contradicts it.");

    private static DamagedObjectException WrongLength(StoredPack said, ObjectInfo found) =>
        new(found.Name, $"it has {found.Size} bytes instead of {said.Size}.");

    /// <summary>Visits a pack with its own table of contents.</summary>
    /// <returns>The table's digest; null when it cannot be read.</returns>
    private Hash128? Ask(ObjectInfo found, Action<RekkordException> failed, CancellationToken cancellation)
    {
        var wasBelieved = !_settled.Add(found.Name);
        if (_tables.Read(found, failed, cancellation) is not { } own)
            return null;
        var digest = _tables.DigestOf(own);
        Confirm(digest);
        if (NoteVisit(own.Name, digest))
        {
            if (wasBelieved)
                _damaged(Contradicted(own));
            _visit(own);
        }

        if (_purpose != Purpose.Read)
            Unindexed.Add(own);
        return digest;
    }

    private bool WasVisited(string pack, Hash128 digest) => _visited.TryGetValue(pack, out var digests) && digests.AsSpan().Contains(digest);

    /// <summary>Notes that a pack is visited with a table of contents.</summary>
    /// <returns>Whether it was not before.</returns>
    private bool NoteVisit(string pack, Hash128 digest)
    {
        if (!_visited.TryGetValue(pack, out var digests))
            _visited.Add(pack, [digest]);
        else if (digests.AsSpan().Contains(digest))
            return false;
        else
            _visited[pack] = [.. digests, digest];
        return true;
    }

    private bool TryVisit(StoredPack said, string name, Hash128 digest)
    {
        try
        {
            TableOfContentsReader.Validate(said);
        }
        catch (InvalidDataException)
        {
            // The pack itself is asked instead, which tells that the index is false.
            return false;
        }

        _settled.Add(name);
        if (NoteVisit(name, digest))
            _visit(said);
        return true;
    }
}

/// <summary>An index that agrees with all its packs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Replaced">The indexes, by name, that it replaces.</param>
/// <param name="Packs">The names of its packs, where a scan asks.</param>
internal sealed record IndexSummary(string Name, long Size, IReadOnlyList<string> Replaced, IReadOnlyList<string> Packs);
