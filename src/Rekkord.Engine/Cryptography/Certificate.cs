using System.Formats.Cbor;
using System.Security.Cryptography;

namespace Rekkord.Engine.Cryptography;

/// <summary>The master key's statement that a signing key belongs to a keyfile of this repository.</summary>
/// <param name="RepositoryId">The repository's ID, 16 bytes.</param>
/// <param name="KeyId">The keyfile's ID, 16 bytes.</param>
/// <param name="Role">The keyfile's role.</param>
/// <param name="PublicKey">The keyfile's signing key, an uncompressed point.</param>
/// <param name="CreatedSeconds">When it was made, in seconds since 1970.</param>
internal sealed record Certificate(byte[] RepositoryId, byte[] KeyId, KeyRole Role, byte[] PublicKey, long CreatedSeconds)
{
    private const int MaxLength = 1024;
    private static ReadOnlySpan<byte> Domain => "rekkord certificate v1\0"u8;

    /// <summary>Encodes and signs the certificate.</summary>
    public byte[] Issue(ReadOnlySpan<byte> masterPrivateKey)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(5);
        writer.WriteInt32(1);
        writer.WriteByteString(RepositoryId);
        writer.WriteInt32(2);
        writer.WriteByteString(KeyId);
        writer.WriteInt32(3);
        writer.WriteInt32((int)Role);
        writer.WriteInt32(4);
        writer.WriteByteString(PublicKey);
        writer.WriteInt32(5);
        writer.WriteInt64(CreatedSeconds);
        writer.WriteEndMap();
        var body = writer.Encode();
        return [.. body, .. P256.Sign(masterPrivateKey, [.. Domain, .. body])];
    }

    /// <summary>Reads a certificate and checks that the master key signed it for this repository.</summary>
    /// <exception cref="CryptographicException">It is malformed, or the master key did not sign it.</exception>
    public static Certificate Verify(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> masterPublicKey, ReadOnlySpan<byte> repositoryId)
    {
        if (encoded.Length is <= P256.SignatureLength or > MaxLength)
            throw new CryptographicException("The key certificate is malformed.");
        var body = encoded[..^P256.SignatureLength].ToArray();
        if (!P256.Verify(masterPublicKey, [.. Domain, .. body], encoded[^P256.SignatureLength..]))
            throw new CryptographicException("The key certificate was not signed by this repository's master key.");

        var certificate = Parse(body);
        if (!certificate.RepositoryId.AsSpan().SequenceEqual(repositoryId))
            throw new CryptographicException("The key certificate is for another repository.");
        return certificate;
    }

    private static Certificate Parse(byte[] body)
    {
        try
        {
            var reader = new CborReader(body, CborConformanceMode.Canonical);
            reader.ReadStartMap();
            var repositoryId = Next(reader, 1).ReadByteString();
            var keyId = Next(reader, 2).ReadByteString();
            var role = KeyFileCodec.ToRole(Next(reader, 3).ReadInt32());
            var publicKey = Next(reader, 4).ReadByteString();
            var created = Next(reader, 5).ReadInt64();
            reader.ReadEndMap();
            return new Certificate(repositoryId, keyId, role, publicKey, created);
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException or OverflowException)
        {
            throw new CryptographicException("The key certificate is malformed.", error);
        }
    }

    private static CborReader Next(CborReader reader, int key) =>
        reader.ReadInt32() == key ? reader : throw new CborContentException("A key of the certificate is missing.");
}
