using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;

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
            return blob.Bytes.Length == page.Length
                ? TreeEntryDecoder.DecodePage(blob.Bytes)
                : throw new DamagedObjectException($"blob {page.Oid}", "its length is not what its directory says.");
        }
        catch (InvalidDataException error)
        {
            throw new DamagedObjectException($"blob {page.Oid}", "it is not a page of a directory.", error);
        }
    }

    /// <summary>All chunks of a file, those in chunk lists too, which together have the length of its content; or none, for a file that is one hole.</summary>
    /// <exception cref="DamagedObjectException">A list is missing or damaged, or the chunks do not fill the file.</exception>
    public static IEnumerable<ChunkReference> ReadChunks(BlobReader blobs, TreeEntry file)
    {
        if (file.DataRanges is [.., var last] && last.Offset + last.Length > file.Size)
            throw Mismatch();
        var length = file.DataRanges.Count > 0 ? file.DataRanges.Sum(range => range.Length) : file.Size;
        var left = length;
        foreach (var chunk in ReferencesOf(blobs, file))
        {
            left -= chunk.Length;
            if (chunk.Length <= 0 || left < 0)
                throw Mismatch();
            yield return chunk;
        }

        if (left > 0 && left < length)
            throw Mismatch();
    }

    private static IEnumerable<ChunkReference> ReferencesOf(BlobReader blobs, TreeEntry file)
    {
        foreach (var chunk in file.ChunkReferences)
            yield return chunk;
        foreach (var chunk in file.ChunkListOids.SelectMany(list => ReadChunkList(blobs, list)))
            yield return chunk;
    }

    /// <summary>Reads a list of chunks.</summary>
    /// <exception cref="DamagedObjectException">It is missing or damaged.</exception>
    public static IEnumerable<ChunkReference> ReadChunkList(BlobReader blobs, Oid oid)
    {
        using var blob = blobs.Read(BlobType.ChunkList, oid);
        var list = blob.Bytes;
        if (list.Length % ChunkReference.EncodedLength != 0)
            throw new DamagedObjectException($"blob {oid}", "it is no list of chunks.");
        for (var offset = 0; offset < list.Length; offset += ChunkReference.EncodedLength)
            yield return ChunkReference.Decode(list.Span[offset..]);
    }

    private static DamagedObjectException Mismatch() => new("tree", "the chunks of a file do not add up to its size.");
}
