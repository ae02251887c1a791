using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Pruning;

/// <summary>
/// Which blobs snapshots need, told apart by what becomes of the snapshots. A blob counts for the first kind that needs it, so what is shared is walked and kept in
/// memory once. Kinds are to be walked in their order.
/// </summary>
internal sealed class NeededBlobs
{
    private readonly OidSet[] _byNeed = [.. Enum.GetValues<SnapshotFate>().Select(_ => new OidSet())];
    private readonly Stack<ChunkReference> _pages = new();

    /// <summary>Walks a snapshot. What cannot be read costs nothing else of it.</summary>
    /// <param name="fate">What becomes of the snapshot.</param>
    /// <param name="roots">What was saved.</param>
    /// <param name="blobs">Reads directories and lists of chunks.</param>
    /// <param name="failed">Is told what cannot be read. If it raises that, this must not be used any more.</param>
    /// <param name="cancellation">Stops between pages.</param>
    public void Walk(SnapshotFate fate, IEnumerable<SnapshotRoot> roots, BlobReader blobs, Action<RekkordException> failed, CancellationToken cancellation)
    {
        foreach (var root in roots)
            Add(fate, root.Entry, blobs, failed);
        while (_pages.TryPop(out var page))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var entry in Try(() => TreeReader.ReadPage(blobs, page), failed))
                Add(fate, entry, blobs, failed);
        }
    }

    /// <summary>What becomes of the snapshots that need a blob; null when none does.</summary>
    public SnapshotFate? Find(Oid oid)
    {
        for (var fate = 0; fate < _byNeed.Length; fate++)
        {
            if (_byNeed[fate].Contains(oid))
                return (SnapshotFate)fate;
        }

        return null;
    }

    private void Add(SnapshotFate fate, TreeEntry entry, BlobReader blobs, Action<RekkordException> failed)
    {
        if (entry.Kind == FileKind.Directory)
        {
            foreach (var page in entry.ChunkReferences.Where(page => TryAdd(fate, page.Oid)))
                _pages.Push(page);
            return;
        }

        foreach (var chunk in entry.ChunkReferences)
            TryAdd(fate, chunk.Oid);
        foreach (var list in entry.ChunkListOids.Where(list => TryAdd(fate, list)))
        {
            foreach (var chunk in Try(() => TreeReader.ReadChunkList(blobs, list).ToArray(), failed))
                TryAdd(fate, chunk.Oid);
        }
    }

    private static IReadOnlyList<T> Try<T>(Func<IReadOnlyList<T>> read, Action<RekkordException> failed)
    {
        try
        {
            return read();
        }
        catch (RekkordException error)
        {
            failed(error);
            return [];
        }
    }

    private bool TryAdd(SnapshotFate fate, Oid oid)
    {
        for (var stronger = 0; stronger < (int)fate; stronger++)
        {
            if (_byNeed[stronger].Contains(oid))
                return false;
        }

        return _byNeed[(int)fate].Add(oid);
    }
}

/// <summary>What becomes of a snapshot.</summary>
internal enum SnapshotFate
{
    /// <summary>It is not removed.</summary>
    Live,

    /// <summary>It is removed, and can still be brought back.</summary>
    Removed,

    /// <summary>It is deleted now.</summary>
    Leaving,
}
