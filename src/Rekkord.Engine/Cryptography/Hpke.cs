using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Rekkord.Engine.Cryptography;

/// <summary>
/// Hybrid public key encryption of single messages: RFC 9180 in base mode with DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and
/// AES-GCM. Whoever knows the public key can seal; only the holder of the private key can open.
/// </summary>
internal sealed class Hpke
{
    /// <summary>Length of the encapsulated key that goes with every message, in bytes.</summary>
    public const int EncapsulatedKeyLength = P256.PublicKeyLength;

    /// <summary>What sealing adds to the message itself, in bytes.</summary>
    public const int TagLength = 16;

    private const int SecretLength = 32;
    private const int NonceLength = 12;
    private const ushort KemP256HkdfSha256 = 0x0010;
    private const ushort KdfHkdfSha256 = 0x0001;

    private static readonly byte[] KemSuite = [.. "KEM"u8, KemP256HkdfSha256 >> 8, KemP256HkdfSha256 & 0xff];

    private readonly byte[] _suite;
    private readonly int _keyLength;

    private Hpke(ushort aead, int keyLength)
    {
        _suite = [.. "HPKE"u8, KemP256HkdfSha256 >> 8, KemP256HkdfSha256 & 0xff, 0, (byte)KdfHkdfSha256, 0, (byte)aead];
        _keyLength = keyLength;
    }

    /// <summary>The suite of this format: AES-256-GCM.</summary>
    public static Hpke Aes256 { get; } = new(aead: 2, keyLength: 32);

    /// <summary>The same with AES-128-GCM: the suite for which the RFC itself prints test vectors.</summary>
    public static Hpke Aes128 { get; } = new(aead: 1, keyLength: 16);

    /// <summary>Derives a key pair from secret bytes (RFC 9180, section 7.1.3) and returns the private key.</summary>
    /// <param name="inputKeyingMaterial">At least 32 bytes of secret.</param>
    public static byte[] DerivePrivateKey(ReadOnlySpan<byte> inputKeyingMaterial) =>
        SecretBytes.Use(LabeledExtract(KemSuite, [], "dkp_prk"u8, inputKeyingMaterial), prk =>
        {
            for (var counter = 0; counter < 256; counter++)
            {
                var candidate = LabeledExpand(KemSuite, prk, "candidate"u8, [(byte)counter], P256.PrivateKeyLength);
                if (P256.IsPrivateKey(candidate))
                    return candidate;
            }

            throw new CryptographicException("No P-256 key can be derived from this material.");
        });

    /// <summary>Seals a message to a public key with a fresh ephemeral key.</summary>
    /// <returns>The encapsulated key (65 bytes), the encrypted message and its tag (16 bytes), in a row.</returns>
    public byte[] Seal(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> message)
    {
        using var ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return Seal(ephemeral, publicKey, info, associatedData, message);
    }

    /// <summary>The same with a given ephemeral key, for the test vectors.</summary>
    internal byte[] Seal(
        ECDiffieHellman ephemeral, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> message)
    {
        var output = new byte[EncapsulatedKeyLength + message.Length + TagLength];
        P256.EncodePublicKey(ephemeral.ExportParameters(includePrivateParameters: false).Q).CopyTo(output, 0);

        using var recipient = PublicKeys.Agreement.Borrow(publicKey);
        var (key, nonce) = Schedule(ephemeral, recipient.Key, output.AsSpan(0, EncapsulatedKeyLength), publicKey, info);
        using var aead = SecretBytes.Use(key, secret => new AesGcm(secret, TagLength));
        aead.Encrypt(nonce, message, output.AsSpan(EncapsulatedKeyLength, message.Length), output.AsSpan(^TagLength..), associatedData);
        return output;
    }

    /// <summary>Opens what <see cref="Seal(ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> made.</summary>
    /// <exception cref="CryptographicException">The bytes were altered, or sealed to another key.</exception>
    public byte[] Open(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedMessage)
    {
        using var recipient = new HpkeRecipient(privateKey);
        return Open(recipient, info, associatedData, sealedMessage);
    }

    /// <summary>The same with a key that opens many messages.</summary>
    /// <exception cref="CryptographicException">The bytes were altered, or sealed to another key.</exception>
    public byte[] Open(HpkeRecipient recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedMessage)
    {
        if (sealedMessage.Length < EncapsulatedKeyLength + TagLength)
            throw new CryptographicException("The sealed message is too short.");

        var encapsulated = sealedMessage[..EncapsulatedKeyLength];
        using var sender = ECDiffieHellman.Create(P256.ParsePublicKey(encapsulated));
        var (key, nonce) = Schedule(recipient.Key, sender, encapsulated, recipient.PublicKey, info);
        using var aead = SecretBytes.Use(key, secret => new AesGcm(secret, TagLength));
        // What is sealed may be a key.
        var message = SecretBytes.Allocate(sealedMessage.Length - EncapsulatedKeyLength - TagLength);
        aead.Decrypt(nonce, sealedMessage[EncapsulatedKeyLength..^TagLength], sealedMessage[^TagLength..], message, associatedData);
        return message;
    }

    private (byte[] Key, byte[] Nonce) Schedule(
        ECDiffieHellman own, ECDiffieHellman other, ReadOnlySpan<byte> encapsulated, ReadOnlySpan<byte> recipientPublic, ReadOnlySpan<byte> info)
    {
        using var otherPublic = other.PublicKey;
        var sharedPoint = own.DeriveRawSecretAgreement(otherPublic);
        byte[] kemContext = [.. encapsulated, .. recipientPublic];
        var prk = LabeledExtract(KemSuite, [], "eae_prk"u8, sharedPoint);
        var sharedSecret = LabeledExpand(KemSuite, prk, "shared_secret"u8, kemContext, SecretLength);

        const byte baseMode = 0;
        byte[] context =
        [
            baseMode,
            .. LabeledExtract(_suite, [], "psk_id_hash"u8, []),
            .. LabeledExtract(_suite, [], "info_hash"u8, info),
        ];
        var secret = LabeledExtract(_suite, sharedSecret, "secret"u8, []);
        var key = LabeledExpand(_suite, secret, "key"u8, context, _keyLength);
        var nonce = LabeledExpand(_suite, secret, "base_nonce"u8, context, NonceLength);
        foreach (var intermediate in (ReadOnlySpan<byte[]>)[sharedPoint, prk, sharedSecret, secret])
            CryptographicOperations.ZeroMemory(intermediate);
        return (key, nonce);
    }

    private static byte[] LabeledExtract(byte[] suite, byte[] salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> keyingMaterial) =>
        SecretBytes.Use(SecretBytes.Join([.. "HPKE-v1"u8, .. suite, .. label], keyingMaterial), labeled =>
        {
            var output = SecretBytes.Allocate(SecretLength);
            HKDF.Extract(HashAlgorithmName.SHA256, labeled, salt, output);
            return output;
        });

    private static byte[] LabeledExpand(byte[] suite, byte[] prk, ReadOnlySpan<byte> label, ReadOnlySpan<byte> info, int length)
    {
        Span<byte> lengthBytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(lengthBytes, (ushort)length);
        byte[] labeled = [.. lengthBytes, .. "HPKE-v1"u8, .. suite, .. label, .. info];
        var output = SecretBytes.Allocate(length);
        HKDF.Expand(HashAlgorithmName.SHA256, prk, output, labeled);
        return output;
    }
}

/// <summary>
/// A private key that opens many messages: it is imported once, which costs about as much as opening one. For one thread at a time.
/// </summary>
internal sealed class HpkeRecipient : IDisposable
{
    /// <summary>Imports a private key.</summary>
    /// <exception cref="CryptographicException">It is none.</exception>
    public HpkeRecipient(ReadOnlySpan<byte> privateKey)
    {
        Key = P256.ImportAgreementKey(privateKey);
        PublicKey = P256.EncodePublicKey(Key.ExportParameters(includePrivateParameters: false).Q);
    }

    /// <summary>The key, with its private part.</summary>
    public ECDiffieHellman Key { get; }

    /// <summary>Its public half, an uncompressed point.</summary>
    public byte[] PublicKey { get; }

    public void Dispose() => Key.Dispose();
}
