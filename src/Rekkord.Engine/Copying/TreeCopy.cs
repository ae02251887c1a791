using System.Buffers;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Copying;

/// <summary>
/// Copies the trees of snapshots: each directory page by page, with the same entries and other references. A page that was copied for one
/// snapshot is not copied again for another. For one thread.
/// </summary>
/// <param name="blobs">Reads pages and chunk lists.</param>
/// <param name="sink">Takes pages and chunk lists.</param>
/// <param name="chunks">Copies chunks.</param>
/// <param name="cancellation">Ends it between pages.</param>
internal sealed class TreeCopy(BlobReader blobs, WriteSession sink, ChunkCopy chunks, CancellationToken cancellation)
{
    // Some 100 bytes each.
    private const int MostPages = 500_000;

    // So many references of a large file are in memory at a time.
    private const int ChunksAtOnce = 1024;

    private readonly TreeEntryEncoder _encoder = new();
    private readonly Dictionary<Oid, ChunkReference> _pages = [];
    private long _size;
    private long _sizeBefore;

    /// <summary>Files of this snapshot that are done.</summary>
    public long Files { get; private set; }

    /// <summary>Their bytes, or those of the chunks that were copied for it, if these are more: a directory's files are done when all their chunks are.</summary>
    public long Size => Math.Max(_size, chunks.Size - _sizeBefore);

    /// <summary>The directory or file that it is at.</summary>
    public string CurrentPath { get; private set; } = "";

    /// <summary>Begins to count anew.</summary>
    public void ResetCounts() => (Files, _size, _sizeBefore) = (0, 0, chunks.Size);

    /// <summary>Copies a saved path with all that is below.</summary>
    /// <returns>The root, as a snapshot's record has it.</returns>
    /// <exception cref="UnreadableSource">Something in it is lost.</exception>
    public (byte[] Path, byte[] Entry) Copy(SnapshotRoot root)
    {
        var path = FileName.ToDisplay(root.Path);
        return (root.Path, _encoder.Encode(root.Entry.Kind == FileKind.Directory ? CopyDirectory(root.Entry, path, 0) : CopyFile(root.Entry, path, copied: null)));
    }

    private TreeEntry CopyDirectory(TreeEntry directory, string path, int depth)
    {
        if (depth > FormatLimits.TreeDepth)
            throw new UnreadableSource($"'{path}'", new DamagedObjectException("tree", "its directories are nested deeper than the limit of the format."));
        var pages = new ArrayBufferWriter<byte>(ChunkReference.EncodedLength);
        foreach (var page in directory.ChunkReferences)
        {
            cancellation.ThrowIfCancellationRequested();
            Append(pages, _pages.TryGetValue(page.Oid, out var known) ? known : CopyPage(page, path, depth));
        }

        return directory with { Chunks = pages.WrittenMemory };
    }

    private ChunkReference CopyPage(ChunkReference page, string path, int depth)
    {
        CurrentPath = path;
        var entries = UnreadableSource.Guard($"a part of the directory '{path}'", () => TreeReader.ReadPage(blobs, page));
        var copied = CopySmallFiles(entries, path);
        var output = new ArrayBufferWriter<byte>(page.Length);
        CborHead.WriteArray(output.GetSpan(CborHead.ArrayLength(entries.Count)), entries.Count);
        output.Advance(CborHead.ArrayLength(entries.Count));
        foreach (var entry in entries)
        {
            var below = PathOf(path, entry);
            output.Write(_encoder.Encode(entry.Kind == FileKind.Directory ? CopyDirectory(entry, below, depth + 1) : CopyFile(entry, below, copied)));
        }

        if (_pages.Count == MostPages)
            _pages.Clear();
        return _pages[page.Oid] = new ChunkReference(sink.StoreMetadata(BlobType.Tree, output.WrittenSpan), output.WrittenCount);
    }

    /// <summary>Copies the chunks of all files in a page that name them themselves, side by side.</summary>
    private IReadOnlyDictionary<Oid, Oid> CopySmallFiles(IReadOnlyList<TreeEntry> entries, string path)
    {
        TreeEntry[] small = [.. entries.Where(entry => entry.Kind != FileKind.Directory && !entry.Flags.HasFlag(EntryFlags.Unreadable))];
        try
        {
            return chunks.Copy(small.SelectMany(file => file.ChunkReferences));
        }
        catch (LostChunk lost)
        {
            var file = small.First(file => file.ChunkReferences.Any(chunk => chunk.Oid == lost.Oid));
            throw new UnreadableSource($"'{PathOf(path, file)}'", lost.Error);
        }
    }

    private IReadOnlyDictionary<Oid, Oid> CopyChunks(ChunkReference[] some, string path)
    {
        try
        {
            return chunks.Copy(some);
        }
        catch (LostChunk lost)
        {
            throw new UnreadableSource($"'{path}'", lost.Error);
        }
    }

    private static string PathOf(string directory, TreeEntry entry) => $"{directory.TrimEnd('/')}/{FileName.ToDisplay(entry.Name)}";

    /// <summary>Copies a file, or what is none and so has no content. What could not be read when it was saved has none either.</summary>
    private TreeEntry CopyFile(TreeEntry file, string path, IReadOnlyDictionary<Oid, Oid>? copied)
    {
        Files++;
        _size += file.Size;
        if (file.Flags.HasFlag(EntryFlags.Unreadable))
            return file with { Chunks = default, ChunkLists = default };
        if (file.Chunks.IsEmpty && file.ChunkLists.IsEmpty)
            return file;
        CurrentPath = path;
        var references = new ChunkReferenceWriter(sink, remember: null);
        using var batches = TreeReader.ReadChunks(blobs, file).Chunk(ChunksAtOnce).GetEnumerator();
        while (UnreadableSource.Guard($"'{path}'", batches.MoveNext))
        {
            cancellation.ThrowIfCancellationRequested();
            var some = batches.Current;
            var known = copied is not null && file.ChunkLists.IsEmpty ? copied : CopyChunks(some, path);
            foreach (var chunk in some)
                references.Add(new ChunkReference(known[chunk.Oid], chunk.Length));
        }

        return references.Complete(file with { Chunks = default, ChunkLists = default });
    }

    private static void Append(ArrayBufferWriter<byte> target, ChunkReference reference)
    {
        reference.Encode(target.GetSpan(ChunkReference.EncodedLength));
        target.Advance(ChunkReference.EncodedLength);
    }
}
