using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Packs;

/// <summary>A pack as an index lists it.</summary>
/// <param name="Hash">The SHA-256 of its bytes, which is its name.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="SealedKey">Its sealed key.</param>
/// <param name="Contents">Its table of contents, as stored.</param>
internal sealed record StoredPack(byte[] Hash, long Size, ReadOnlyMemory<byte> SealedKey, ReadOnlyMemory<byte> Contents)
{
    public string Name => ObjectName.ForPack(Hash);
}

/// <summary>What sort of blobs a pack holds; the two never share a pack, so that metadata can be read without the data.</summary>
internal enum PackKind : byte
{
    /// <summary>File content.</summary>
    Data = 0,

    /// <summary>Trees and chunk lists.</summary>
    Metadata = 1,
}

/// <summary>One blob within a segment, as a pack's table of contents lists it.</summary>
internal readonly record struct BlobEntry(BlobType Type, Oid Oid, int Length);

/// <summary>How a segment's bytes are compressed before they are sealed.</summary>
internal enum SegmentMethod : byte
{
    /// <summary>Not at all.</summary>
    Stored = 0,

    /// <summary>One Zstandard frame (RFC 8878).</summary>
    Zstandard = 1,
}
