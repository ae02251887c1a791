using System.Formats.Cbor;
using System.Security.Cryptography;

namespace Rekkord.Engine.Cryptography;

/// <summary>A keyfile's content: a CBOR map and its SHA-256. docs/format.md has the fields.</summary>
internal static class KeyFileCodec
{
    private const int FormatVersion = 1;
    private const int ChecksumLength = 32;

    // More than any keyfile needs, so that the encoder never leaves an outgrown buffer behind.
    private const int EncoderCapacity = 4096;

    /// <summary>Encodes the parts that are there. The caller wipes the result.</summary>
    public static byte[] Encode(KeyParts parts)
    {
        // The master keyfile is its seed: what derives from it is not stored, so that nothing in it can disagree.
        (int Key, byte[]? Value)[] fields = parts.Seed is not null
            ? [(3, parts.RepositoryId), (6, parts.Seed)]
            : [(3, parts.RepositoryId), (4, parts.KeyId), (5, parts.MasterPublicKey), (7, parts.IdKey), (8, parts.IndexKey), (9, parts.DataPrivateKey),
               (10, parts.LogPrivateKey), (11, parts.SigningPrivateKey), (12, parts.Certificate)];
        var present = fields.Where(field => field.Value is not null).ToArray();

        var writer = new CborWriter(CborConformanceMode.Canonical, initialCapacity: EncoderCapacity);
        writer.WriteStartMap(present.Length + 2);
        writer.WriteInt32(1);
        writer.WriteInt32(FormatVersion);
        writer.WriteInt32(2);
        writer.WriteInt32((int)parts.Role);
        foreach (var (key, value) in present)
        {
            writer.WriteInt32(key);
            writer.WriteByteString(value!);
        }

        writer.WriteEndMap();
        var encoded = SecretBytes.Allocate(writer.BytesWritten);
        writer.Encode(encoded);
        writer.Reset(); // wipes what it holds
        return SecretBytes.Use(encoded, AddChecksum);
    }

    /// <summary>Reads the parts.</summary>
    /// <exception cref="CryptographicException">The checksum does not match.</exception>
    /// <exception cref="CborContentException">It is not of this form. Other exceptions of <see cref="CborReader"/>, and <see cref="KeyNotFoundException"/>, say the same.</exception>
    public static KeyParts Decode(byte[] content)
    {
        var reader = new CborReader(RemoveChecksum(content), CborConformanceMode.Canonical);
        var fields = new Dictionary<int, byte[]>();
        var version = 0;
        var role = 0;
        for (var count = reader.ReadStartMap(); count > 0; count--)
        {
            switch (reader.ReadInt32())
            {
                case 1: version = reader.ReadInt32(); break;
                case 2: role = reader.ReadInt32(); break;
                case var key: fields[key] = SecretBytes.Copy(reader.ReadDefiniteLengthByteString().Span); break;
            }
        }

        reader.ReadEndMap();
        if (version != FormatVersion)
            throw new CborContentException("The version of the keyfile is not known.");
        return ToRole(role) switch
        {
            KeyRole.Master => KeyMaterial.FromSeed(fields[6].Length == 32 ? fields[6] : throw new CborContentException("The seed has the wrong length."), Id(fields[3])).ToParts(),
            var restricted => ToRestrictedParts(restricted, fields),
        };
    }

    /// <summary>The role that a stored number stands for. Cut down to the byte that the enumeration has, 257 would read as Master.</summary>
    /// <exception cref="CborContentException">It stands for none.</exception>
    public static KeyRole ToRole(int number) => number is >= (int)KeyRole.Master and <= (int)KeyRole.Prune
        ? (KeyRole)number
        : throw new CborContentException("The role of the keyfile is not known.");

    /// <summary>Puts the SHA-256 of bytes behind them. The caller wipes the result.</summary>
    public static byte[] AddChecksum(byte[] bytes) => SecretBytes.Join(bytes, SHA256.HashData(bytes));

    /// <summary>Without a checksum, a save with one wrong digit in the ID key would succeed, and nothing of it could be read.</summary>
    /// <exception cref="CryptographicException">The checksum does not match.</exception>
    public static ReadOnlyMemory<byte> RemoveChecksum(byte[] bytes)
    {
        if (bytes.Length < ChecksumLength || !SHA256.HashData(bytes.AsSpan(..^ChecksumLength)).AsSpan().SequenceEqual(bytes.AsSpan(^ChecksumLength..)))
            throw new CryptographicException("The keyfile's checksum does not match.");
        return bytes.AsMemory(..^ChecksumLength);
    }

    private static KeyParts ToRestrictedParts(KeyRole role, Dictionary<int, byte[]> fields) => new()
    {
        Role = role,
        RepositoryId = Id(fields[3]),
        KeyId = Id(fields[4]),
        MasterPublicKey = P256.IsPublicKey(fields[5]) ? fields[5] : throw new CborContentException("The master public key is not valid."),
        IdKey = SecretKey(fields.GetValueOrDefault(7)),
        IndexKey = SecretKey(fields.GetValueOrDefault(8)),
        DataPrivateKey = PrivateKey(fields.GetValueOrDefault(9)),
        LogPrivateKey = PrivateKey(fields.GetValueOrDefault(10)),
        SigningPrivateKey = PrivateKey(fields.GetValueOrDefault(11)),
        Certificate = fields[12],
    };

    // A checksum does not make a key: one of another length would be found out in the midst of a save.
    private static byte[]? SecretKey(byte[]? key) =>
        key is null or { Length: KeyDerivation.KeyLength } ? key : throw new CborContentException("A key has the wrong length.");

    private static byte[]? PrivateKey(byte[]? key) =>
        key is null || P256.IsPrivateKey(key) ? key : throw new CborContentException("A private key is none.");

    private static byte[] Id(byte[] id) =>
        id.Length == KeyMaterial.IdLength ? id : throw new CborContentException("An ID has the wrong length.");
}
