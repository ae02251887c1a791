using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;

namespace Rekkord.Engine.Objects;

/// <summary>
/// Whose signatures count in a repository: the master key's, and those of the keys that it certified. Each key is imported, and
/// each certificate checked, once; that costs more than checking a signature. For one thread at a time.
/// </summary>
internal sealed class TrustedSigners : IDisposable
{
    private readonly byte[] _masterPublicKey;
    private readonly Lazy<ECDsa?> _master;
    private readonly Dictionary<string, (Certificate Certificate, ECDsa? Key)> _certified = new(StringComparer.Ordinal);

    /// <summary>Trusts what the master key signed.</summary>
    public TrustedSigners(byte[] masterPublicKey, byte[] repositoryId)
    {
        _masterPublicKey = masterPublicKey;
        RepositoryId = repositoryId;
        _master = new Lazy<ECDsa?>(() => P256.TryImport(masterPublicKey));
    }

    /// <summary>The repository, 16 bytes.</summary>
    public byte[] RepositoryId { get; }

    /// <summary>Finds the key that a certificate stands for; the master key for an empty one.</summary>
    /// <returns>The certificate (null: the master key), and the key; null when it is malformed and so verifies nothing.</returns>
    /// <exception cref="CryptographicException">The certificate is malformed, or the master key did not sign it for this repository.</exception>
    public (Certificate? Certificate, ECDsa? Key) Find(byte[] certificate)
    {
        if (certificate.Length == 0)
            return (null, _master.Value);
        var name = Convert.ToHexString(certificate);
        if (_certified.TryGetValue(name, out var known))
            return known;

        // Only what the master key signed is kept, so that nobody else can make this grow.
        var verified = Certificate.Verify(certificate, _masterPublicKey, RepositoryId);
        return _certified[name] = (verified, P256.TryImport(verified.PublicKey));
    }

    public void Dispose()
    {
        if (_master.IsValueCreated)
            _master.Value?.Dispose();
        foreach (var (_, key) in _certified.Values)
            key?.Dispose();
    }
}
