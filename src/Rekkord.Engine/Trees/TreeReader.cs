using Rekkord.Engine.Repository;

namespace Rekkord.Engine.Trees;

/// <summary>Reads trees and chunk lists from a repository.</summary>
internal static class TreeReader
{
    /// <summary>Reads a page of a directory.</summary>
    /// <exception cref="DamagedObjectException">It is missing or damaged.</exception>
    public static IReadOnlyList<TreeEntry> ReadPage(BlobReader blobs, ChunkReference page)
    {
        try
        {
            using var blob = blobs.Read(BlobType.Tree, page.Oid);
            return TreeEntryDecoder.DecodePage(blob.Bytes);
        }
        catch (InvalidDataException error)
        {
            throw new DamagedObjectException($"blob {page.Oid}", "it is no page of a directory.", error);
        }
    }

    /// <summary>All chunks of a file, those in chunk lists too.</summary>
    /// <exception cref="DamagedObjectException">A list is missing or damaged.</exception>
    public static IEnumerable<ChunkReference> ReadChunks(BlobReader blobs, TreeEntry file)
    {
        foreach (var chunk in file.ChunkReferences)
            yield return chunk;
        foreach (var oid in file.ChunkListOids)
        {
            using var blob = blobs.Read(BlobType.ChunkList, oid);
            var list = blob.Bytes;
            if (list.Length % ChunkReference.EncodedLength != 0)
                throw new DamagedObjectException($"blob {oid}", "it is no list of chunks.");
            for (var offset = 0; offset < list.Length; offset += ChunkReference.EncodedLength)
                yield return ChunkReference.Decode(list.Span[offset..]);
        }
    }
}
