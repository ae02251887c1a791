using System.Buffers;
using System.IO.Hashing;
using Rekkord.Engine.Caching;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Patterns;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Saving;

/// <summary>
/// A directory whose entries are being saved. Entries finish in any order; as soon as those at the front are done they go
/// into pages of its tree, so that a huge directory is never in memory as a whole. When the last is done the directory is
/// an entry of its parent.
/// </summary>
internal sealed class DirectoryNode : IEntryReceiver
{
    // A page ends after a name whose hash has ten zero bits, so that a new file changes one page of a large directory.
    private const ulong PageBoundaryMask = 0x3ff;
    private const int MaximumPageLength = 256 * 1024;
    private const int LongestUsualName = 255;

    private readonly Lock _lock = new();
    private readonly SaveContext _context;
    private readonly IEntryReceiver _parent;
    private readonly int _slotInParent;
    private readonly byte[] _name;
    private readonly FileMetadata _metadata;
    private readonly ArrayBufferWriter<byte> _page = new(1024);
    private readonly ArrayBufferWriter<byte> _pageReferences = new(ChunkReference.EncodedLength);
    private readonly List<CachedEntry> _pageCache = [];
    private EncodedEntry?[] _slots = [];
    private EntryFlags _flags;
    private int _entriesInPage;
    private int _pages;
    private int _flushed;

    public DirectoryNode(
        SaveContext context, IEntryReceiver parent, int slotInParent, byte[] name, Hash128 pathHash, SharedDirectory handle, FileStatus status, FileMetadata metadata)
    {
        _context = context;
        _parent = parent;
        _slotInParent = slotInParent;
        _name = name;
        _metadata = metadata;
        PathHash = pathHash;
        Handle = handle;
        Status = status;
    }

    /// <summary>The handle of the directory.</summary>
    public SharedDirectory Handle { get; }

    /// <summary>The open directory; closed when no file of it waits to be opened any more.</summary>
    public SourceDirectory Directory => Handle.Directory;

    public FileStatus Status { get; }

    /// <summary>What its own file of rules leaves out; null when there is none.</summary>
    public IgnoreRules? IgnoreRules { get; set; }

    /// <summary>A hash of the directory's path: its key in the cache.</summary>
    public Hash128 PathHash { get; }

    /// <summary>The key in the cache of a path's last part below another's.</summary>
    public static Hash128 HashPath(Hash128 parent, ReadOnlySpan<byte> name)
    {
        Span<byte> bytes = name.Length <= LongestUsualName ? stackalloc byte[Hash128.Length + name.Length] : new byte[Hash128.Length + name.Length];
        parent.Write(bytes);
        name.CopyTo(bytes[Hash128.Length..]);
        return Hash128.Compute(bytes);
    }

    /// <summary>The key in the cache of the chunks of a file; no path has it, since no name is a NUL.</summary>
    public static Hash128 HashContent(Hash128 parent, ReadOnlySpan<byte> name) => HashPath(HashPath(parent, name), [0]);

    /// <summary>Reserves the places of the entries.</summary>
    public void Begin(int count)
    {
        _slots = new EncodedEntry?[count];
        if (count == 0)
            Finish();
    }

    /// <summary>Marks a directory that cannot be listed: it is in the snapshot with no entries but those that were named.</summary>
    public void MarkUnreadable() => _flags = EntryFlags.Unreadable;

    public void Complete(int slot, EncodedEntry entry)
    {
        bool finished;
        lock (_lock)
        {
            _slots[slot] = entry;
            while (_flushed < _slots.Length && _slots[_flushed] is { } next)
            {
                Append(next);
                _slots[_flushed++] = null;
            }

            finished = _flushed == _slots.Length;
        }

        if (finished)
            Finish();
    }

    private void Append(EncodedEntry entry)
    {
        if (entry.Bytes is null)
            return;
        _page.Write(entry.Bytes);
        _entriesInPage++;
        if (entry.Cache is { } cached)
            _pageCache.Add(cached);
        if ((XxHash3.HashToUInt64(entry.Name) & PageBoundaryMask) == 0 || _page.WrittenCount >= MaximumPageLength)
            StorePage();
    }

    private void StorePage()
    {
        var page = new byte[CborHead.ArrayLength(_entriesInPage) + _page.WrittenCount];
        var head = CborHead.WriteArray(page, _entriesInPage);
        _page.WrittenSpan.CopyTo(page.AsSpan(head));
        var oid = _context.Sink.StoreMetadata(BlobType.Tree, page);
        new ChunkReference(oid, page.Length).Encode(_pageReferences.GetSpan(ChunkReference.EncodedLength));
        _pageReferences.Advance(ChunkReference.EncodedLength);

        // Cached pages are numbered without gaps: a reader stops at the first that is not there.
        if (_pageCache.Count > 0)
            _context.CacheWriter.Add(PathHash, _pages++, _pageCache);
        _pageCache.Clear();
        _page.ResetWrittenCount();
        _entriesInPage = 0;
    }

    private void Finish()
    {
        if (_context.Request.IsRehearsal)
        {
            _parent.Complete(_slotInParent, EncodedEntry.LeftOut);
            return;
        }

        if (_entriesInPage > 0)
            StorePage();
        var entry = SavedEntry.Create(_name, _metadata, Status, chunks: _pageReferences.WrittenMemory, flags: _flags);
        var bytes = SaveContext.Encoder.Encode(entry);
        if (bytes.Length > FormatLimits.Entry)
            bytes = _context.EncodeTooLarge(entry, Directory.DisplayPath);
        _slots = [];
        _parent.Complete(_slotInParent, new EncodedEntry(_name, bytes, null));
    }
}
