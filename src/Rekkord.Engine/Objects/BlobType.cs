namespace Rekkord.Engine.Objects;

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
