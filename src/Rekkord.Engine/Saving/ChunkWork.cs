namespace Rekkord.Engine.Saving;

/// <summary>One chunk of a large file to hash and store.</summary>
internal sealed class ChunkWork(LargeFile file, int index, Slab slab, int offset, int length) : IWork
{
    public void Run(SaveWorker worker)
    {
        var oid = worker.Store(slab.Bytes.AsSpan(offset, length));
        slab.RemoveUser();
        file.CompleteChunk(index, new Trees.ChunkReference(oid, length));
    }
}
