using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;
using ZstdSharp;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Index;

/// <summary>
/// Reads blobs: finds the segment, opens and decompresses it, and checks the blob against its ID, so that what comes out is
/// what was saved or an error. Recently used segments of several blobs are kept, since blobs that are used together lie together. A blob
/// that is not what an index said is looked for by what the packs say themselves. Thread-safe.
/// </summary>
internal sealed class BlobReader : IDisposable
{
    // How many bytes of opened segments are kept: some sixty segments of a new repository. That is more than the workers restore from at a
    // time. But a tree has files that are the same, or nearly, far apart, and opening a segment once more is what takes longest.
    private const long KeptLength = 64 * 1024 * 1024;

    // How many bytes before and after a page of a directory are fetched with it, and how many between parts of files.
    private const long AroundLength = 1024 * 1024;
    private const long BetweenLength = 4 * 1024 * 1024;

    // Segments that share a lock are opened one after the other. With so many locks that is rare.
    private const int OpeningLocks = 64;

    private readonly RepositoryAccess _repository;
    private readonly BlobIndex _index;
    private readonly CancellationToken _cancellation;
    private readonly ConcurrentDictionary<int, byte[]> _packKeys = new();
    private readonly Lock[] _opening = [.. Enumerable.Range(0, OpeningLocks).Select(_ => new Lock())];
    private readonly Lock _cacheLock = new();
    private readonly LinkedList<(int Number, SegmentBuffer Segment)> _cache = new();
    private readonly Dictionary<int, LinkedListNode<(int Number, SegmentBuffer Segment)>> _cached = [];
    private long _keptLength;
    private readonly ConcurrentBag<Decompressor> _decompressors = [];

    // Packs that gave something else than their table of contents says, by their number: other copies are tried first.
    private readonly ConcurrentDictionary<int, bool> _suspect = new();
    private readonly Lazy<BlobReader>? _overlooked;

    // Null where reading takes no longer than asking.
    private readonly ReadAhead? _ahead;

    // The segments that will be read soon and are not under way.
    private readonly SortedSet<int> _expected = [];
    private long _expectedLength;

    /// <summary>Reads what lies where an index says.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="index">Says what lies where.</param>
    /// <param name="cancellation">Ends the reading of all threads.</param>
    public BlobReader(RepositoryAccess repository, BlobIndex index, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _repository = repository;
        _index = index;
        if (repository.Store.Capabilities.IsDistant)
            _ahead = new ReadAhead(repository.Store, index.Packs, cancellation);
    }

    private BlobReader(RepositoryAccess repository, BlobIndex index, Func<BlobReader> findOverlooked, CancellationToken cancellation)
        : this(repository, index, cancellation) => _overlooked = new Lazy<BlobReader>(findOverlooked);

    /// <summary>Loads the index of a repository to read its blobs.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="metadataOnly">Whether only directories and chunk lists will be read.</param>
    /// <param name="warn">Told, while the index is loaded, of what is damaged and does not keep the others from being read.</param>
    /// <param name="warnLater">Told, by any thread that reads, of packs of which an index turned out to have said what is not so; null when nobody is told.</param>
    /// <param name="cancellation">Ends the loading, and the reading of all threads afterwards.</param>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    public static BlobReader Open(RepositoryAccess repository, bool metadataOnly, Action<string> warn, Action<string>? warnLater, CancellationToken cancellation)
    {
        var index = new BlobIndex(metadataOnly);
        var loader = IndexLoader.ForReading(repository, error => warn(error.Message));
        loader.Load(index.Add, cancellation);

        // What no sound pack has is looked for in one that was cut short or grew: every blob is checked when it is read.
        loader.WrongSize.ForEach(index.Add);
        return new BlobReader(repository, index, () =>
        {
            var overlooked = new BlobIndex(metadataOnly);
            foreach (var pack in loader.FindOverlooked(error => warnLater?.Invoke(error.Message), cancellation))
                overlooked.Add(pack);
            return new BlobReader(repository, overlooked, cancellation);
        }, cancellation);
    }

    /// <summary>Reads a blob, from the first of its copies that can be read.</summary>
    /// <param name="type">What it must hold.</param>
    /// <param name="oid">Its ID.</param>
    /// <returns>The blob, to be disposed.</returns>
    /// <exception cref="DamagedObjectException">It is missing or damaged.</exception>
    /// <exception cref="StorageException">Reading failed.</exception>
    public Blob Read(BlobType type, Oid oid)
    {
        RekkordException? failure = null;
        var isStored = _index.TryFind(oid, out var location);
        var isTried = isStored && !IsSuspect(location);
        if (isTried && TryRead(type, oid, location, ref failure) is { } blob)
            return blob;
        var untried = _index.FindFurther(oid).ToList();
        if (isStored && !isTried)
            untried.Add(location);
        return ReadElsewhere(type, oid, untried, ref failure) ?? throw failure ?? Missing(oid);
    }

    /// <summary>The number of the segment that a blob is read from; null when there is none. Threads that each read from another one do not wait for each other.</summary>
    public int? FindSegment(Oid oid) => _index.TryFind(oid, out var location) ? location.Segment : null;

    /// <summary>Whether it is worth saying early what will be read.</summary>
    public bool ReadsAhead => _ahead is not null;

    /// <summary>Whether so much was said to be read that it should be fetched.</summary>
    public bool ExpectsEnough => _expectedLength >= ReadAhead.RequestLength;

    /// <summary>Says that a blob will be read soon. Where the store is far away, its segment is fetched with others, after <see cref="FetchExpected"/>. For one thread.</summary>
    public void Expect(Oid oid)
    {
        if (_ahead is not null && _index.TryFind(oid, out var location) && !IsAtHand(location.Segment) && _expected.Add(location.Segment))
            _expectedLength += _index.Segments[location.Segment].StoredLength;
    }

    /// <summary>
    /// Begins to fetch what is expected, and what lies between: workers that saved side by side have stored in turns, so it is mostly needed soon. For one thread.
    /// </summary>
    public void FetchExpected()
    {
        if (_expected.Count == 0)
            return;
        var parts = new List<PackPart>();
        var last = _expected.Min;
        foreach (var number in _expected)
        {
            var (part, before) = (PartOf(number, isGuessed: false), PartOf(last, isGuessed: false));
            if (part.Pack == before.Pack && part.Offset - before.Offset - before.Length <= BetweenLength)
                parts.AddRange(Enumerable.Range(last, number - last).Skip(1).Where(next => !IsAtHand(next)).Select(next => PartOf(next, isGuessed: true)));
            parts.Add(part);
            last = number;
        }

        _ahead!.Begin(parts);
        _expected.Clear();
        _expectedLength = 0;
    }

    /// <summary>Reads a blob from one of its copies, also one that no index told of; null when none can be read. The first failure is kept.</summary>
    private Blob? ReadElsewhere(BlobType type, Oid oid, List<BlobLocation> copies, ref RekkordException? failure)
    {
        foreach (var copy in copies.OrderBy(IsSuspect))
        {
            if (TryRead(type, oid, copy, ref failure) is { } blob)
                return blob;
        }

        // Where reading itself fails, reading the end of every pack would fail, too, and take long.
        return _overlooked is not null && failure is not { Kind: RekkordErrorKind.ReadError } ? ReadOverlooked(_overlooked, type, oid, ref failure) : null;
    }

    private static Blob? ReadOverlooked(Lazy<BlobReader> overlooked, BlobType type, Oid oid, ref RekkordException? failure)
    {
        try
        {
            return overlooked.Value.Read(type, oid);
        }
        catch (RekkordException error)
        {
            failure ??= error;
            return null;
        }
    }

    private Blob? TryRead(BlobType type, Oid oid, BlobLocation location, ref RekkordException? failure)
    {
        try
        {
            return Read(type, oid, location);
        }
        catch (RekkordException error)
        {
            failure ??= error;
            if (error.Kind == RekkordErrorKind.InvalidData)
                _suspect[_index.Segments[location.Segment].Pack] = true;
            return null;
        }
    }

    private bool IsSuspect(BlobLocation location) => _suspect.ContainsKey(_index.Segments[location.Segment].Pack);

    private static DamagedObjectException Missing(Oid oid) => new($"blob {oid}", "no remaining pack holds it.");

    private Blob Read(BlobType type, Oid oid, BlobLocation location)
    {
        if (location.Type != type)
            throw new DamagedObjectException(PackOf(location.Segment).Name, $"it wrongly calls the blob {oid} a {location.Type}.");
        var whole = location.Length == LengthOf(location.Segment);
        if (type != BlobType.Data && _ahead is not null)
            FetchAround(location.Segment);
        var segment = whole ? Open(location.Segment) : OpenShared(location.Segment);
        var bytes = segment.Bytes.Slice(location.Offset, location.Length);
        if (_repository.Hasher.Compute(type, bytes.Span) == oid)
            return new Blob(segment, bytes);
        segment.RemoveUser();
        throw new DamagedObjectException(PackOf(location.Segment).Name, $"the blob {oid} in it does not have the content that was saved.");
    }

    /// <summary>Gives back what is kept, and wipes the packs' keys.</summary>
    public void Dispose()
    {
        _ahead?.Dispose();
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
        if (_overlooked is { IsValueCreated: true })
            _overlooked.Value.Dispose();
    }

    /// <summary>
    /// A segment from the kept ones, or opened and then kept, with the caller as a user. Callers that want one that is being opened wait
    /// for it.
    /// </summary>
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

    /// <summary>Fetches the segments around one of a metadata pack with it: the pages of a directory's subdirectories lie before its own, and others after them.</summary>
    private void FetchAround(int number)
    {
        if (IsAtHand(number))
            return;
        var pack = _index.Segments[number].Pack;
        var parts = new List<PackPart>();
        Add(number, 1);
        Add(number - 1, -1);
        _ahead!.Begin(parts);

        void Add(int next, int step)
        {
            for (var length = 0L; length < AroundLength && next >= 0 && next < _index.Segments.Count && _index.Segments[next].Pack == pack; next += step)
            {
                length += _index.Segments[next].StoredLength;
                if (!IsAtHand(next))
                    parts.Add(PartOf(next, isGuessed: true));
            }
        }
    }

    private PackPart PartOf(int number, bool isGuessed) => new(_index.Segments[number].Pack, _index.Segments[number].Offset, _index.Segments[number].StoredLength, isGuessed);

    /// <summary>Whether a segment is kept, or on its way.</summary>
    private bool IsAtHand(int number) => IsKept(number) || _ahead?.Has(_index.Segments[number].Pack, _index.Segments[number].Offset) == true;

    private bool IsKept(int number)
    {
        lock (_cacheLock)
            return _cached.ContainsKey(number);
    }

    private SegmentBuffer? FindKept(int number)
    {
        lock (_cacheLock)
        {
            if (!_cached.TryGetValue(number, out var node))
                return null;
            var location = _index.Segments[number];
            _ahead?.Drop(location.Pack, location.Offset);
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
            _keptLength += LengthOf(number);
            while (_keptLength > KeptLength && _cache.Count > 1)
            {
                var (oldest, segment) = _cache.Last!.Value;
                _cached.Remove(oldest);
                _cache.RemoveLast();
                _keptLength -= LengthOf(oldest);
                segment.RemoveUser();
            }
        }
    }

    private int LengthOf(int segment) => _index.Segments[segment].Length;

    private StoredPack PackOf(int segment) => _index.Packs[_index.Segments[segment].Pack];

    /// <summary>Reads, decrypts and decompresses a segment, with the caller as its only user.</summary>
    private SegmentBuffer Open(int number)
    {
        var location = _index.Segments[number];
        var fetched = _ahead?.Take(location.Pack, location.Offset);
        var rented = fetched is null ? ArrayPool<byte>.Shared.Rent(location.StoredLength) : [];
        var segment = new SegmentBuffer(location.Length);
        try
        {
            if (fetched is null)
                _repository.Store.Read(PackOf(number).Name, location.Offset, rented.AsMemory(0, location.StoredLength), _cancellation);
            Unseal(location, fetched is { } part ? part.Span : rented.AsSpan(0, location.StoredLength), segment.Bytes.Span);
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
            if (fetched is null)
                ArrayPool<byte>.Shared.Return(rented);
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

    private byte[] KeyOf(int pack) => _packKeys.GetOrAdd(pack, number => PackFormat.OpenKey(_repository.Keys, _index.Packs[number].SealedKey.Span));
}
