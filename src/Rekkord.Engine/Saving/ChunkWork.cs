using Rekkord.Engine.Trees;

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
    private readonly List<int> _lengths = [];
    private int _first;

    /// <summary>Bytes of all its chunks.</summary>
    public int Length { get; private set; }

    public void Add(int length)
    {
        var index = file.AddChunk();
        if (_lengths.Count == 0)
            _first = index;
        _lengths.Add(length);
        Length += length;
    }

    public void Run(SaveWorker worker)
    {
        var chunks = new ChunkReference[_lengths.Count];
        var position = offset;
        for (var i = 0; i < chunks.Length; i++)
        {
            chunks[i] = new ChunkReference(worker.Store(slab.Bytes.AsSpan(position, _lengths[i])), _lengths[i]);
            position += _lengths[i];
        }

        slab.RemoveUser();
        file.CompleteChunks(_first, chunks);
    }
}
