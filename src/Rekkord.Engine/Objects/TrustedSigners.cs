using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;

namespace Rekkord.Engine.Objects;

/// <summary>
/// Whose signatures count in a repository: the master key's, and those of the keys that it certified. Each certificate is checked once; that
/// costs as much as checking a signature. For one thread at a time.
/// </summary>
/// <param name="masterPublicKey">Trusts what this key signed.</param>
/// <param name="repositoryId">The repository, 16 bytes.</param>
internal sealed class TrustedSigners(byte[] masterPublicKey, byte[] repositoryId)
{
    private readonly Dictionary<string, Certificate> _certified = new(StringComparer.Ordinal);

    /// <summary>The repository, 16 bytes.</summary>
    public byte[] RepositoryId => repositoryId;

    /// <summary>Finds the key that a certificate stands for; the master key for an empty one.</summary>
    /// <returns>The certificate (null: the master key), and the public key.</returns>
    /// <exception cref="CryptographicException">The certificate is malformed, or the master key did not sign it for this repository.</exception>
    public (Certificate? Certificate, byte[] Key) Find(byte[] certificate)
    {
        if (certificate.Length == 0)
            return (null, masterPublicKey);
        var name = Convert.ToHexString(certificate);

        // Only what the master key signed is kept, so that nobody else can make this grow.
        if (!_certified.TryGetValue(name, out var known))
            _certified[name] = known = Certificate.Verify(certificate, masterPublicKey, repositoryId);
        return (known, known.PublicKey);
    }
}
