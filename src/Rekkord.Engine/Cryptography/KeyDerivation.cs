using System.Security.Cryptography;

namespace Rekkord.Engine.Cryptography;

/// <summary>Derives the keys of this format from others with HKDF-SHA-256 (RFC 5869), one purpose for each key.</summary>
internal static class KeyDerivation
{
    public const int KeyLength = 32;

    /// <summary>Derives bytes for one purpose from a secret that is uniformly random already. The caller wipes them.</summary>
    public static byte[] Derive(ReadOnlySpan<byte> secret, string purpose, int length = KeyLength)
    {
        var output = SecretBytes.Allocate(length);
        HKDF.Expand(HashAlgorithmName.SHA256, secret, output, System.Text.Encoding.ASCII.GetBytes(purpose));
        return output;
    }

    /// <summary>Derives a key for one object from a long-lived key and a salt that no other object has. The caller wipes it.</summary>
    public static byte[] DeriveForObject(byte[] secret, ReadOnlySpan<byte> salt, string purpose)
    {
        var output = SecretBytes.Allocate(KeyLength);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, output, salt, System.Text.Encoding.ASCII.GetBytes(purpose));
        return output;
    }

    /// <summary>The cipher of one object, under a key made as <see cref="DeriveForObject"/> does.</summary>
    public static AesGcm CreateCipher(byte[] secret, ReadOnlySpan<byte> salt, string purpose, int tagLength) =>
        SecretBytes.Use(DeriveForObject(secret, salt, purpose), key => new AesGcm(key, tagLength));
}
