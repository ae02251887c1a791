using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Packs;

/// <summary>Where a save puts its blobs: what is known already is dropped, the rest goes into packs, and these into indexes. Thread-safe.</summary>
internal sealed class WriteSession : IDisposable
{
    private readonly RepositoryAccess _repository;
    private readonly OidSet _known;
    private readonly int _compressionLevel;
    private readonly PackWriter _dataPacks;
    private readonly PackWriter _metadataPacks;
    private readonly SegmentPacker _metadata;
    private readonly Lock _metadataLock = new();
    private IReadOnlyList<StoredPack> _unindexed;
    private readonly IPackIndex _index;
    private readonly CancellationToken _cancellation;
    private long _addedSize;
    private long _storedSize;
    private int _newDataPacks;
    private int _newMetadataPacks;

    /// <summary>Begins a session.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="known">What it has already.</param>
    /// <param name="index">Told of the packs that it writes.</param>
    /// <param name="unindexed">Packs that are in no index yet and go into this save's.</param>
    /// <param name="compressionLevel">Zstandard's level.</param>
    /// <param name="cancellation">Ends all that is under way.</param>
    public WriteSession(
        RepositoryAccess repository, OidSet known, IPackIndex index, IReadOnlyList<StoredPack> unindexed, int compressionLevel, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _repository = repository;
        _known = known;
        _compressionLevel = compressionLevel;
        _unindexed = unindexed;
        _index = index;
        _dataPacks = CreateWriter(PackKind.Data, pack => Count(pack, ref _newDataPacks));
        _metadataPacks = CreateWriter(PackKind.Metadata, pack => Count(pack, ref _newMetadataPacks));
        _metadata = new SegmentPacker(_metadataPacks, repository.Descriptor.SegmentSize, compressionLevel);
    }

    /// <summary>Bytes of new content so far, before compression.</summary>
    public long AddedSize => Interlocked.Read(ref _addedSize);

    /// <summary>Bytes of the packs written so far.</summary>
    public long StoredSize => Interlocked.Read(ref _storedSize);

    public int NewDataPacks => _newDataPacks;

    public int NewMetadataPacks => _newMetadataPacks;

    /// <summary>A worker's own way to the data packs.</summary>
    public SegmentPacker CreateDataPacker() => new(_dataPacks, _repository.Descriptor.SegmentSize, _compressionLevel);

    /// <summary>Whether content is in the repository or on its way there.</summary>
    public bool Contains(Oid oid) => _known.Contains(oid);

    /// <summary>The ID that a piece of content has here.</summary>
    public Oid Identify(ReadOnlySpan<byte> plaintext) => _repository.Hasher.Compute(BlobType.Data, plaintext);

    /// <summary>Stores a piece of content through a worker's packer.</summary>
    public Oid StoreData(SegmentPacker packer, ReadOnlySpan<byte> plaintext)
    {
        var oid = Identify(plaintext);
        StoreData(packer, oid, plaintext);
        return oid;
    }

    /// <summary>Stores a piece of content whose ID is known.</summary>
    public void StoreData(SegmentPacker packer, Oid oid, ReadOnlySpan<byte> plaintext)
    {
        if (!_known.Add(oid))
            return;
        Interlocked.Add(ref _addedSize, plaintext.Length);
        packer.Add(BlobType.Data, oid, plaintext);
    }

    /// <summary>Stores a page of a tree or of a chunk list.</summary>
    public Oid StoreMetadata(BlobType type, ReadOnlySpan<byte> plaintext)
    {
        var oid = _repository.Hasher.Compute(type, plaintext);
        if (_known.Add(oid))
        {
            Interlocked.Add(ref _addedSize, plaintext.Length);
            lock (_metadataLock)
                _metadata.Add(type, oid, plaintext);
        }

        return oid;
    }

    /// <summary>Makes everything durable: the packs, then the indexes that name them. Workers' packers are flushed before. More may be stored afterwards.</summary>
    public void Finish()
    {
        lock (_metadataLock)
            _metadata.Flush();
        _dataPacks.Finish();
        _metadataPacks.Finish();
        _repository.Store.MakeDurable([.. _unindexed.Select(pack => pack.Name)], _cancellation);
        foreach (var pack in _unindexed)
            _index.Add(pack, _cancellation);
        _unindexed = [];
        _index.Finish(_cancellation);
    }

    public void Dispose()
    {
        _metadata.Dispose();
        _dataPacks.Dispose();
        _metadataPacks.Dispose();
    }

    private PackWriter CreateWriter(PackKind kind, Action<StoredPack> stored) =>
        new(_repository.Store, _repository.Keys, _repository.Descriptor, kind, stored, _cancellation);

    private void Count(StoredPack pack, ref int count)
    {
        Interlocked.Increment(ref count);
        Interlocked.Add(ref _storedSize, pack.Size);
        _index.Add(pack, _cancellation);
    }
}

/// <summary>What keeps account of the packs that a session has made durable. Thread-safe.</summary>
internal interface IPackIndex
{
    /// <summary>Adds a pack, which must be durable.</summary>
    /// <exception cref="Storage.StorageException">The store failed.</exception>
    void Add(StoredPack pack, CancellationToken cancellation);

    /// <summary>Makes the account of all packs that were added durable.</summary>
    /// <exception cref="Storage.StorageException">The store failed.</exception>
    void Finish(CancellationToken cancellation);
}
