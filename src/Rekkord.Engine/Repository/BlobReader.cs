using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Storage;
using ZstdSharp;

namespace Rekkord.Engine.Repository;

/// <summary>
/// Reads blobs: finds the segment, opens and decompresses it, and checks the blob against its ID, so that what comes out is
/// what was saved or an error. Recently used segments of several blobs are kept, since blobs that are used together lie together. Thread-safe.
/// </summary>
internal sealed class BlobReader : IDisposable
{
    // Two dozen segments: enough for the directory and the files that several workers restore at a time.
    private const int CacheCapacity = 24;

    // Segments that share a lock are opened one after the other: by so many, seldom.
    private const int OpeningLocks = 64;

    private readonly RepositoryAccess _repository;
    private readonly BlobIndex _index;
    private readonly ConcurrentDictionary<int, byte[]> _packKeys = new();
    private readonly Lock[] _opening = [.. Enumerable.Range(0, OpeningLocks).Select(_ => new Lock())];
    private readonly Lock _cacheLock = new();
    private readonly LinkedList<(int Number, SegmentBuffer Segment)> _cache = new();
    private readonly Dictionary<int, LinkedListNode<(int Number, SegmentBuffer Segment)>> _cached = [];
    private readonly ConcurrentBag<Decompressor> _decompressors = [];

    public BlobReader(RepositoryAccess repository, BlobIndex index)
    {
        _repository = repository;
        _index = index;
    }

    /// <summary>Reads a blob, from the first of its copies that can be read.</summary>
    /// <param name="type">What it must hold.</param>
    /// <param name="oid">Its ID.</param>
    /// <returns>The blob, to be disposed.</returns>
    /// <exception cref="DamagedObjectException">It is missing or damaged.</exception>
    /// <exception cref="StorageException">Reading failed.</exception>
    public Blob Read(BlobType type, Oid oid)
    {
        if (!_index.TryFind(oid, out var location))
            throw Missing(oid);
        try
        {
            return Read(type, oid, location);
        }
        catch (RekkordException) when (_index.FindFurther(oid) is { Count: > 0 } copies)
        {
            if (ReadFurther(type, oid, copies) is { } blob)
                return blob;
            throw;
        }
    }

    /// <summary>The number of the segment that a blob is read from; null when there is none. Threads that each read from another one do not wait for each other.</summary>
    public int? FindSegment(Oid oid) => _index.TryFind(oid, out var location) ? location.Segment : null;

    /// <summary>Reads a blob from another copy; null when none can be read.</summary>
    private Blob? ReadFurther(BlobType type, Oid oid, IReadOnlyList<BlobLocation> copies)
    {
        foreach (var location in copies)
        {
            try
            {
                return Read(type, oid, location);
            }
            catch (RekkordException)
            {
                // What is wrong with the first copy is what the caller is told.
                continue;
            }
        }

        return null;
    }

    private static DamagedObjectException Missing(Oid oid) => new($"blob {oid}", "no pack that is left holds it.");

    private Blob Read(BlobType type, Oid oid, BlobLocation location)
    {
        if (location.Type != type)
            throw Missing(oid);
        var whole = location.Length == _index.Segments[location.Segment].Length;
        var segment = whole ? Open(location.Segment) : OpenShared(location.Segment);
        var bytes = segment.Bytes.Slice(location.Offset, location.Length);
        if (_repository.Hasher.Compute(type, bytes.Span) == oid)
            return new Blob(segment, bytes);
        segment.RemoveUser();
        throw new DamagedObjectException(PackOf(location.Segment).Name, $"the blob {oid} in it has another content than was saved.");
    }

    /// <summary>Gives back what is kept, and wipes the packs' keys.</summary>
    public void Dispose()
    {
        foreach (var key in _packKeys.Values)
            CryptographicOperations.ZeroMemory(key);
        _packKeys.Clear();
        lock (_cacheLock)
        {
            foreach (var (_, segment) in _cache)
                segment.RemoveUser();
            _cache.Clear();
            _cached.Clear();
        }

        while (_decompressors.TryTake(out var decompressor))
            decompressor.Dispose();
    }

    /// <summary>A segment from the kept ones, or opened and then kept, with the caller as a user. Who wants one that is being opened waits for it.</summary>
    private SegmentBuffer OpenShared(int number)
    {
        if (FindKept(number) is { } kept)
            return kept;
        lock (_opening[number % _opening.Length])
        {
            if (FindKept(number) is { } meanwhile)
                return meanwhile;
            var opened = Open(number);
            Keep(number, opened);
            return opened;
        }
    }

    private SegmentBuffer? FindKept(int number)
    {
        lock (_cacheLock)
        {
            if (!_cached.TryGetValue(number, out var node))
                return null;
            _cache.Remove(node);
            _cache.AddFirst(node);
            node.Value.Segment.AddUser();
            return node.Value.Segment;
        }
    }

    private void Keep(int number, SegmentBuffer opened)
    {
        lock (_cacheLock)
        {
            opened.AddUser();
            _cached[number] = _cache.AddFirst((number, opened));
            if (_cache.Count <= CacheCapacity)
                return;
            var (oldest, segment) = _cache.Last!.Value;
            _cached.Remove(oldest);
            _cache.RemoveLast();
            segment.RemoveUser();
        }
    }

    private StoredPack PackOf(int segment) => _index.Packs[_index.Segments[segment].Pack];

    /// <summary>Reads, decrypts and decompresses a segment, with the caller as its only user.</summary>
    private SegmentBuffer Open(int number)
    {
        var location = _index.Segments[number];
        var stored = ArrayPool<byte>.Shared.Rent(location.StoredLength);
        var segment = new SegmentBuffer(location.Length);
        try
        {
            _repository.Store.Read(PackOf(number).Name, location.Offset, stored.AsSpan(0, location.StoredLength));
            Unseal(location, stored.AsSpan(0, location.StoredLength), segment.Bytes.Span);
            return segment;
        }
        catch (Exception error)
        {
            segment.RemoveUser();
            if (error is CryptographicException or InvalidDataException)
                throw new DamagedObjectException(PackOf(number).Name, $"its segment {location.Ordinal} cannot be opened.", error);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }

    private void Unseal(SegmentLocation location, Span<byte> stored, Span<byte> plaintext)
    {
        var body = stored[..^PackFormat.TagLength];
        var tag = stored[^PackFormat.TagLength..];
        var isCompressed = location.Method != SegmentMethod.Stored;
        Span<byte> nonce = stackalloc byte[PackFormat.NonceLength];
        PackFormat.WriteNonce(nonce, location.Ordinal);
        using (var aead = new AesGcm(KeyOf(location.Pack), PackFormat.TagLength))
            aead.Decrypt(nonce, body, tag, isCompressed ? body : plaintext);
        if (!isCompressed)
            return;
        if (!_decompressors.TryTake(out var decompressor))
            decompressor = new Decompressor();
        Compression.Decompress(decompressor, body, plaintext);
        _decompressors.Add(decompressor);
    }

    private byte[] KeyOf(int pack) => _packKeys.GetOrAdd(pack, number =>
    {
        var header = new byte[PackFormat.HeaderLength];
        _repository.Store.Read(_index.Packs[number].Name, 0, header);
        return PackFormat.OpenKey(_repository.Keys, header);
    });
}
