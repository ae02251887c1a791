using System.Buffers.Binary;
using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Packs;

/// <summary>The frame of a pack: header with the sealed pack key, sealed segments, sealed table of contents, trailer. docs/format.md has the bytes.</summary>
internal static class PackFormat
{
    public const int TagLength = 16;
    public const int KeyLength = 32;
    public const int NonceLength = 12;
    public const int HeaderLength = 4 + Hpke.EncapsulatedKeyLength + KeyLength + Hpke.TagLength;
    public const int TrailerLength = 8;

    /// <summary>How much longer a sealed table of contents, with the trailer, is than the table.</summary>
    public const int SealedContentsOverhead = TagLength + TrailerLength;

    public static ReadOnlySpan<byte> Magic => "RKP\u0001"u8;

    private static ReadOnlySpan<byte> TrailerMagic => "RKPE"u8;

    /// <summary>Makes the header of a new pack: its key, sealed to the repository's data key.</summary>
    public static byte[] CreateHeader(Descriptor descriptor, ReadOnlySpan<byte> packKey) =>
        [.. Magic, .. Hpke.Aes256.Seal(descriptor.DataPublicKey, KeyInfo(descriptor.RepositoryId), Magic, packKey)];

    /// <summary>Opens the key of a pack. The caller wipes it.</summary>
    /// <exception cref="CryptographicException">The header is damaged or for another repository.</exception>
    public static byte[] OpenKey(KeyMaterial keys, ReadOnlySpan<byte> header)
    {
        if (header.Length != HeaderLength || !header.StartsWith(Magic))
            throw new CryptographicException("This is no pack of a known version.");
        return Hpke.Aes256.Open(keys.DataPrivateKey, KeyInfo(keys.RepositoryId), Magic, header[Magic.Length..]);
    }

    /// <summary>The nonce of a segment: its place in the pack. A pack's key is its own, so no pair of key and nonce comes twice.</summary>
    public static void WriteNonce(Span<byte> nonce, int ordinal)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(nonce, ordinal);
    }

    /// <summary>Seals the table of contents under a key made from the index key and the header, and appends the trailer, into an output of <see cref="SealedContentsOverhead"/> more bytes.</summary>
    public static void SealContents(KeyMaterial keys, ReadOnlySpan<byte> header, ReadOnlySpan<byte> contents, Span<byte> output)
    {
        using var aead = CreateContentsCipher(keys, header);
        aead.Encrypt(stackalloc byte[NonceLength], contents, output[..contents.Length], output.Slice(contents.Length, TagLength), Magic);
        var trailer = output.Slice(contents.Length + TagLength, TrailerLength);
        BinaryPrimitives.WriteInt32LittleEndian(trailer, contents.Length + TagLength);
        TrailerMagic.CopyTo(trailer[sizeof(int)..]);
    }

    /// <summary>Reads the table of contents of a stored pack.</summary>
    /// <exception cref="DamagedObjectException">The pack is damaged.</exception>
    /// <exception cref="StorageException">Reading failed.</exception>
    public static byte[] ReadContents(IObjectStore store, KeyMaterial keys, string name, long size, CancellationToken cancellation)
    {
        if (size < HeaderLength + TagLength + TrailerLength)
            throw new DamagedObjectException(name, "it is too short for a pack.");
        var header = new byte[HeaderLength];
        store.Read(name, 0, header, cancellation);
        var trailer = new byte[TrailerLength];
        store.Read(name, size - TrailerLength, trailer, cancellation);
        var length = BinaryPrimitives.ReadInt32LittleEndian(trailer);
        if (!header.AsSpan().StartsWith(Magic) || !trailer.AsSpan().EndsWith(TrailerMagic))
            throw new DamagedObjectException(name, "it does not start or end like a pack.");
        if (length < TagLength || length > FormatLimits.TableOfContents || length > size - HeaderLength - TrailerLength)
            throw new DamagedObjectException(name, "the length of its table of contents is wrong.");

        var stored = new byte[length];
        store.Read(name, size - TrailerLength - length, stored, cancellation);
        var contents = new byte[length - TagLength];
        try
        {
            using var aead = CreateContentsCipher(keys, header);
            aead.Decrypt(stackalloc byte[NonceLength], stored.AsSpan(0, contents.Length), stored.AsSpan(contents.Length), contents, Magic);
            return contents;
        }
        catch (CryptographicException error)
        {
            throw new DamagedObjectException(name, "its table of contents cannot be opened.", error);
        }
    }

    private static AesGcm CreateContentsCipher(KeyMaterial keys, ReadOnlySpan<byte> header) =>
        KeyDerivation.CreateCipher(keys.IndexKey, header, "rekkord pack directory v1", TagLength);

    private static byte[] KeyInfo(byte[] repositoryId) => [.. "rekkord pack v1"u8, .. repositoryId];
}
