using Rekkord.Engine.Index;

namespace Rekkord.Engine.Trees;

/// <summary>A stretch of a file that is a part of a chunk, or without one a hole.</summary>
/// <param name="Chunk">The chunk.</param>
/// <param name="Start">Where in the chunk it begins.</param>
/// <param name="Length">Its length.</param>
internal readonly record struct Stretch(PlacedChunk? Chunk, long Start, long Length)
{
    /// <summary>The stretches of a file from its start to its end.</summary>
    /// <exception cref="Errors.RekkordException">A list of chunks is missing or damaged, or the chunks do not fill the file.</exception>
    public static IEnumerable<Stretch> Divide(TreeEntry file, BlobReader blobs)
    {
        var end = 0L;
        foreach (var chunk in PlacedChunk.Place(file, TreeReader.ReadChunks(blobs, file)))
        {
            var start = 0L;
            foreach (var range in chunk.Ranges)
            {
                if (range.Offset > end)
                    yield return new Stretch(null, 0, range.Offset - end);
                yield return new Stretch(chunk, start, range.Length);
                start += range.Length;
                end = range.Offset + range.Length;
            }
        }

        if (end < file.Size)
            yield return new Stretch(null, 0, file.Size - end);
    }
}
