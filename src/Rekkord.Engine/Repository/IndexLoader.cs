using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Repository;

/// <summary>
/// Learns what packs a repository has and what is in them: from the index objects, and, for packs that none of these names
/// (a save was killed, or an index is damaged), from the packs' own directories. A pack that is gone is not believed in,
/// whatever an index says of it.
/// </summary>
internal sealed class IndexLoader
{
    private readonly RepositoryAccess _repository;
    private readonly Action<RekkordException> _damaged;

    /// <summary>Creates a loader.</summary>
    /// <param name="repository">The repository; its keys must be able to read the index.</param>
    /// <param name="damaged">Told of each index or pack that cannot be read.</param>
    public IndexLoader(RepositoryAccess repository, Action<RekkordException> damaged)
    {
        _repository = repository;
        _damaged = damaged;
    }

    /// <summary>Packs that exist and that no readable index named; known after <see cref="Load"/>.</summary>
    public List<StoredPack> Unindexed { get; } = [];

    /// <summary>Packs that an index names and that do not exist, with the index's name; known after <see cref="Load"/>.</summary>
    public List<(StoredPack Pack, string Index)> Missing { get; } = [];

    /// <summary>Packs that were cut short or grew since they were indexed; nothing in them is relied on. Known after <see cref="Load"/>.</summary>
    public List<StoredPack> WrongSize { get; } = [];

    /// <summary>The packs that exist, with what the listing says of them; known after <see cref="Load"/>.</summary>
    public IReadOnlyDictionary<string, Storage.ObjectInfo> Present { get; private set; } = new Dictionary<string, Storage.ObjectInfo>();

    /// <summary>Visits every pack that exists, once, with its directory validated.</summary>
    /// <exception cref="Storage.StorageException">The store cannot be reached.</exception>
    public void Load(Action<StoredPack> visit, CancellationToken cancellation)
    {
        // Packs are listed after the indexes: an index is written after its packs, so each one listed must find them.
        var indexes = List(ObjectName.Indexes).ToArray();
        var present = List(ObjectName.Packs).ToDictionary(pack => pack.Name, StringComparer.Ordinal);
        Present = present;
        var visited = new HashSet<string>(StringComparer.Ordinal);
        foreach (var index in indexes)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var pack in Read(index.Name))
            {
                if (!present.TryGetValue(pack.Name, out var found))
                    Missing.Add((pack, index.Name));
                else if (found.Size != pack.Size)
                    AddWrongSize(pack, found.Size, visited);
                else if (!visited.Contains(pack.Name) && TryVisit(pack, index.Name, visit))
                    visited.Add(pack.Name);
            }
        }

        foreach (var pack in present.Values.Where(pack => !visited.Contains(pack.Name)))
        {
            cancellation.ThrowIfCancellationRequested();
            Adopt(pack, visit);
        }
    }

    /// <summary>The objects of a folder. What stands in the place of one, or of the folder, is told, and there is then nothing.</summary>
    private IEnumerable<Storage.ObjectInfo> List(string folder)
    {
        Storage.ObjectInfo[] found;
        try
        {
            found = [.. _repository.Store.List(folder)];
        }
        catch (Storage.StorageException error) when (error.ErrorId == Storage.StorageException.ObstructedId)
        {
            _damaged(error);
            return [];
        }

        foreach (var obstacle in found.Where(info => info.Obstacle is not null))
            _damaged(Storage.StorageException.Obstructed(_repository.Location, obstacle.Name, obstacle.Obstacle!));
        return found.Where(info => info.Obstacle is null && ObjectName.IsWellFormed(folder, info.Name));
    }

    private void AddWrongSize(StoredPack pack, long size, HashSet<string> visited)
    {
        if (!visited.Add(pack.Name))
            return;
        WrongSize.Add(pack);
        _damaged(new DamagedObjectException(pack.Name, $"it has {size} bytes and should have {pack.Size}."));
    }

    private IReadOnlyList<StoredPack> Read(string name)
    {
        try
        {
            return IndexObject.Decode(_repository.Keys, name, _repository.Store.Read(name, FormatLimits.Index));
        }
        catch (RekkordException error) when (error is DamagedObjectException or Storage.StorageException { Kind: RekkordErrorKind.NotFound or RekkordErrorKind.InvalidData })
        {
            _damaged(error);
            return [];
        }
    }

    private void Adopt(Storage.ObjectInfo found, Action<StoredPack> visit)
    {
        try
        {
            var directory = PackFormat.ReadDirectory(_repository.Store, _repository.Keys, found.Name, found.Size);
            var pack = new StoredPack(ObjectName.TryGetHash(found.Name)!, found.Size, directory);
            if (TryVisit(pack, found.Name, visit))
                Unindexed.Add(pack);
        }
        catch (RekkordException error) when (error is DamagedObjectException or Storage.StorageException { Kind: RekkordErrorKind.NotFound or RekkordErrorKind.InvalidData })
        {
            _damaged(error);
        }
    }

    private bool TryVisit(StoredPack pack, string source, Action<StoredPack> visit)
    {
        try
        {
            BlobIndex.Validate(pack);
            visit(pack);
            return true;
        }
        catch (InvalidDataException error)
        {
            _damaged(new DamagedObjectException(source, $"what it says of the pack {pack.Name} does not fit: {error.Message}", error));
            return false;
        }
    }
}
