using System.Security.Cryptography;

namespace Rekkord.Engine.Cryptography;

/// <summary>
/// NIST P-256 keys as the bytes that this format stores: a public key is the uncompressed point of SEC 1 section 2.3.3
/// (0x04, X, Y: 65 bytes), a private key the scalar in big-endian order (32 bytes).
/// </summary>
internal static class P256
{
    public const int PublicKeyLength = 65;
    public const int PrivateKeyLength = 32;
    public const int SignatureLength = 64;

    private const int CoordinateLength = 32;
    private const byte UncompressedPoint = 4;

    /// <summary>Reads a public point; the platform refuses one that is not on the curve.</summary>
    /// <exception cref="CryptographicException">The bytes are not a point of the curve.</exception>
    public static ECParameters ParsePublicKey(ReadOnlySpan<byte> point)
    {
        if (point.Length != PublicKeyLength || point[0] != UncompressedPoint)
            throw new CryptographicException("This is not an uncompressed P-256 point.");
        return new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = point[1..(1 + CoordinateLength)].ToArray(), Y = point[(1 + CoordinateLength)..].ToArray() },
        };
    }

    /// <summary>Imports a private key to agree on secrets with.</summary>
    /// <exception cref="CryptographicException">The bytes are none.</exception>
    public static ECDiffieHellman ImportAgreementKey(ReadOnlySpan<byte> scalar) => Import(scalar, ECDiffieHellman.Create);

    /// <summary>Imports a private key to sign with.</summary>
    /// <exception cref="CryptographicException">The bytes are none.</exception>
    public static ECDsa ImportSigningKey(ReadOnlySpan<byte> scalar) => Import(scalar, ECDsa.Create);

    /// <summary>Whether the bytes are a point of the curve. Asked of a key that somebody else wrote, before anything is sealed to it.</summary>
    public static bool IsPublicKey(ReadOnlySpan<byte> point)
    {
        try
        {
            using var key = PublicKeys.Agreement.Borrow(point);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Whether the scalar has 32 bytes and is in 1 … n-1, n being the order of the curve.</summary>
    public static bool IsPrivateKey(ReadOnlySpan<byte> scalar)
    {
        ReadOnlySpan<byte> order =
        [
            0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
            0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
        ];
        return scalar.Length == PrivateKeyLength && scalar.ContainsAnyExcept((byte)0) && scalar.SequenceCompareTo(order) < 0;
    }

    public static byte[] EncodePublicKey(ECPoint point)
    {
        var bytes = new byte[PublicKeyLength];
        bytes[0] = UncompressedPoint;
        point.X!.CopyTo(bytes.AsSpan(1 + CoordinateLength - point.X!.Length));
        point.Y!.CopyTo(bytes.AsSpan(PublicKeyLength - point.Y!.Length));
        return bytes;
    }

    /// <summary>The public key that belongs to a private one.</summary>
    public static byte[] GetPublicKey(ReadOnlySpan<byte> privateKey)
    {
        using var key = ImportAgreementKey(privateKey);
        return EncodePublicKey(key.ExportParameters(includePrivateParameters: false).Q);
    }

    /// <summary>Makes an ECDSA signature over SHA-256 of the data, as r then s, 32 bytes each (IEEE P1363).</summary>
    public static byte[] Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> data)
    {
        using var key = ImportSigningKey(privateKey);
        return key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>Whether the signature was made over this data with the private key of this public key. A malformed key verifies nothing.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLength)
            return false;
        try
        {
            using var signer = PublicKeys.Signing.Borrow(publicKey);
            return signer.Key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static T Import<T>(ReadOnlySpan<byte> scalar, Func<ECParameters, T> create) => SecretBytes.Use(
        SecretBytes.Copy(scalar), secret => create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = secret }));
}
