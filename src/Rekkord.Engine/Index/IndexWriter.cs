using System.Security.Cryptography;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Index;

/// <summary>
/// Writes the index objects of packs. One is written as soon as the directories of its packs take 8 MiB, so that neither a save of
/// many files nor a later reader of its indexes needs much memory at once. Thread-safe.
/// </summary>
internal sealed class IndexWriter : IPackIndex
{
    private const int TargetLength = 8 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly RepositoryAccess _repository;
    private List<StoredPack> _packs = [];
    private long _length;

    private readonly Action<StoredPack> _stored;
    private readonly Action<StoredPack> _indexed;
    private readonly List<IndexSummary> _written = [];

    /// <summary>Begins without any.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="indexed">Told, by one thread at a time, of each pack that is in an index now.</param>
    /// <param name="stored">Told the same of each pack that is stored and will be in one.</param>
    public IndexWriter(RepositoryAccess repository, Action<StoredPack>? indexed = null, Action<StoredPack>? stored = null)
    {
        _stored = stored ?? (static _ => { });
        _repository = repository;
        _indexed = indexed ?? (static _ => { });
    }

    /// <summary>The indexes written; known when nobody writes any more.</summary>
    public IReadOnlyCollection<IndexSummary> Written => _written;

    /// <inheritdoc/>
    public void Add(StoredPack pack, CancellationToken cancellation)
    {
        List<StoredPack> full;
        lock (_lock)
        {
            _stored(pack);
            _packs.Add(pack);
            _length += pack.Contents.Length;
            if (_length < TargetLength)
                return;
            full = Take();
        }

        Write(full, cancellation);
    }

    /// <inheritdoc/>
    public void Finish(CancellationToken cancellation)
    {
        List<StoredPack> rest;
        lock (_lock)
            rest = Take();
        if (rest.Count > 0)
            Write(rest, cancellation);
    }

    private List<StoredPack> Take()
    {
        var packs = _packs;
        _packs = [];
        _length = 0;
        return packs;
    }

    private void Write(List<StoredPack> packs, CancellationToken cancellation)
    {
        var index = IndexObject.Encode(_repository.Keys, [], packs);
        var name = ObjectName.For(ObjectName.Indexes, SHA256.HashData(index));
        _repository.Store.Put(name, index, cancellation);
        lock (_lock)
        {
            _written.Add(new IndexSummary(name, index.Length, [], []));
            packs.ForEach(_indexed);
        }
    }
}
