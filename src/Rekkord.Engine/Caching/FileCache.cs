using System.Buffers.Binary;
using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Caching;

/// <summary>
/// What the last save of the same paths knew of unchanged files. Only the table of directories is in memory; their records
/// are read as the walk comes to them, in its order. Losing or damaging the file costs time and never data.
/// </summary>
internal sealed class FileCache : IDisposable
{
    private readonly SafeFileHandle? _file;
    private readonly OidTable<Record> _records;

    private FileCache(SafeFileHandle? file, OidTable<Record> records)
    {
        _file = file;
        _records = records;
    }

    /// <summary>A cache that knows nothing.</summary>
    public static FileCache Empty => new(null, new OidTable<Record>());

    /// <summary>Opens a cache file; what cannot be used is as empty as what does not exist.</summary>
    public static FileCache Open(string path, ReadOnlySpan<byte> repositoryId)
    {
        SafeFileHandle? file = null;
        try
        {
            file = CacheDirectory.OpenFile(path);
            if (ReadTable(file, repositoryId) is { } records)
                return new FileCache(file, records);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nothing to report: the save reads the files instead.
            System.Diagnostics.Debug.WriteLine(error.Message);
        }

        file?.Dispose();
        return Empty;
    }

    /// <summary>What is known of a directory, to be asked in name order.</summary>
    public CachedDirectory OpenDirectory(Hash128 pathHash) => new(this, pathHash);

    /// <summary>The references to the chunks of a large file.</summary>
    public CachedChunks OpenChunks(Hash128 key, long count) => new(this, key, count);

    /// <summary>Reads one record; null when there is none or it is damaged.</summary>
    public byte[]? ReadRecord(Hash128 directory, int page)
    {
        if (_file is null || !_records.TryFind(KeyOf(directory, page), out var place))
            return null;
        var bytes = new byte[place.Length];
        try
        {
            if (!TryRead(_file, bytes, place.Offset))
                return null;
        }
        catch (IOException error)
        {
            System.Diagnostics.Debug.WriteLine(error.Message);
            return null;
        }

        var body = bytes.AsSpan(0, bytes.Length - CacheFormat.HashLength);
        return XxHash3.HashToUInt64(body) == BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(body.Length)) ? body.ToArray() : null;
    }

    public void Dispose() => _file?.Dispose();

    private static OidTable<Record>? ReadTable(SafeFileHandle file, ReadOnlySpan<byte> repositoryId)
    {
        var length = RandomAccess.GetLength(file);
        var head = new byte[CacheFormat.HeadLength];
        var foot = new byte[CacheFormat.FootLength];
        if (length < head.Length + foot.Length || !TryRead(file, head, 0) || !TryRead(file, foot, length - foot.Length))
            return null;
        if (!head.AsSpan().StartsWith(CacheFormat.Magic) || !head.AsSpan(CacheFormat.Magic.Length).SequenceEqual(repositoryId))
            return null;

        var tableOffset = BinaryPrimitives.ReadInt64LittleEndian(foot);
        var count = BinaryPrimitives.ReadInt32LittleEndian(foot.AsSpan(sizeof(long)));
        var tableLength = (long)count * CacheFormat.TableEntryLength;
        if (count < 0 || tableOffset < head.Length || tableOffset + tableLength + foot.Length != length || tableLength > int.MaxValue)
            return null;
        var table = new byte[tableLength];
        if (!TryRead(file, table, tableOffset) || Hash128.Compute(table) != Hash128.Read(foot.AsSpan(sizeof(long) + sizeof(int))))
            return null;

        var records = new OidTable<Record>();

        // From the last to the first: of two with one key, the later one counts.
        for (var rest = table.AsSpan(); !rest.IsEmpty; rest = rest[..^CacheFormat.TableEntryLength])
        {
            var entry = rest[^CacheFormat.TableEntryLength..];
            var key = KeyOf(Hash128.Read(entry), BinaryPrimitives.ReadInt32LittleEndian(entry[16..]));
            var offset = BinaryPrimitives.ReadInt64LittleEndian(entry[20..]);
            var recordLength = BinaryPrimitives.ReadInt32LittleEndian(entry[28..]);
            if (offset < head.Length || recordLength < CacheFormat.HashLength || offset > tableOffset - recordLength)
                return null;
            records.TryAdd(new Record(key, offset, recordLength));
        }

        return records;
    }

    private static bool TryRead(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        while (!buffer.IsEmpty)
        {
            var read = RandomAccess.Read(file, buffer, offset);
            if (read == 0)
                return false;
            buffer = buffer[read..];
            offset += read;
        }

        return true;
    }

    /// <summary>
    /// The key of a directory's page. Whoever names directories can choose what the hash of their paths is, so it is a key of the table
    /// that spreads all bits under a secret of this process. It is never zero, which is no key there.
    /// </summary>
    private static Oid KeyOf(Hash128 directory, int page)
    {
        Span<byte> key = stackalloc byte[Oid.Length];
        key.Clear();
        directory.Write(key);
        BinaryPrimitives.WriteInt32LittleEndian(key[Hash128.Length..], page);
        key[^1] = 1;
        return new Oid(key);
    }

    private readonly record struct Record(Oid Oid, long Offset, int Length) : IOidEntry;
}
