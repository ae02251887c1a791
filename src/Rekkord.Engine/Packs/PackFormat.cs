using System.Buffers.Binary;
using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Packs;

/// <summary>
/// The frame of a pack: sealed segments, and at its end the sealed table of contents, the sealed pack key and a trailer, so that one read of the end
/// gives all that is needed to read the rest. docs/format.md has the bytes.
/// </summary>
internal static class PackFormat
{
    public const int TagLength = 16;
    public const int KeyLength = 32;
    public const int NonceLength = 12;

    /// <summary>Where the first segment begins.</summary>
    public const int HeaderLength = 4;

    /// <summary>Length of the pack's key once it is sealed.</summary>
    public const int SealedKeyLength = Hpke.EncapsulatedKeyLength + KeyLength + Hpke.TagLength;

    public const int TrailerLength = 8;

    /// <summary>How much longer a pack's end is than its table of contents.</summary>
    public const int EndOverhead = TagLength + SealedKeyLength + TrailerLength;

    // What is read of a pack's end at once: the table of contents of a pack of usual chunks is in it.
    private const int FirstRead = 64 * 1024;

    public static ReadOnlySpan<byte> Magic => "RKP\u0001"u8;

    private static ReadOnlySpan<byte> TrailerMagic => "RKPE"u8;

    /// <summary>Seals the key of a new pack to the repository's data key.</summary>
    public static byte[] SealKey(Descriptor descriptor, ReadOnlySpan<byte> packKey) =>
        Hpke.Aes256.Seal(descriptor.DataPublicKey, KeyInfo(descriptor.RepositoryId), Magic, packKey);

    /// <summary>Opens the key of a pack. The caller wipes it.</summary>
    /// <exception cref="CryptographicException">It is damaged or for another repository.</exception>
    public static byte[] OpenKey(KeyMaterial keys, ReadOnlySpan<byte> sealedKey)
    {
        if (sealedKey.Length != SealedKeyLength)
            throw new CryptographicException("This is no sealed key of a pack.");
        return Hpke.Aes256.Open(keys.DataPrivateKey, KeyInfo(keys.RepositoryId), Magic, sealedKey);
    }

    /// <summary>The nonce of a segment: its place in the pack. A pack's key is its own, so no pair of key and nonce comes twice.</summary>
    public static void WriteNonce(Span<byte> nonce, int ordinal)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(nonce, ordinal);
    }

    /// <summary>Seals the table of contents under a key made from the index key and the pack's sealed key, and writes the end of a pack, into an output of <see cref="EndOverhead"/> more bytes.</summary>
    public static void SealEnd(KeyMaterial keys, ReadOnlySpan<byte> sealedKey, ReadOnlySpan<byte> contents, Span<byte> output)
    {
        using var aead = CreateContentsCipher(keys, sealedKey);
        aead.Encrypt(stackalloc byte[NonceLength], contents, output[..contents.Length], output.Slice(contents.Length, TagLength), Magic);
        sealedKey.CopyTo(output[(contents.Length + TagLength)..]);
        var trailer = output[^TrailerLength..];
        BinaryPrimitives.WriteInt32LittleEndian(trailer, contents.Length + TagLength);
        TrailerMagic.CopyTo(trailer[sizeof(int)..]);
    }

    /// <summary>Reads the table of contents and the sealed key of a stored pack: one read, or two where the table is long.</summary>
    /// <exception cref="DamagedObjectException">The pack is damaged.</exception>
    /// <exception cref="StorageException">Reading failed.</exception>
    public static (byte[] Contents, byte[] SealedKey) ReadEnd(IObjectStore store, KeyMaterial keys, string name, long size, CancellationToken cancellation)
    {
        if (size < HeaderLength + EndOverhead)
            throw new DamagedObjectException(name, "it is too short for a pack.");
        var last = new byte[Math.Min(size, FirstRead)];
        store.Read(name, size - last.Length, last, cancellation);
        var trailer = last.AsSpan(^TrailerLength..);
        if (!trailer.EndsWith(TrailerMagic))
            throw new DamagedObjectException(name, "it does not end like a pack.");
        var length = BinaryPrimitives.ReadInt32LittleEndian(trailer);
        if (length < TagLength || length > FormatLimits.TableOfContents || length > size - HeaderLength - SealedKeyLength - TrailerLength)
            throw new DamagedObjectException(name, "the length of its table of contents is wrong.");

        var stored = new byte[length];
        var end = last.AsSpan(..^(SealedKeyLength + TrailerLength));
        var there = Math.Min(length, end.Length);
        end[^there..].CopyTo(stored.AsSpan(length - there));
        if (there < length)
            store.Read(name, size - SealedKeyLength - TrailerLength - length, stored.AsMemory(0, length - there), cancellation);
        var sealedKey = last.AsSpan(^(SealedKeyLength + TrailerLength)..^TrailerLength).ToArray();
        return (OpenContents(keys, name, sealedKey, stored), sealedKey);
    }

    private static byte[] OpenContents(KeyMaterial keys, string name, ReadOnlySpan<byte> sealedKey, ReadOnlySpan<byte> stored)
    {
        var contents = new byte[stored.Length - TagLength];
        try
        {
            using var aead = CreateContentsCipher(keys, sealedKey);
            aead.Decrypt(stackalloc byte[NonceLength], stored[..contents.Length], stored[contents.Length..], contents, Magic);
            return contents;
        }
        catch (CryptographicException error)
        {
            throw new DamagedObjectException(name, "its table of contents cannot be opened.", error);
        }
    }

    private static AesGcm CreateContentsCipher(KeyMaterial keys, ReadOnlySpan<byte> sealedKey) =>
        KeyDerivation.CreateCipher(keys.IndexKey, sealedKey, "rekkord pack directory v1", TagLength);

    private static byte[] KeyInfo(byte[] repositoryId) => [.. "rekkord pack v1"u8, .. repositoryId];
}
