using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;

namespace Rekkord.Engine.Objects;

/// <summary>Computes object IDs. Thread-safe.</summary>
internal sealed class BlobHasher : IDisposable
{
    private readonly byte[][] _keys;

    public BlobHasher(ReadOnlySpan<byte> idKey)
    {
        _keys = new byte[(int)BlobType.Snapshot + 1][];
        _keys[(int)BlobType.Data] = KeyDerivation.Derive(idKey, "rekkord oid data v1");
        _keys[(int)BlobType.Tree] = KeyDerivation.Derive(idKey, "rekkord oid tree v1");
        _keys[(int)BlobType.ChunkList] = KeyDerivation.Derive(idKey, "rekkord oid chunk list v1");
        _keys[(int)BlobType.Snapshot] = KeyDerivation.Derive(idKey, "rekkord oid snapshot v1");
    }

    /// <summary>Wipes the keys.</summary>
    public void Dispose() => Array.ForEach(_keys, key => CryptographicOperations.ZeroMemory(key));

    /// <summary>The ID of a blob's plaintext.</summary>
    public Oid Compute(BlobType type, ReadOnlySpan<byte> plaintext)
    {
        Span<byte> hash = stackalloc byte[Oid.Length];
        HMACSHA256.HashData(_keys[(int)type], plaintext, hash);
        return new Oid(hash);
    }
}
