using System.Buffers.Binary;
using Rekkord.Engine.Hashing;

namespace Rekkord.Engine.Caching;

/// <summary>The cached entries of one directory, read page by page as names are asked for in ascending byte order.</summary>
internal sealed class CachedDirectory
{
    private readonly FileCache _cache;
    private readonly Hash128 _pathHash;
    private ReadOnlyMemory<byte> _record;
    private int _page;
    private int _position;

    public CachedDirectory(FileCache cache, Hash128 pathHash)
    {
        _cache = cache;
        _pathHash = pathHash;
        _record = cache.ReadRecord(pathHash, 0);
    }

    /// <summary>Finds an entry, whatever its status was. Names must be asked for in ascending order.</summary>
    /// <param name="name">The entry's name.</param>
    /// <returns>Null when nothing usable is known of it.</returns>
    public CachedEntry? Find(ReadOnlySpan<byte> name)
    {
        while (!_record.IsEmpty)
        {
            if (_position >= _record.Length)
            {
                _record = _cache.ReadRecord(_pathHash, ++_page);
                _position = 0;
                continue;
            }

            if (!TryParse(_record.Span[_position..], out var found))
            {
                _record = default;
                break;
            }

            var order = found.Name.SequenceCompareTo(name);
            if (order > 0)
                break;
            _position += found.Length;
            if (order == 0)
                return Take(found);
        }

        return null;
    }

    private static CachedEntry Take(ParsedEntry found) =>
        new(found.Name.ToArray(), found.StatusHash, found.Entry.ToArray(), found.ChunksOffset, found.ChunksLength, found.ListedChunks);

    private static bool TryParse(ReadOnlySpan<byte> bytes, out ParsedEntry parsed)
    {
        parsed = default;
        if (bytes.Length < CacheFormat.EntryHeadLength)
            return false;
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        var entryLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[2..]);
        var length = (long)CacheFormat.EntryHeadLength + nameLength + entryLength;
        if (entryLength < 0 || length > bytes.Length)
            return false;
        var rest = bytes[CacheFormat.EntryHeadLength..];
        parsed = new ParsedEntry
        {
            Length = (int)length,
            ListedChunks = BinaryPrimitives.ReadInt64LittleEndian(bytes[6..]),
            ChunksOffset = BinaryPrimitives.ReadInt32LittleEndian(bytes[14..]),
            ChunksLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[18..]),
            StatusHash = Hash128.Read(bytes[22..]),
            Name = rest[..nameLength],
            Entry = rest.Slice(nameLength, entryLength),
        };
        return true;
    }

    private ref struct ParsedEntry
    {
        public int Length;
        public int ChunksOffset;
        public int ChunksLength;
        public Hash128 StatusHash;
        public ReadOnlySpan<byte> Name;
        public ReadOnlySpan<byte> Entry;
        public long ListedChunks;
    }
}
