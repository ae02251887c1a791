using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Rekkord.Engine.Cryptography;

/// <summary>
/// Seals a keyfile's content under a passphrase: PBKDF2 with HMAC-SHA-256 (RFC 8018, section 5.2) makes the key, AES-256-GCM
/// seals with it. The salt is new for each file, so a key seals one message and its nonce can be fixed. docs/format.md has the bytes.
/// </summary>
internal static class KeyFileSeal
{
    /// <summary>What OWASP recommends for PBKDF2-HMAC-SHA-256 (2023); about a fifth of a second.</summary>
    public const int Iterations = 600_000;

    /// <summary>The most that a reader does for a file: a forged number must not keep it busy for hours.</summary>
    public const int MaximumIterations = 10_000_000;

    private const int HeaderLength = 4 + 4 + SaltLength;
    private const int SaltLength = 32;
    private const int TagLength = 16;
    private static readonly byte[] Nonce = new byte[12];

    private static ReadOnlySpan<byte> Magic => "RKK\u0001"u8;

    /// <summary>Seals.</summary>
    public static byte[] Seal(Passphrase passphrase, ReadOnlySpan<byte> content)
    {
        var output = new byte[HeaderLength + content.Length + TagLength];
        Magic.CopyTo(output);
        BinaryPrimitives.WriteInt32LittleEndian(output.AsSpan(4), Iterations);
        RandomNumberGenerator.Fill(output.AsSpan(8, SaltLength));
        var header = output.AsSpan(0, HeaderLength);
        using var aead = SecretBytes.Use(DeriveKey(passphrase, header), key => new AesGcm(key, TagLength));
        aead.Encrypt(Nonce, content, output.AsSpan(HeaderLength, content.Length), output.AsSpan(^TagLength..), header);
        return output;
    }

    /// <summary>Checks what can be checked without the passphrase, so that nobody is asked for one in vain.</summary>
    /// <exception cref="CryptographicException">It is not of this form, or asks for too few or too many iterations.</exception>
    public static void CheckHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength + TagLength || !bytes.StartsWith(Magic))
            throw new CryptographicException("The keyfile is sealed in an unknown way.");
        if (BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]) is < Iterations or > MaximumIterations)
            throw new CryptographicException("The keyfile's number of iterations is out of bounds.");
    }

    /// <summary>Opens what <see cref="CheckHeader"/> has accepted.</summary>
    /// <exception cref="AuthenticationTagMismatchException">It is another passphrase.</exception>
    public static byte[] Open(Passphrase passphrase, ReadOnlySpan<byte> bytes)
    {
        var header = bytes[..HeaderLength];
        using var aead = SecretBytes.Use(DeriveKey(passphrase, header), key => new AesGcm(key, TagLength));
        var content = SecretBytes.Allocate(bytes.Length - HeaderLength - TagLength);
        aead.Decrypt(Nonce, bytes[HeaderLength..^TagLength], bytes[^TagLength..], content, header);
        return content;
    }

    private static byte[] DeriveKey(Passphrase passphrase, ReadOnlySpan<byte> header)
    {
        var key = SecretBytes.Allocate(KeyDerivation.KeyLength);
        Rfc2898DeriveBytes.Pbkdf2(
            passphrase.Bytes, header[8..], key, BinaryPrimitives.ReadInt32LittleEndian(header[4..]), HashAlgorithmName.SHA256);
        return key;
    }
}
