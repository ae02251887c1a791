using System.Buffers;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Saving;

/// <summary>
/// Takes the references to a file's chunks in order. A few are named in the file's entry. More go into chunk lists, which are stored as
/// they end, and into the cache: the references of a file of any size, 600 MB for a terabyte, are never in memory together.
/// </summary>
internal sealed class ChunkReferenceWriter
{
    // A file of this many chunks (some 20 MiB) still names them in its entry; beyond, chunk lists do.
    private const int InlineChunks = 256;
    private const ulong ListBoundaryMask = 0x1ff;
    private const int MaximumListLength = 2048 * ChunkReference.EncodedLength;

    private readonly WriteSession _sink;
    private readonly Action<int, ReadOnlyMemory<byte>>? _remember;
    private readonly ArrayBufferWriter<byte> _inline = new();
    private readonly ArrayBufferWriter<byte> _list = new();
    private readonly ArrayBufferWriter<byte> _lists = new();
    private readonly ArrayBufferWriter<byte> _cached = new();
    private int _cachedParts;

    /// <summary>Begins with the first chunk of a file.</summary>
    /// <param name="sink">Takes the chunk lists.</param>
    /// <param name="remember">Is given the references that lists name, for the cache: the number of a part, and the part. Null when nothing asks for them.</param>
    public ChunkReferenceWriter(WriteSession sink, Action<int, ReadOnlyMemory<byte>>? remember)
    {
        _sink = sink;
        _remember = remember;
    }

    /// <summary>How many there are so far.</summary>
    public long Count { get; private set; }

    /// <summary>Whether lists name them.</summary>
    public bool IsListed => Count > InlineChunks;

    /// <summary>Adds the next one.</summary>
    public void Add(in ChunkReference reference)
    {
        Count++;
        if (!IsListed)
        {
            Append(_inline, reference);
            return;
        }

        if (Count == InlineChunks + 1)
        {
            for (var bytes = _inline.WrittenSpan; !bytes.IsEmpty; bytes = bytes[ChunkReference.EncodedLength..])
                AddListed(ChunkReference.Decode(bytes));
        }

        AddListed(reference);
    }

    /// <summary>Ends the file: gives its entry the references, or the lists that name them.</summary>
    public TreeEntry Complete(TreeEntry entry)
    {
        if (!IsListed)
            return entry with { Chunks = _inline.WrittenMemory };
        StoreList();
        StoreCached();
        return entry with { ChunkLists = _lists.WrittenMemory };
    }

    /// <summary>The references are cut into lists where their IDs say so, as content is cut into chunks: a change touches few lists.</summary>
    private void AddListed(in ChunkReference reference)
    {
        Append(_list, reference);
        Append(_cached, reference);
        if ((reference.Oid.FirstWord & ListBoundaryMask) == 0 || _list.WrittenCount == MaximumListLength)
            StoreList();
        if (_cached.WrittenCount == CacheFormat.ChunksPartLength)
            StoreCached();
    }

    private void StoreList()
    {
        if (_list.WrittenCount == 0)
            return;
        _sink.StoreMetadata(BlobType.ChunkList, _list.WrittenSpan).CopyTo(_lists.GetSpan(Oid.Length));
        _lists.Advance(Oid.Length);
        _list.ResetWrittenCount();
    }

    private void StoreCached()
    {
        if (_cached.WrittenCount > 0)
            _remember?.Invoke(_cachedParts++, _cached.WrittenMemory);
        _cached.ResetWrittenCount();
    }

    private static void Append(ArrayBufferWriter<byte> target, in ChunkReference reference)
    {
        reference.Encode(target.GetSpan(ChunkReference.EncodedLength));
        target.Advance(ChunkReference.EncodedLength);
    }
}
