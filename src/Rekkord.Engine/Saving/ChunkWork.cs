using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Saving;

/// <summary>
/// Chunks of a large file that follow one another, to hash and store: about a segment's worth, so that they come to lie together in
/// the repository.
/// </summary>
/// <param name="file">Their file.</param>
/// <param name="slab">What holds them; the work is one of its users.</param>
/// <param name="offset">Where the first one starts in the slab.</param>
internal sealed class ChunkWork(LargeFile file, Slab slab, int offset) : IWork
{
    private readonly List<(int Length, Oid? Expected)> _chunks = [];
    private int _place;

    /// <summary>Bytes of all its chunks.</summary>
    public int Length { get; private set; }

    /// <summary>Adds the next chunk.</summary>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="expected">What it is if the file has not changed here; null when nothing is known.</param>
    public void Add(int length, Oid? expected)
    {
        if (_chunks.Count == 0)
            _place = file.Reserve();
        _chunks.Add((length, expected));
        Length += length;
    }

    public void Run(SaveWorker worker)
    {
        var references = new List<ChunkReference>(_chunks.Count);
        var position = offset;
        foreach (var (length, expected) in _chunks)
        {
            worker.StoreChunk(slab.Bytes.AsSpan(position, length), expected, references);
            position += length;
        }

        slab.RemoveUser();
        file.Complete(_place, [.. references]);
    }
}
