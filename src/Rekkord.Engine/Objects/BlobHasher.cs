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

/// <summary>What a blob holds. The type is part of what its ID is computed under, so that one can never pass for another.</summary>
internal enum BlobType : byte
{
    /// <summary>A piece of a file's content.</summary>
    Data = 1,

    /// <summary>A page of a directory's entries.</summary>
    Tree = 2,

    /// <summary>A page of the chunk references of a file that has many.</summary>
    ChunkList = 3,

    /// <summary>A snapshot's record; an object by itself, never in a pack.</summary>
    Snapshot = 4,
}
