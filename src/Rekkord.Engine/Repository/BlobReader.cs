using System.Collections.Concurrent;
using System.Security.Cryptography;
using Rekkord.Engine.Storage;
using ZstdSharp;

namespace Rekkord.Engine.Repository;

/// <summary>
/// Reads blobs: finds the segment, opens and decompresses it, and checks the blob against its ID, so that what comes out is
/// what was saved or an error. Recently used segments of several blobs are kept, since blobs that are used together lie together. Thread-safe.
/// </summary>
internal sealed class BlobReader
{
    // Two dozen segments: enough for the directory and the files that several workers restore at a time.
    private const int CacheCapacity = 24;

    private readonly RepositoryAccess _repository;
    private readonly BlobIndex _index;
    private readonly ConcurrentDictionary<int, byte[]> _packKeys = new();
    private readonly Lock _cacheLock = new();
    private readonly LinkedList<(int Segment, byte[] Plaintext)> _cache = new();
    private readonly Dictionary<int, LinkedListNode<(int Segment, byte[] Plaintext)>> _cached = [];

    public BlobReader(RepositoryAccess repository, BlobIndex index)
    {
        _repository = repository;
        _index = index;
    }

    /// <summary>Reads a blob.</summary>
    /// <param name="type">What it must hold.</param>
    /// <param name="oid">Its ID.</param>
    /// <exception cref="DamagedObjectException">It is missing or damaged.</exception>
    /// <exception cref="StorageException">Reading failed.</exception>
    public ReadOnlyMemory<byte> Read(BlobType type, Oid oid)
    {
        if (!_index.TryFind(oid, out var location) || location.Type != type)
            throw new DamagedObjectException($"blob {oid}", "no pack that is left holds it.");
        var whole = location.Length == _index.Segments[location.Segment].Length;
        var segment = whole ? Open(location.Segment) : ReadSegment(location.Segment);
        var blob = segment.AsMemory(location.Offset, location.Length);
        if (_repository.Hasher.Compute(type, blob.Span) != oid)
            throw new DamagedObjectException(PackOf(location.Segment).Name, $"the blob {oid} in it has another content than was saved.");
        return blob;
    }

    private byte[] ReadSegment(int number)
    {
        lock (_cacheLock)
        {
            if (_cached.TryGetValue(number, out var node))
            {
                _cache.Remove(node);
                _cache.AddFirst(node);
                return node.Value.Plaintext;
            }
        }

        var plaintext = Open(number);
        lock (_cacheLock)
        {
            if (!_cached.ContainsKey(number))
                _cached[number] = _cache.AddFirst((number, plaintext));
            if (_cache.Count > CacheCapacity)
            {
                _cached.Remove(_cache.Last!.Value.Segment);
                _cache.RemoveLast();
            }
        }

        return plaintext;
    }

    private StoredPack PackOf(int segment) => _index.Packs[_index.Segments[segment].Pack];

    private byte[] Open(int number)
    {
        var segment = _index.Segments[number];
        var pack = _index.Packs[segment.Pack];
        var stored = new byte[segment.StoredLength];
        _repository.Store.Read(pack.Name, segment.Offset, stored);
        try
        {
            var body = new byte[stored.Length - PackFormat.TagLength];
            Span<byte> nonce = stackalloc byte[PackFormat.NonceLength];
            PackFormat.WriteNonce(nonce, segment.Ordinal);
            using (var aead = new AesGcm(KeyOf(segment.Pack), PackFormat.TagLength))
                aead.Decrypt(nonce, stored.AsSpan(0, body.Length), stored.AsSpan(body.Length), body);
            if (segment.Method == SegmentMethod.Stored)
                return body;
            var plaintext = new byte[segment.Length];
            using var decompressor = new Decompressor();
            Compression.Decompress(decompressor, body, plaintext);
            return plaintext;
        }
        catch (Exception error) when (error is CryptographicException or InvalidDataException)
        {
            throw new DamagedObjectException(pack.Name, $"its segment {segment.Ordinal} cannot be opened.", error);
        }
    }

    private byte[] KeyOf(int pack) => _packKeys.GetOrAdd(pack, number =>
    {
        var header = new byte[PackFormat.HeaderLength];
        _repository.Store.Read(_index.Packs[number].Name, 0, header);
        return PackFormat.OpenKey(_repository.Keys, header);
    });
}
