namespace Rekkord.Engine.Packs;

/// <summary>What sort of blobs a pack holds; the two never share a pack, so that metadata can be read without the data.</summary>
internal enum PackKind : byte
{
    /// <summary>File content.</summary>
    Data = 0,

    /// <summary>Trees and chunk lists.</summary>
    Metadata = 1,
}
