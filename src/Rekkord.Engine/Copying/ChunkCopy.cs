using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;

namespace Rekkord.Engine.Copying;

/// <summary>
/// Copies chunks: reads and verifies each under the keys of its repository, and stores it under those of the other, on several threads. It
/// remembers which chunk became which, up to a number, so that snapshots that share content are not read again for it.
/// </summary>
internal sealed class ChunkCopy : IDisposable
{
    // Some 100 bytes each.
    private const int MostRemembered = 500_000;

    private readonly BlobReader _blobs;
    private readonly WriteSession _sink;
    private readonly CancellationToken _cancellation;
    private readonly BlockingCollection<Job> _jobs = [];
    private readonly ConcurrentBag<SegmentPacker> _packers = [];
    private readonly ConcurrentDictionary<Oid, Oid> _known = new();
    private int _count;
    private long _size;

    /// <summary>Prepares it.</summary>
    /// <param name="blobs">Reads the chunks.</param>
    /// <param name="sink">Stores them.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public ChunkCopy(BlobReader blobs, WriteSession sink, CancellationToken cancellation) => (_blobs, _sink, _cancellation) = (blobs, sink, cancellation);

    /// <summary>Bytes of the chunks that were read and stored. May be asked from any thread.</summary>
    public long Size => Interlocked.Read(ref _size);

    /// <summary>Copies chunks, and waits for it.</summary>
    /// <param name="chunks">The chunks; so few that they need not be bounded.</param>
    /// <returns>What they are in the other repository, by their IDs.</returns>
    /// <exception cref="LostChunk">One is lost.</exception>
    /// <exception cref="RekkordException">Reading or storing failed.</exception>
    public IReadOnlyDictionary<Oid, Oid> Copy(IEnumerable<ChunkReference> chunks)
    {
        var copied = new ConcurrentDictionary<Oid, Oid>();
        var missing = new Dictionary<Oid, ChunkReference>();
        foreach (var chunk in chunks)
        {
            if (_known.TryGetValue(chunk.Oid, out var known))
                copied[chunk.Oid] = known;
            else
                missing.TryAdd(chunk.Oid, chunk);
        }

        if (missing.Count == 0)
            return copied;
        foreach (var oid in missing.Keys)
            _blobs.Expect(oid);
        _blobs.FetchExpected();
        var batch = new Batch(missing.Count);
        foreach (var chunk in missing.Values)
            _jobs.Add(new Job(chunk, copied, batch), _cancellation);
        batch.Wait(_cancellation);
        return copied;
    }

    /// <summary>What each worker runs.</summary>
    public void Work()
    {
        foreach (var job in _jobs.GetConsumingEnumerable(_cancellation))
        {
            try
            {
                job.Copied[job.Chunk.Oid] = Copy(job.Chunk);
                job.Batch.End(null);
            }
            catch (Exception error) when (error is RekkordException or LostChunk)
            {
                job.Batch.End(error);
            }
        }
    }

    /// <summary>Gives what the workers hold to the write session. No batch is under way.</summary>
    public void Flush()
    {
        foreach (var packer in _packers)
            packer.Flush();
    }

    /// <summary>Lets the workers end.</summary>
    public void Complete() => _jobs.CompleteAdding();

    public void Dispose()
    {
        foreach (var packer in _packers)
            packer.Dispose();
        _jobs.Dispose();
    }

    private Oid Copy(ChunkReference chunk)
    {
        using var blob = Read(chunk);
        var packer = _packers.TryTake(out var free) ? free : _sink.CreateDataPacker();
        var oid = _sink.StoreData(packer, blob.Bytes.Span);
        _packers.Add(packer);
        Interlocked.Add(ref _size, chunk.Length);
        if (Interlocked.Increment(ref _count) % MostRemembered == 0)
            _known.Clear();
        return _known[chunk.Oid] = oid;
    }

    private Blob Read(ChunkReference chunk)
    {
        try
        {
            var blob = _blobs.Read(BlobType.Data, chunk.Oid);
            if (blob.Bytes.Length == chunk.Length)
                return blob;
            blob.Dispose();
            throw new DamagedObjectException($"blob {chunk.Oid}", "its length is not what its file says.");
        }
        catch (RekkordException error) when (UnreadableSource.IsLoss(error))
        {
            throw new LostChunk(chunk.Oid, error);
        }
    }

    private sealed record Job(ChunkReference Chunk, ConcurrentDictionary<Oid, Oid> Copied, Batch Batch);

    /// <summary>Chunks that somebody waits for.</summary>
    private sealed class Batch(int count)
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = count;
        private Exception? _failure;

        public void End(Exception? failure)
        {
            if (failure is not null)
                Interlocked.CompareExchange(ref _failure, failure, null);
            if (Interlocked.Decrement(ref _left) == 0)
                _done.SetResult();
        }

        public void Wait(CancellationToken cancellation)
        {
            _done.Task.Wait(cancellation);
            if (_failure is { } failure)
                ExceptionDispatchInfo.Throw(failure);
        }
    }
}

/// <summary>A chunk of the source is lost.</summary>
/// <param name="oid">Its ID.</param>
/// <param name="error">What is wrong with it.</param>
internal sealed class LostChunk(Oid oid, RekkordException error) : Exception(error.Message, error)
{
    public Oid Oid { get; } = oid;

    public RekkordException Error { get; } = error;
}
