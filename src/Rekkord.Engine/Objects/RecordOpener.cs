using Rekkord.Engine.Cryptography;

namespace Rekkord.Engine.Objects;

/// <summary>Opens sealed and signed records of one kind, many in a row. For one thread at a time.</summary>
internal sealed class RecordOpener : IDisposable
{
    private readonly HpkeRecipient _recipient;
    private readonly TrustedSigners _signers;

    /// <summary>Imports the keys.</summary>
    /// <param name="keys">Whose signatures count is asked of these.</param>
    /// <param name="privateKey">What the records are sealed to.</param>
    public RecordOpener(KeyMaterial keys, byte[] privateKey)
    {
        _recipient = new HpkeRecipient(privateKey);
        _signers = new TrustedSigners(keys.MasterPublicKey, keys.RepositoryId);
    }

    /// <summary>Opens a record.</summary>
    /// <param name="domain">What kind of record it is.</param>
    /// <param name="magic">How an object of its kind starts.</param>
    /// <param name="sealedRecord">What follows that.</param>
    /// <param name="permission">What the role of the keyfile that signed it must permit.</param>
    /// <returns>Its payload, and the ID of the keyfile that signed it (null: the master key).</returns>
    /// <exception cref="System.Security.Cryptography.CryptographicException">It was altered, sealed to another key, or signed by a stranger.</exception>
    /// <exception cref="InvalidDataException">It cannot be decompressed.</exception>
    public (byte[] Payload, byte[]? KeyId) Open(ReadOnlySpan<byte> domain, ReadOnlySpan<byte> magic, ReadOnlySpan<byte> sealedRecord, KeyPermission permission = KeyPermission.Save)
    {
        var compressed = Hpke.Aes256.Open(_recipient, [.. domain, .. _signers.RepositoryId], magic, sealedRecord);
        return SignedEnvelope.Unwrap(Compression.Decompress(compressed, FormatLimits.Record), domain, _signers, permission: permission);
    }

    public void Dispose() => _recipient.Dispose();
}
