using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Caching;

/// <summary>What the cache keeps of an entry: its encoded form, ready to be put into a tree again, and which chunks it rests on.</summary>
/// <param name="Name">Its name.</param>
/// <param name="StatusHash">The status it had; <see cref="StatusHash.None"/> when that says nothing of the content.</param>
/// <param name="Entry">The encoded entry.</param>
/// <param name="ChunksOffset">Where the references start in <paramref name="Entry"/>.</param>
/// <param name="ChunksLength">Their length in bytes there.</param>
/// <param name="ListedChunks">How many chunks a file has whose entry names chunk lists instead; the cache has the references by themselves (<see cref="CachedChunks"/>).</param>
internal sealed record CachedEntry(byte[] Name, Hash128 StatusHash, byte[] Entry, int ChunksOffset, int ChunksLength, long ListedChunks)
{
    /// <summary>The references (36 bytes each) to the chunks that the entry names itself.</summary>
    public ReadOnlyMemory<byte> References => Entry.AsMemory(ChunksOffset, ChunksLength);

    /// <summary>Whether all references are well-formed; a cache's bytes are checked before they are believed.</summary>
    public bool IsValid =>
        ChunksOffset >= 0 && ChunksLength >= 0 && ChunksOffset <= Entry.Length - ChunksLength && ChunksLength % ChunkReference.EncodedLength == 0
        && ListedChunks >= 0 && ListedChunks <= CachedChunks.MaximumCount;

    /// <summary>
    /// Decodes the entry and compares it with what the cache says of it, so that nothing but a well-formed entry of this name gets
    /// into a tree again, whoever wrote the cache.
    /// </summary>
    /// <param name="name">The name it must have.</param>
    /// <param name="kind">The type it must have.</param>
    /// <returns>Null when it is malformed or does not fit: then it is as if it were not cached.</returns>
    public TreeEntry? Decode(ReadOnlySpan<byte> name, FileKind kind)
    {
        try
        {
            var entry = TreeEntryDecoder.DecodeEntry(Entry);
            var fits = entry.Name.AsSpan().SequenceEqual(name) && entry.Kind == kind
                && entry.ChunkLists.IsEmpty == (ListedChunks == 0) && entry.Chunks.Span.SequenceEqual(References.Span);
            return fits ? entry : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
