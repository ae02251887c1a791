using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;

namespace Rekkord.Engine.Trees;

/// <summary>A chunk and where its bytes go in the file: one stretch, or several where a sparse file's ranges divide it.</summary>
internal readonly record struct PlacedChunk(Oid Oid, int Length, IReadOnlyList<ByteRange> Ranges)
{
    /// <summary>Places the chunks of a file.</summary>
    /// <exception cref="DamagedObjectException">They do not fill the file.</exception>
    public static IEnumerable<PlacedChunk> Place(TreeEntry file, IEnumerable<ChunkReference> chunks)
    {
        var targets = file.DataRanges.Count > 0 ? file.DataRanges : [new ByteRange(0, file.Size)];
        var (target, used) = (0, 0L);
        var any = false;
        foreach (var chunk in chunks)
        {
            any = true;
            var ranges = new List<ByteRange>(1);
            for (long left = chunk.Length; left > 0;)
            {
                if (target == targets.Count || chunk.Length < 0)
                    throw Mismatch();
                var range = targets[target];
                var length = Math.Min(left, range.Length - used);
                if (length > 0)
                    ranges.Add(new ByteRange(range.Offset + used, length));
                left -= length;
                used += length;
                if (used == range.Length)
                    (target, used) = (target + 1, 0);
            }

            yield return new PlacedChunk(chunk.Oid, chunk.Length, ranges);
        }

        // A file without any chunk is one hole from start to end.
        if (any && target < targets.Count)
            throw Mismatch();
    }

    /// <summary>Reads the chunk's bytes.</summary>
    /// <returns>A blob of its length, to be disposed.</returns>
    /// <exception cref="Errors.RekkordException">It is missing or damaged.</exception>
    public Blob Read(BlobReader blobs)
    {
        var blob = blobs.Read(BlobType.Data, Oid);
        if (blob.Bytes.Length == Length)
            return blob;
        blob.Dispose();
        throw new DamagedObjectException($"blob {Oid}", "its length is not what the file's entry says.");
    }

    /// <summary>Whether the file has the chunk's bytes at its place.</summary>
    /// <exception cref="FileSystemException">Reading failed.</exception>
    public bool IsEqual(BlobHasher hasher, SourceFile file, byte[] buffer)
    {
        var filled = 0;
        foreach (var range in Ranges)
            filled += file.Read(buffer.AsSpan(filled, (int)range.Length), range.Offset);
        return filled == Length && hasher.Compute(BlobType.Data, buffer.AsSpan(0, filled)) == Oid;
    }

    private static DamagedObjectException Mismatch() => new("tree", "the chunks of a file do not add up to its size.");
}
