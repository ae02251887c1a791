using System.Collections.Concurrent;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Progress;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Workers;

namespace Rekkord.Engine.Pruning;

/// <summary>
/// Copies what is still needed of packs to new ones, which are durable and in an index afterwards. Each blob is verified: only a pack of which every needed blob was
/// read may be condemned for it.
/// </summary>
/// <param name="repository">The repository, opened with a key that can read and write.</param>
/// <param name="needed">What the snapshots need.</param>
/// <param name="warn">Is told of packs that stay because they cannot be read.</param>
/// <param name="progress">Counts the packs.</param>
internal sealed class PackRewriting(RepositoryAccess repository, NeededBlobs needed, Action<string> warn, StepProgress progress)
{
    private const int CompressionLevel = 1;

    // Where the store is far away. Each keeps segments in memory.
    private const int MostAtOnce = 4;

    // Of one pack, before any of it is stored: so nothing is copied of one that is damaged. Only a pack that was compressed very well has more.
    private const long MostHeld = 64 * 1024 * 1024;

    // What a batch makes, as near as that is known. A run that is stopped has copied at most so much in vain.
    private const int FullPacksInABatch = 4;

    private readonly List<PackUse> _copied = [];
    private readonly List<StoredPack> _copies = [];
    private readonly ConcurrentQueue<string> _uncopied = new();

    /// <summary>The packs that were copied as far as they are needed.</summary>
    public IReadOnlyList<PackUse> Copied => _copied;

    /// <summary>The new packs.</summary>
    public IReadOnlyList<StoredPack> Copies => _copies;

    /// <summary>Divides packs into batches that are copied one after another.</summary>
    /// <param name="packs">The packs.</param>
    /// <param name="packSize">The size at which a pack is full.</param>
    public static IEnumerable<IReadOnlyList<PackUse>> Divide(IEnumerable<PackUse> packs, int packSize)
    {
        var batch = new List<PackUse>();
        var size = 0L;
        foreach (var pack in packs)
        {
            var copied = pack.SizeOf(pack.Needed);
            if (batch.Count > 0 && size + copied > (long)packSize * FullPacksInABatch)
            {
                yield return batch;
                (batch, size) = ([], 0);
            }

            batch.Add(pack);
            size += copied;
        }

        if (batch.Count > 0)
            yield return batch;
    }

    /// <summary>Copies.</summary>
    /// <exception cref="StorageException">The store failed.</exception>
    public void Run(IReadOnlyCollection<PackUse> packs, CancellationToken cancellation)
    {
        if (packs.Count == 0)
            return;
        var queue = new ConcurrentQueue<PackUse>(packs);
        using var threads = new WorkerThreads("copy", cancellation);
        using var sink = new WriteSession(repository, new OidSet(), new IndexWriter(repository, _copies.Add), [], CompressionLevel, threads.Cancellation);
        threads.Run(Enumerable.Repeat(Work, repository.Store.Capabilities is { IsDistant: true, Connections: var connections } ? Math.Min(connections, MostAtOnce) : 1));
        sink.Finish();
        foreach (var message in _uncopied)
            warn(message);

        void Work()
        {
            using var packer = sink.CreateDataPacker();
            while (queue.TryDequeue(out var pack))
            {
                threads.Cancellation.ThrowIfCancellationRequested();
                var isCopied = TryCopy(pack, sink, packer, threads.Cancellation);
                progress.Advance();
                if (!isCopied)
                    continue;
                lock (_copied)
                    _copied.Add(pack);
            }

            packer.Flush();
        }
    }

    /// <summary>Copies what is needed of a pack. What fails while that is written is no fault of the pack, and ends the run.</summary>
    private bool TryCopy(PackUse pack, WriteSession sink, SegmentPacker packer, CancellationToken cancellation)
    {
        if (TryRead(pack, () => ReadTable(pack.Name, cancellation)) is not { } own)
            return false;
        var index = new BlobIndex();
        index.Add(own);
        using var reader = new BlobReader(repository, index, cancellation);
        using var held = new HeldBlobs(sink, packer);
        foreach (var blob in TableOfContentsReader.BlobsOf(own))
        {
            // What is not needed counts, too: it is in the same segments.
            held.MakeRoom(blob.Length);
            if (needed.Find(blob.Oid) != SnapshotFate.Live)
                continue;
            if (TryRead(pack, () => reader.Read(blob.Type, blob.Oid)) is not { } content)
                return false;
            held.Add(blob.Type, content);
        }

        held.Store();
        return true;
    }

    private StoredPack? ReadTable(string name, CancellationToken cancellation) =>
        repository.Store.Find(name, cancellation) is { } found ? PackTables.Read(repository, found, cancellation) : null;

    /// <summary>Reads something of a pack; null when that is lost.</summary>
    private T? TryRead<T>(PackUse pack, Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (RekkordException error) when (error.MeansLoss || error.Kind == RekkordErrorKind.NotFound)
        {
            _uncopied.Enqueue($"The pack '{pack.Name}' stays, because what is needed of it cannot be copied. Run Invoke-RekkordScan -Full -Repair. {error.Message}");
            return null;
        }
    }

    /// <summary>Blobs that were read and are not stored yet.</summary>
    private sealed class HeldBlobs(WriteSession sink, SegmentPacker packer) : IDisposable
    {
        private readonly List<(BlobType Type, Blob Content)> _blobs = [];
        private long _length;

        /// <summary>Stores what is held, if there would be too much with what comes.</summary>
        public void MakeRoom(int length)
        {
            if (_length + length > MostHeld)
                Store();
            _length += length;
        }

        public void Add(BlobType type, Blob content) => _blobs.Add((type, content));

        public void Store()
        {
            foreach (var (type, content) in _blobs)
            {
                if (type == BlobType.Data)
                    sink.StoreData(packer, content.Bytes.Span);
                else
                    sink.StoreMetadata(type, content.Bytes.Span);
            }

            Dispose();
        }

        /// <summary>Gives back what is held.</summary>
        public void Dispose()
        {
            _blobs.ForEach(static blob => blob.Content.Dispose());
            _blobs.Clear();
            _length = 0;
        }
    }
}
