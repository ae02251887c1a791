using System.Security.Cryptography;

namespace Rekkord.Engine.Cryptography;

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
