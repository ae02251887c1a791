using System.Buffers.Binary;
using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;

namespace Rekkord.Engine.Caching;

/// <summary>
/// The layout of the local cache file. It is disposable: a damaged one, or one of another version, counts as missing. A head (magic, salt),
/// then records, then a table, then a foot with the table's place. The table has how many files and bytes were saved, and where each record is. A record holds entries of one page of one
/// directory, in name order, or a part of the references to the chunks of a large file. Records and table are sealed (<see cref="CacheSeal"/>).
/// </summary>
internal static class CacheFormat
{
    public const int SaltLength = 32;
    public const int HeadLength = 8 + SaltLength;
    public const int TableEntryLength = 16 + sizeof(int) + sizeof(long) + sizeof(int);
    public const int TableHeadLength = 2 * sizeof(long);
    public const int FootLength = sizeof(long) + sizeof(int);

    /// <summary>Bytes before the name of each entry: lengths of name and entry, number of listed chunks, place of the references, status hash.</summary>
    public const int EntryHeadLength = sizeof(ushort) + sizeof(int) + sizeof(long) + (2 * sizeof(int)) + 16;

    /// <summary>Bytes of each part of a large file's references but the last.</summary>
    public const int ChunksPartLength = 16 * 1024 * Objects.ChunkReference.EncodedLength;

    /// <summary>Changes whenever what is in a record does, tree entries included: they go into new snapshots as they are.</summary>
    public static ReadOnlySpan<byte> Magic => "RKCACHE3"u8;
}

/// <summary>
/// Seals the parts of one cache file with AES-256-GCM. The key is this file's own, and only those who can save can derive it. So what opens
/// was written by a save, and needs no check of its own before it goes into a snapshot again. Thread-safe.
/// </summary>
internal sealed class CacheSeal : IDisposable
{
    /// <summary>By how many bytes a sealed part is longer.</summary>
    public const int TagLength = 16;

    private const int NonceLength = 12;

    private readonly Lock _lock = new();
    private readonly AesGcm _aead;

    /// <summary>Derives the key of a file.</summary>
    /// <param name="keys">Keys that can save.</param>
    /// <param name="salt">The file's salt.</param>
    public CacheSeal(KeyMaterial keys, ReadOnlySpan<byte> salt) =>
        _aead = KeyDerivation.CreateCipher(keys.IdKey, salt, "rekkord file cache v1", TagLength);

    /// <summary>Seals a part in place: the last bytes are room for what makes it longer.</summary>
    /// <param name="part">What is sealed.</param>
    /// <param name="offset">Where in the file it goes. No other part is there, so the nonce is its own.</param>
    /// <param name="isTable">Whether it is the table.</param>
    public void Seal(Span<byte> part, long offset, bool isTable)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteNonce(nonce, offset, isTable);
        lock (_lock)
            _aead.Encrypt(nonce, part[..^TagLength], part[..^TagLength], part[^TagLength..]);
    }

    /// <summary>Opens a part in place.</summary>
    /// <returns>What was sealed; empty when that is not what is there.</returns>
    public ReadOnlyMemory<byte> Open(Memory<byte> part, long offset, bool isTable)
    {
        if (part.Length < TagLength)
            return default;
        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteNonce(nonce, offset, isTable);
        var body = part[..^TagLength];
        try
        {
            lock (_lock)
                _aead.Decrypt(nonce, body.Span, part.Span[^TagLength..], body.Span);
            return body;
        }
        catch (AuthenticationTagMismatchException)
        {
            return default;
        }
    }

    public void Dispose() => _aead.Dispose();

    private static void WriteNonce(Span<byte> nonce, long offset, bool isTable)
    {
        BinaryPrimitives.WriteInt64LittleEndian(nonce, offset);
        BinaryPrimitives.WriteInt32LittleEndian(nonce[sizeof(long)..], isTable ? 1 : 0);
    }
}
