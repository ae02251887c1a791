using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Hashing;
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

    /// <summary>The IDs of the chunk lists that the entry names instead of chunks. Most have none, and are not decoded.</summary>
    /// <exception cref="InvalidDataException">The entry is malformed.</exception>
    public ReadOnlyMemory<byte> ReadChunkLists() => ListedChunks == 0 ? default : TreeEntryDecoder.DecodeEntry(Entry).ChunkLists;
}
