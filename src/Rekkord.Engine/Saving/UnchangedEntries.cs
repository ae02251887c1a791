using Rekkord.Engine.Caching;
using Rekkord.Engine.Chunking;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Saving;

/// <summary>Completes from the cache of the last save what has not changed since. For one thread.</summary>
internal sealed class UnchangedEntries(SaveContext context)
{
    /// <summary>Completes an entry that is as the last save left it, if all of its content is in the repository still.</summary>
    /// <param name="place">The entry.</param>
    /// <param name="status">Its status now.</param>
    /// <param name="known">What the last save knew of it, though it may have changed.</param>
    public bool TryComplete(Place place, in FileStatus status, out CachedEntry? known)
    {
        known = context.Request.IgnoreCache ? null : place.Cached.Find(place.EntryName);
        if (known is not { } cached || cached.StatusHash != StatusHash.Compute(status))
            return false;
        if (!ContainsAll(cached.References.Span, ChunkReference.EncodedLength) || !ContainsAll(cached.ReadChunkLists().Span, Oid.Length) || !TryKeepChunks(place, cached))
            return false;

        context.Counters.AddFile(status.Kind == FileKind.File ? status.Size : 0, unchanged: true);
        place.Complete(new EncodedEntry(place.EntryName, cached.Entry, cached));
        return true;
    }

    private bool ContainsAll(ReadOnlySpan<byte> oids, int distance)
    {
        for (; !oids.IsEmpty; oids = oids[distance..])
        {
            if (!context.Sink.Contains(new Oid(oids)))
                return false;
        }

        return true;
    }

    /// <summary>Takes over from the last save's cache what it knows of the chunks of a large file, if all are in the repository still.</summary>
    private bool TryKeepChunks(Place place, CachedEntry cached)
    {
        if (cached.ListedChunks == 0)
            return true;
        var chunks = OpenListedChunks(place, cached);
        for (var part = 0; part < chunks.Parts; part++)
        {
            var references = chunks.ReadPart(part);
            if (references.IsEmpty || !ContainsAll(references.Span, ChunkReference.EncodedLength))
                return false;
            context.CacheWriter.AddChunks(chunks.Key, part, references.Span);
        }

        return true;
    }

    /// <summary>The chunks that a file had when it was saved last.</summary>
    public EarlierChunks OpenChunks(Place place, CachedEntry cached) =>
        cached.ListedChunks > 0 ? OpenListedChunks(place, cached) : EarlierChunks.Of(cached.References);

    private CachedChunks OpenListedChunks(Place place, CachedEntry cached) =>
        context.Cache.OpenChunks(DirectoryNode.HashContent(place.ParentHash, place.EntryName), cached.ListedChunks);
}
