using System.Formats.Cbor;
using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;

namespace Rekkord.Engine.Objects;

/// <summary>
/// A payload with the signature of the keyfile that made it and the certificate of that keyfile. The certificate is empty
/// when the master key itself signed. The signature covers a domain, the repository's ID and the payload.
/// </summary>
internal static class SignedEnvelope
{
    /// <summary>Signs a payload.</summary>
    public static byte[] Wrap(KeyMaterial keys, ReadOnlySpan<byte> domain, byte[] payload)
    {
        var signature = P256.Sign(keys.SigningPrivateKey, Message(domain, keys.RepositoryId, payload));
        var writer = new CborWriter(CborConformanceMode.Lax);
        writer.WriteStartArray(3);
        writer.WriteByteString(payload);
        writer.WriteByteString(signature);
        writer.WriteByteString(keys.Certificate);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Checks signature and certificate.</summary>
    /// <returns>The payload, and the ID of the keyfile that signed it (null: the master key).</returns>
    /// <exception cref="CryptographicException">The envelope is malformed, or not signed by a key of this repository.</exception>
    public static (byte[] Payload, byte[]? KeyId) Unwrap(byte[] envelope, ReadOnlySpan<byte> domain, byte[] masterPublicKey, byte[] repositoryId)
    {
        var signers = new TrustedSigners(masterPublicKey, repositoryId);
        return Unwrap(envelope, domain, signers);
    }

    /// <summary>The same for many envelopes.</summary>
    /// <param name="envelope">The envelope.</param>
    /// <param name="domain">What kind of record it is for.</param>
    /// <param name="signers">Keeps the keys that signed.</param>
    /// <param name="permission">What the role of the keyfile that signed must permit.</param>
    /// <exception cref="CryptographicException">The envelope is malformed, or not signed by a key of this repository.</exception>
    public static (byte[] Payload, byte[]? KeyId) Unwrap(byte[] envelope, ReadOnlySpan<byte> domain, TrustedSigners signers, KeyPermission permission = KeyPermission.Save)
    {
        byte[] payload, signature, certificateBytes;
        try
        {
            var reader = new CborReader(envelope, CborConformanceMode.Canonical);
            reader.ReadStartArray();
            payload = reader.ReadByteString();
            signature = reader.ReadByteString();
            certificateBytes = reader.ReadByteString();
            reader.ReadEndArray();

            // A revocation's name is not made from its bytes: what was put behind it is found here.
            if (reader.BytesRemaining != 0)
                throw new CborContentException("There are bytes after the record.");
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException)
        {
            throw new CryptographicException("The signed record is malformed.", error);
        }

        var (certificate, signer) = signers.Find(certificateBytes);
        if (certificate is { Role: var role } && !role.Permits(permission))
            throw new CryptographicException($"The record is signed by a {role} key, which {Describe(permission)}.");
        if (!P256.Verify(signer, Message(domain, signers.RepositoryId, payload), signature))
            throw new CryptographicException("The signature does not match the record.");
        return (payload, certificate?.KeyId);
    }

    private static string Describe(KeyPermission permission) => permission switch
    {
        KeyPermission.Remove => "may not remove snapshots",
        KeyPermission.Read => "cannot read what it says",
        _ => "may not write",
    };

    private static byte[] Message(ReadOnlySpan<byte> domain, byte[] repositoryId, byte[] payload) => [.. domain, .. repositoryId, .. payload];
}
