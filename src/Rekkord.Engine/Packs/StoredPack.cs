using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Packs;

/// <summary>A pack as an index lists it.</summary>
/// <param name="Hash">The SHA-256 of its bytes, which is its name.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Directory">Its directory's bytes.</param>
internal sealed record StoredPack(byte[] Hash, long Size, ReadOnlyMemory<byte> Directory)
{
    public string Name => ObjectName.ForPack(Hash);
}
