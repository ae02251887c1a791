using System.Buffers;
using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Packs;

/// <summary>
/// Writes the packs of one kind: seals segments into an open pack and closes it once it is large enough. All threads share the first
/// pack, so that a small save makes one. Where a pack goes to the store as it grows, from the second on each that comes while others write
/// has one to itself; where it is collected in memory, there is one. Closing (flush to the disk and rename, or sending) goes on beside
/// the next pack, for as many at a time as the store has use for and memory allows. Thread-safe.
/// </summary>
internal sealed class PackWriter : IDisposable
{
    /// <summary>A pack of very small files is closed before its table of contents, which is in memory as a whole, grows with them: some 29,000 blobs.</summary>
    public const int ContentsSize = 1024 * 1024;

    // What packs take that are on their way to a store that gets each as a whole.
    private const int SendingSize = 96 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly IObjectStore _store;
    private readonly KeyMaterial _keys;
    private readonly Descriptor _descriptor;
    private readonly PackKind _kind;
    private readonly Action<StoredPack> _stored;
    private readonly CancellationToken _cancellation;
    private readonly int _closingAtOnce;
    private readonly List<Task> _closing = [];
    private readonly Stack<OpenPack> _idle = new();
    private bool _shared = true;

    /// <summary>Creates a writer.</summary>
    /// <param name="store">Where the packs go.</param>
    /// <param name="keys">Keys of a role that can write.</param>
    /// <param name="descriptor">The repository's parameters and public key.</param>
    /// <param name="kind">What the packs hold.</param>
    /// <param name="stored">Called for each pack once it is durable, from any thread.</param>
    /// <param name="cancellation">Ends the writing.</param>
    public PackWriter(
        IObjectStore store, KeyMaterial keys, Descriptor descriptor, PackKind kind, Action<StoredPack> stored, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _closingAtOnce = CountClosing(store.Capabilities, descriptor.PackSize, kind);
        _store = store;
        _keys = keys;
        _descriptor = descriptor;
        _kind = kind;
        _stored = stored;
    }

    /// <summary>Appends a segment, compressed or not.</summary>
    /// <exception cref="StorageException">The store failed, now or while a pack before was closed.</exception>
    public void Append(ReadOnlySpan<byte> segment, SegmentMethod method, IReadOnlyList<BlobEntry> blobs)
    {
        OpenPack pack;
        lock (_lock)
        {
            pack = Take();
            if (_shared)
            {
                Append(pack, segment, method, blobs);
                PutBack(pack);
                return;
            }
        }

        Append(pack, segment, method, blobs);
        lock (_lock)
            PutBack(pack);
    }

    /// <summary>Closes the open packs and waits until everything is durable; nobody appends meanwhile.</summary>
    /// <exception cref="StorageException">The store failed.</exception>
    public void Finish()
    {
        lock (_lock)
        {
            while (_idle.TryPop(out var pack))
                Close(pack);
            WaitForRoom(0);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            while (_idle.TryPop(out var pack))
                pack.Dispose();
            Task.WhenAll(_closing).ContinueWith(static all => all.Exception, TaskScheduler.Default).Wait();
        }
    }

    /// <summary>
    /// A pack whose writing failed takes nothing more: a part of the segment may be in it, and the next segment would have the same
    /// nonce under the same key.
    /// </summary>
    private static void Append(OpenPack pack, ReadOnlySpan<byte> segment, SegmentMethod method, IReadOnlyList<BlobEntry> blobs)
    {
        try
        {
            pack.Append(segment, method, blobs);
        }
        catch
        {
            pack.Dispose();
            throw;
        }
    }

    private OpenPack Take() => _idle.TryPop(out var pack) ? pack : new OpenPack(_store, _keys, _descriptor, _kind, _cancellation);

    private void PutBack(OpenPack pack)
    {
        if (pack.Length < _descriptor.PackSize && pack.ContentsLength < ContentsSize)
            _idle.Push(pack);
        else
            Close(pack);
    }

    private void Close(OpenPack pack)
    {
        _shared = !_store.Capabilities.StreamsWrites;
        try
        {
            WaitForRoom(_closingAtOnce - 1);
        }
        catch
        {
            pack.Dispose();
            throw;
        }

        _closing.Add(Task.Run(() => CommitAsync(pack), CancellationToken.None));
    }

    /// <summary>Metadata is little, so that one pack of it at a time is sent.</summary>
    private static int CountClosing(StoreCapabilities store, int packSize, PackKind kind) =>
        store.StreamsWrites ? store.Connections
        : kind == PackKind.Metadata ? 1
        : Math.Clamp(SendingSize / packSize, 1, store.Connections);

    /// <summary>Waits until no more than so many packs are being closed. What one of them failed with is raised.</summary>
    private void WaitForRoom(int others)
    {
        while (_closing.Count > others)
        {
            var ended = Task.WaitAny([.. _closing], CancellationToken.None);
            var task = _closing[ended];
            _closing.RemoveAt(ended);
            task.GetAwaiter().GetResult();
        }
    }

    private async Task CommitAsync(OpenPack pack)
    {
        using (pack)
            _stored(await pack.CommitAsync().ConfigureAwait(false));
    }

    /// <summary>A pack that takes segments.</summary>
    private sealed class OpenPack : IDisposable
    {
        private readonly KeyMaterial _keys;
        private readonly PackKind _kind;
        private readonly CancellationToken _cancellation;
        private readonly ObjectWriter _writer;
        private readonly byte[] _sealedKey;
        private readonly AesGcm _aead;
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly TableOfContentsWriter _contents = new();

        public OpenPack(IObjectStore store, KeyMaterial keys, Descriptor descriptor, PackKind kind, CancellationToken cancellation)
        {
            _cancellation = cancellation;
            _keys = keys;
            _kind = kind;
            var key = SecretBytes.Allocate(PackFormat.KeyLength);
            RandomNumberGenerator.Fill(key);
            _sealedKey = PackFormat.SealKey(descriptor, key);
            _aead = SecretBytes.Use(key, secret => new AesGcm(secret, PackFormat.TagLength));
            _writer = store.Create(cancellation);
        }

        public long Length { get; private set; }

        public int ContentsLength => _contents.Length;

        /// <summary>Seals a segment and writes it.</summary>
        public void Append(ReadOnlySpan<byte> segment, SegmentMethod method, IReadOnlyList<BlobEntry> blobs)
        {
            if (Length == 0)
                Write(PackFormat.Magic.ToArray());
            var length = segment.Length + PackFormat.TagLength;
            var pooled = ArrayPool<byte>.Shared.Rent(length);
            var buffer = pooled.AsMemory(0, length);
            Span<byte> nonce = stackalloc byte[PackFormat.NonceLength];
            PackFormat.WriteNonce(nonce, _contents.SegmentCount);
            _aead.Encrypt(nonce, segment, buffer.Span[..segment.Length], buffer.Span[segment.Length..]);
            Write(buffer);
            _contents.Add(length, method, blobs);
            ArrayPool<byte>.Shared.Return(pooled);
        }

        public async ValueTask<StoredPack> CommitAsync()
        {
            var contents = _contents.ToArray(_kind);
            WriteEnd(contents);
            var hash = _hash.GetHashAndReset();
            await _writer.CommitAsync(ObjectName.ForPack(hash), _cancellation).ConfigureAwait(false);
            return new StoredPack(hash, Length, _sealedKey, contents);
        }

        public void Dispose()
        {
            _writer.Dispose();
            _aead.Dispose();
            _hash.Dispose();
            _contents.Dispose();
        }

        private void WriteEnd(byte[] contents)
        {
            var length = contents.Length + PackFormat.EndOverhead;
            var buffer = ArrayPool<byte>.Shared.Rent(length);
            PackFormat.SealEnd(_keys, _sealedKey, contents, buffer.AsSpan(0, length));
            Write(buffer.AsMemory(0, length));
            ArrayPool<byte>.Shared.Return(buffer);
        }

        private void Write(ReadOnlyMemory<byte> bytes)
        {
            _writer.Write(bytes, _cancellation);
            _hash.AppendData(bytes.Span);
            Length += bytes.Length;
        }
    }
}
