using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Index;

/// <summary>
/// An index object: the directories of some packs, compressed, signed by the keyfile that wrote it and sealed with the index key, so that
/// a save learns with few reads what is stored.
/// </summary>
internal static class IndexObject
{
    private const int SaltLength = 32;
    private const int TagLength = 16;
    private const int HashLength = 32;
    private const int HeadLength = 4 + SaltLength;
    private const int SizeAt = HashLength;
    private const int SealedKeyAt = SizeAt + sizeof(long);
    private const int ContentsLengthAt = SealedKeyAt + PackFormat.SealedKeyLength;
    private const int PackHeadLength = ContentsLengthAt + sizeof(int);

    private static ReadOnlySpan<byte> Magic => "RKI\u0001"u8;

    private static ReadOnlySpan<byte> Domain => "rekkord index v1\0"u8;

    /// <summary>Encodes an index of some packs.</summary>
    /// <param name="keys">Keys of a role that can write.</param>
    /// <param name="replaced">The indexes, by name, all of whose packs are among these.</param>
    /// <param name="packs">The packs.</param>
    public static byte[] Encode(KeyMaterial keys, IReadOnlyCollection<string> replaced, IReadOnlyCollection<StoredPack> packs)
    {
        using var body = new PooledBufferWriter();
        BinaryPrimitives.WriteInt32LittleEndian(body.GetSpan(sizeof(int)), replaced.Count);
        body.Advance(sizeof(int));
        foreach (var name in replaced)
            body.Write(ObjectName.TryGetHash(name));
        foreach (var pack in packs)
        {
            var head = body.GetSpan(PackHeadLength);
            pack.Hash.CopyTo(head);
            BinaryPrimitives.WriteInt64LittleEndian(head[SizeAt..], pack.Size);
            pack.SealedKey.Span.CopyTo(head[SealedKeyAt..]);
            BinaryPrimitives.WriteInt32LittleEndian(head[ContentsLengthAt..], pack.Contents.Length);
            body.Advance(PackHeadLength);
            body.Write(pack.Contents.Span);
        }

        using var compressed = new PooledBufferWriter();
        Compression.Compress(body.WrittenSpan, compressed);
        var signature = SignedEnvelope.Wrap(keys, Domain, SHA256.HashData(compressed.WrittenSpan));
        return Seal(keys, signature, compressed.WrittenSpan);
    }

    /// <summary>Reads an index object of a repository.</summary>
    /// <exception cref="DamagedObjectException">It is damaged, sealed with another key, or not signed by a key of the repository.</exception>
    /// <exception cref="Storage.StorageException">There is none, or reading failed.</exception>
    public static StoredIndex Read(RepositoryAccess repository, string name, CancellationToken cancellation)
    {
        var signers = new TrustedSigners(repository.Keys.MasterPublicKey, repository.Keys.RepositoryId);
        return Decode(repository.Keys, signers, name, repository.Store.Read(name, FormatLimits.Index, cancellation));
    }

    /// <summary>Decodes an index object. Whether its signer was revoked since is for the caller to ask.</summary>
    /// <param name="keys">What it is sealed with.</param>
    /// <param name="signers">Whose signatures count.</param>
    /// <param name="name">Its name, which its bytes must fit.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <exception cref="DamagedObjectException">It is damaged, sealed with another key, or not signed by a key of the repository.</exception>
    public static StoredIndex Decode(KeyMaterial keys, TrustedSigners signers, string name, ReadOnlySpan<byte> bytes)
    {
        if (ObjectName.TryGetHash(name) is not { } hash || !SHA256.HashData(bytes).AsSpan().SequenceEqual(hash))
            throw new DamagedObjectException(name, "its bytes do not match its name.");
        if (bytes.Length < HeadLength + TagLength || !bytes.StartsWith(Magic))
            throw new DamagedObjectException(name, "it does not start like an index.");
        try
        {
            var plaintext = new byte[bytes.Length - HeadLength - TagLength];
            using (var aead = CreateCipher(keys, bytes[Magic.Length..HeadLength]))
                aead.Decrypt(stackalloc byte[12], bytes[HeadLength..^TagLength], bytes[^TagLength..], plaintext, Magic);
            var signatureEnd = sizeof(int) + ReadSignatureLength(plaintext);
            var compressed = plaintext.AsSpan(signatureEnd);
            var (signed, keyId) = SignedEnvelope.Unwrap(plaintext[sizeof(int)..signatureEnd], Domain, signers);
            return signed.AsSpan().SequenceEqual(SHA256.HashData(compressed))
                ? Parse(name, bytes.Length, keyId is null ? "" : Convert.ToHexStringLower(keyId), Compression.Decompress(compressed, FormatLimits.Index))
                : throw new InvalidDataException("The signature is for other content.");
        }
        catch (Exception error) when (error is CryptographicException or InvalidDataException)
        {
            throw new DamagedObjectException(name, "it cannot be opened.", error);
        }
    }

    private static byte[] Seal(KeyMaterial keys, byte[] signature, ReadOnlySpan<byte> compressed)
    {
        var length = sizeof(int) + signature.Length + compressed.Length;
        var output = new byte[HeadLength + length + TagLength];
        Magic.CopyTo(output);
        RandomNumberGenerator.Fill(output.AsSpan(Magic.Length, SaltLength));
        var content = output.AsSpan(HeadLength, length);
        BinaryPrimitives.WriteInt32LittleEndian(content, signature.Length);
        signature.CopyTo(content[sizeof(int)..]);
        compressed.CopyTo(content[(sizeof(int) + signature.Length)..]);
        using var aead = CreateCipher(keys, output.AsSpan(Magic.Length, SaltLength));
        aead.Encrypt(stackalloc byte[12], content, content, output.AsSpan(^TagLength..), Magic);
        return output;
    }

    private static int ReadSignatureLength(ReadOnlySpan<byte> plaintext)
    {
        var length = plaintext.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(plaintext);
        return length >= 0 && length <= plaintext.Length - sizeof(int) ? length : throw new InvalidDataException("The index is cut off.");
    }

    private static StoredIndex Parse(string name, int size, string keyId, byte[] body)
    {
        var rest = body.AsMemory();
        var replaced = new List<string>();
        if (rest.Length < sizeof(int) || BinaryPrimitives.ReadInt32LittleEndian(rest.Span) is var count && (count < 0 || count > (rest.Length - sizeof(int)) / HashLength))
            throw new InvalidDataException("The number of indexes that it replaces is wrong.");
        for (var i = 0; i < count; i++)
            replaced.Add(ObjectName.For(ObjectName.Indexes, rest.Span.Slice(sizeof(int) + (i * HashLength), HashLength)));
        return new StoredIndex(name, size, keyId, replaced, ParsePacks(rest[(sizeof(int) + (count * HashLength))..]));
    }

    private static List<StoredPack> ParsePacks(ReadOnlyMemory<byte> rest)
    {
        var packs = new List<StoredPack>();
        while (!rest.IsEmpty)
        {
            if (rest.Length < PackHeadLength)
                throw new InvalidDataException("The index is cut off.");
            var size = BinaryPrimitives.ReadInt64LittleEndian(rest.Span[SizeAt..]);
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest.Span[ContentsLengthAt..]);
            if (length < 0 || length > rest.Length - PackHeadLength)
                throw new InvalidDataException("The length of a table of contents is wrong.");
            packs.Add(new StoredPack(rest[..HashLength].ToArray(), size, rest.Slice(SealedKeyAt, PackFormat.SealedKeyLength), rest.Slice(PackHeadLength, length)));
            rest = rest[(PackHeadLength + length)..];
        }

        return packs;
    }

    private static AesGcm CreateCipher(KeyMaterial keys, ReadOnlySpan<byte> salt) =>
        KeyDerivation.CreateCipher(keys.IndexKey, salt, "rekkord index v1", TagLength);
}

/// <summary>What an index object says.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="KeyId">The ID of the keyfile that signed it, in hex; empty for the master key.</param>
/// <param name="Replaced">The indexes, by name, that it replaces.</param>
/// <param name="Packs">The packs that it names, with the directories that it says they have.</param>
internal sealed record StoredIndex(string Name, int Size, string KeyId, IReadOnlyList<string> Replaced, IReadOnlyList<StoredPack> Packs);
