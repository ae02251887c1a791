using System.Numerics;
using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;
using ZstdSharp;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Scanning;

/// <summary>Verifies one pack after another, each in one pass over its bytes. One per thread.</summary>
internal sealed class PackVerifier : IDisposable
{
    // A small repository needs no more, and a large one soon has what its segments need.
    private const int SmallestBuffer = 64 * 1024;

    private readonly RepositoryAccess _repository;
    private readonly Decompressor _decompressor = new();
    private byte[] _stored = [];
    private byte[] _body = [];
    private byte[] _plaintext = [];

    public PackVerifier(RepositoryAccess repository) => _repository = repository;

    /// <summary>Reads a pack.</summary>
    /// <param name="pack">The pack with its table of contents.</param>
    /// <param name="openSegments">Whether to open, decompress and check every blob too.</param>
    /// <param name="damagedBlobs">Told of each blob that does not come out as it was saved.</param>
    /// <param name="read">Told of bytes read.</param>
    /// <param name="cancellation">Stops between segments.</param>
    /// <returns>What is wrong with the pack, a sentence; null when it is sound.</returns>
    /// <exception cref="RekkordException">It cannot be read.</exception>
    public string? Verify(StoredPack pack, bool openSegments, Action<Oid> damagedBlobs, Action<int> read, CancellationToken cancellation)
    {
        using var stream = _repository.Store.OpenRead(pack.Name, cancellation);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Read(stream, PackFormat.HeaderLength, hash, cancellation);
        using var aead = openSegments ? OpenKey(pack) : null;
        var reader = new TableOfContentsReader(pack.Contents.Span);
        var damagedSegments = 0;
        for (var ordinal = 0; reader.NextSegment(out var storedLength, out var method); ordinal++)
        {
            cancellation.ThrowIfCancellationRequested();
            var stored = Read(stream, storedLength, hash, cancellation);
            read(stored.Length);
            if (!CheckSegment(stored.Length == storedLength ? aead : null, openSegments, ordinal, method, stored, ref reader, damagedBlobs))
                damagedSegments++;
        }

        Read(stream, pack.Contents.Length + PackFormat.EndOverhead, hash, cancellation);
        var sound = hash.GetHashAndReset().AsSpan().SequenceEqual(pack.Hash) && Read(stream, 1, hash, cancellation).IsEmpty;
        return damagedSegments > 0 ? $"{damagedSegments} of its segments cannot be opened, or do not hold what was saved."
            : sound ? null : "its bytes do not match its name.";
    }

    /// <summary>
    /// Reads each segment of a pack by itself, to learn what of a pack that cannot be read from its start to its end is lost. Where reading
    /// fails for another reason than the medium's, all that is left counts as lost for now.
    /// </summary>
    /// <param name="pack">The pack with its table of contents.</param>
    /// <param name="lostBlobs">Told of each blob that does not come out as it was saved.</param>
    /// <param name="cancellation">Stops between segments.</param>
    public void FindLost(StoredPack pack, Action<Oid> lostBlobs, CancellationToken cancellation)
    {
        var goesOn = true;
        using var aead = OpenKey(pack);
        var reader = new TableOfContentsReader(pack.Contents.Span);
        var offset = (long)PackFormat.HeaderLength;
        for (var ordinal = 0; reader.NextSegment(out var storedLength, out var method); ordinal++)
        {
            cancellation.ThrowIfCancellationRequested();
            var stored = goesOn && aead is not null ? TryRead(pack.Name, offset, storedLength, ref goesOn, cancellation) : default;
            CheckSegment(stored.IsEmpty ? null : aead, openSegments: true, ordinal, method, stored, ref reader, lostBlobs);
            offset += storedLength;
        }
    }

    public void Dispose() => _decompressor.Dispose();

    private ReadOnlySpan<byte> TryRead(string name, long offset, int length, scoped ref bool goesOn, CancellationToken cancellation)
    {
        var buffer = Grow(ref _stored, length);
        try
        {
            _repository.Store.Read(name, offset, buffer, cancellation);
            return buffer.Span;
        }
        catch (StorageException error)
        {
            goesOn = error.MeansLoss;
            return default;
        }
    }

    private AesGcm? OpenKey(StoredPack pack)
    {
        try
        {
            return SecretBytes.Use(PackFormat.OpenKey(_repository.Keys, pack.SealedKey.Span), key => new AesGcm(key, PackFormat.TagLength));
        }
        catch (CryptographicException)
        {
            // Without its key every segment counts as damaged, which says the same.
            return null;
        }
    }

    private bool CheckSegment(
        AesGcm? aead, bool openSegments, int ordinal, SegmentMethod method, scoped ReadOnlySpan<byte> stored, ref TableOfContentsReader contents, Action<Oid> damagedBlobs)
    {
        var blobs = new List<BlobEntry>();
        while (contents.NextBlob(out var blob))
            blobs.Add(blob);
        if (!openSegments)
            return true;

        var sound = true;
        var plaintext = aead is null ? default : Open(aead, ordinal, method, stored, blobs.Sum(blob => blob.Length));
        foreach (var blob in blobs)
        {
            var intact = plaintext.Length >= blob.Length && _repository.Hasher.Compute(blob.Type, plaintext[..blob.Length]) == blob.Oid;
            if (!intact)
                damagedBlobs(blob.Oid);
            sound &= intact;
            plaintext = plaintext.Length >= blob.Length ? plaintext[blob.Length..] : default;
        }

        return sound;
    }

    /// <summary>Opens a segment; nothing when it cannot be opened.</summary>
    private ReadOnlySpan<byte> Open(AesGcm aead, int ordinal, SegmentMethod method, ReadOnlySpan<byte> stored, int length)
    {
        var body = Grow(ref _body, stored.Length - PackFormat.TagLength).Span;
        Span<byte> nonce = stackalloc byte[PackFormat.NonceLength];
        PackFormat.WriteNonce(nonce, ordinal);
        try
        {
            aead.Decrypt(nonce, stored[..body.Length], stored[body.Length..], body);
            if (method == SegmentMethod.Stored)
                return body;
            var plaintext = Grow(ref _plaintext, length).Span;
            Compression.Decompress(_decompressor, body, plaintext);
            return plaintext;
        }
        catch (Exception error) when (error is CryptographicException or InvalidDataException)
        {
            return default;
        }
    }

    /// <summary>Reads the next bytes; fewer where the pack was cut short.</summary>
    private ReadOnlySpan<byte> Read(Stream stream, int length, IncrementalHash hash, CancellationToken cancellation)
    {
        var buffer = Grow(ref _stored, length);
        var read = buffer.Span[..stream.ReadFully(buffer, cancellation)];
        hash.AppendData(read);
        return read;
    }

    private static Memory<byte> Grow(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
            buffer = GC.AllocateUninitializedArray<byte>((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(length, SmallestBuffer)));
        return buffer.AsMemory(0, length);
    }
}
