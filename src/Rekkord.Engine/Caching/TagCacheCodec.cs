using System.Buffers.Binary;
using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Caching;

/// <summary>
/// The bytes of the tag cache: a head (magic, repository ID, salt), then a body sealed with AES-256-GCM under a key that only those who can
/// open tags can derive, used for this one file. docs/format.md has the layout.
/// </summary>
internal static class TagCacheCodec
{
    /// <summary>Largest file, in bytes: some 200,000 tags. What would be larger is not written.</summary>
    public const int MaximumLength = 64 * 1024 * 1024;

    private const int SaltLength = 32;
    private const int SealLength = 16;
    private const int NonceLength = 12;
    private const int HashLength = 32;
    private const int EntryHeadLength = HashLength + 1 + sizeof(int);

    private static ReadOnlySpan<byte> Magic => "RKTAGS01"u8;

    private static int BoundLength => Magic.Length + KeyMaterial.IdLength;

    private static int HeadLength => BoundLength + SaltLength;

    /// <summary>Seals opened tags, by their names.</summary>
    /// <returns>The file's bytes; null when it would be too large.</returns>
    public static byte[]? Seal(KeyMaterial keys, IReadOnlyCollection<KeyValuePair<string, OpenedTag>> tags)
    {
        if (HeadLength + LengthOf(tags) + SealLength > MaximumLength)
            return null;
        var body = Encode(tags);
        var file = new byte[HeadLength + body.Length + SealLength];
        Magic.CopyTo(file);
        keys.RepositoryId.CopyTo(file, Magic.Length);
        RandomNumberGenerator.Fill(file.AsSpan(BoundLength, SaltLength));
        using var aead = CreateAead(keys, file);

        // The key is this file's own, so the nonce may be the same for all.
        aead.Encrypt(new byte[NonceLength], body, file.AsSpan(HeadLength, body.Length), file.AsSpan(^SealLength..), file.AsSpan(0, BoundLength));
        return file;
    }

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <exception cref="CryptographicException">It was altered or cut off, or made for another repository or with another key.</exception>
    /// <exception cref="InvalidDataException">It is no such file, or malformed.</exception>
    public static IEnumerable<KeyValuePair<string, OpenedTag>> Open(KeyMaterial keys, byte[] file)
    {
        if (file.Length < HeadLength + SealLength || !file.AsSpan().StartsWith(Magic) || !file.AsSpan(Magic.Length, KeyMaterial.IdLength).SequenceEqual(keys.RepositoryId))
            throw new InvalidDataException("This is not a tag cache of this repository.");
        var body = new byte[file.Length - HeadLength - SealLength];
        using var aead = CreateAead(keys, file);
        aead.Decrypt(new byte[NonceLength], file.AsSpan(HeadLength, body.Length), file.AsSpan(^SealLength..), body, file.AsSpan(0, BoundLength));
        return Decode(body);
    }

    /// <summary>Reads the body: for each tag its hash, its signer's key ID, and its payload.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    internal static List<KeyValuePair<string, OpenedTag>> Decode(ReadOnlyMemory<byte> body)
    {
        var tags = new List<KeyValuePair<string, OpenedTag>>();
        while (!body.IsEmpty)
        {
            if (body.Length < EntryHeadLength)
                throw new InvalidDataException("A tag cache ends within an entry.");
            var head = body.Span[..EntryHeadLength];
            var keyIdLength = head[HashLength];
            var payloadLength = BinaryPrimitives.ReadInt32LittleEndian(head[(HashLength + 1)..]);
            var rest = body[EntryHeadLength..];
            if (keyIdLength is not (0 or KeyMaterial.IdLength) || payloadLength < 0 || payloadLength > rest.Length - keyIdLength)
                throw new InvalidDataException("A tag cache has an entry of an impossible length.");
            var keyId = keyIdLength == 0 ? null : rest[..keyIdLength].ToArray();
            tags.Add(new(ObjectName.For(ObjectName.Tags, head[..HashLength]), new OpenedTag(keyId, rest.Slice(keyIdLength, payloadLength))));
            body = rest[(keyIdLength + payloadLength)..];
        }

        return tags;
    }

    /// <summary>Writes what <see cref="Decode"/> reads.</summary>
    internal static byte[] Encode(IReadOnlyCollection<KeyValuePair<string, OpenedTag>> tags)
    {
        var body = new byte[LengthOf(tags)];
        var rest = body.AsSpan();
        foreach (var (name, tag) in tags)
        {
            ObjectName.TryGetHash(name)!.CopyTo(rest);
            rest[HashLength] = (byte)(tag.KeyId?.Length ?? 0);
            BinaryPrimitives.WriteInt32LittleEndian(rest[(HashLength + 1)..], tag.Payload.Length);
            rest = rest[EntryHeadLength..];
            tag.KeyId?.CopyTo(rest);
            tag.Payload.Span.CopyTo(rest[(tag.KeyId?.Length ?? 0)..]);
            rest = rest[((tag.KeyId?.Length ?? 0) + tag.Payload.Length)..];
        }

        return body;
    }

    private static long LengthOf(IEnumerable<KeyValuePair<string, OpenedTag>> tags) =>
        tags.Sum(tag => (long)EntryHeadLength + (tag.Value.KeyId?.Length ?? 0) + tag.Value.Payload.Length);

    private static AesGcm CreateAead(KeyMaterial keys, byte[] file) =>
        KeyDerivation.CreateCipher(keys.LogPrivateKey, file.AsSpan(BoundLength, SaltLength), "rekkord tag cache v1", SealLength);
}
