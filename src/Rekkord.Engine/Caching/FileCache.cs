using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Rekkord.Engine.Cryptography;
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
    private readonly CacheSeal? _seal;
    private readonly OidTable<Record> _records = new();

    private FileCache(SafeFileHandle? file, CacheSeal? seal)
    {
        _file = file;
        _seal = seal;
    }

    /// <summary>A cache that knows nothing.</summary>
    public static FileCache Empty => new(null, null);

    /// <summary>Whether it knows nothing.</summary>
    public bool IsEmpty => _file is null;

    /// <summary>How many files the last save had; 0 when that is not known.</summary>
    public long Files { get; private set; }

    /// <summary>How many bytes they had.</summary>
    public long Size { get; private set; }

    /// <summary>Opens a cache file; what cannot be used is as empty as what does not exist.</summary>
    /// <param name="path">The file.</param>
    /// <param name="keys">Keys of the repository that can save.</param>
    public static FileCache Open(string path, KeyMaterial keys)
    {
        SafeFileHandle? file = null;
        CacheSeal? seal = null;
        try
        {
            file = CacheDirectory.OpenFile(path);
            var head = new byte[CacheFormat.HeadLength];
            if (TryRead(file, head, 0) && head.AsSpan().StartsWith(CacheFormat.Magic))
            {
                seal = new CacheSeal(keys, head.AsSpan(CacheFormat.Magic.Length));
                var cache = new FileCache(file, seal);
                if (cache.TryReadTable())
                    return cache;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nothing to report: the save reads the files instead.
            System.Diagnostics.Debug.WriteLine(error.Message);
        }

        seal?.Dispose();
        file?.Dispose();
        return Empty;
    }

    /// <summary>What is known of a directory, to be asked in name order.</summary>
    public CachedDirectory OpenDirectory(Hash128 pathHash) => new(this, pathHash);

    /// <summary>The references to the chunks of a large file.</summary>
    public CachedChunks OpenChunks(Hash128 key, long count) => new(this, key, count);

    /// <summary>Reads one record; empty when there is none or it is damaged.</summary>
    public ReadOnlyMemory<byte> ReadRecord(Hash128 directory, int page)
    {
        if (_file is null || _seal is null || !_records.TryFind(KeyOf(directory, page), out var place))
            return default;
        var bytes = new byte[place.Length];
        try
        {
            return TryRead(_file, bytes, place.Offset) ? _seal.Open(bytes, place.Offset, isTable: false) : default;
        }
        catch (IOException error)
        {
            System.Diagnostics.Debug.WriteLine(error.Message);
            return default;
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _seal?.Dispose();
    }

    private bool TryReadTable()
    {
        var length = RandomAccess.GetLength(_file!);
        var foot = new byte[CacheFormat.FootLength];
        if (length < CacheFormat.HeadLength + foot.Length || !TryRead(_file!, foot, length - foot.Length))
            return false;
        var offset = BinaryPrimitives.ReadInt64LittleEndian(foot);
        var count = BinaryPrimitives.ReadInt32LittleEndian(foot.AsSpan(sizeof(long)));
        var tableLength = CacheFormat.TableHeadLength + ((long)count * CacheFormat.TableEntryLength) + CacheSeal.TagLength;
        if (count < 0 || offset < CacheFormat.HeadLength || offset != length - foot.Length - tableLength || tableLength > int.MaxValue)
            return false;
        var bytes = new byte[tableLength];
        if (!TryRead(_file!, bytes, offset))
            return false;
        var table = _seal!.Open(bytes, offset, isTable: true).Span;
        if (table.IsEmpty)
            return false;
        (Files, Size) = (BinaryPrimitives.ReadInt64LittleEndian(table), BinaryPrimitives.ReadInt64LittleEndian(table[sizeof(long)..]));
        table = table[CacheFormat.TableHeadLength..];

        // From the last to the first: of two with one key, the later one counts.
        for (; !table.IsEmpty; table = table[..^CacheFormat.TableEntryLength])
        {
            var entry = table[^CacheFormat.TableEntryLength..];
            var key = KeyOf(Hash128.Read(entry), BinaryPrimitives.ReadInt32LittleEndian(entry[16..]));
            _records.TryAdd(new Record(key, BinaryPrimitives.ReadInt64LittleEndian(entry[20..]), BinaryPrimitives.ReadInt32LittleEndian(entry[28..])));
        }

        return true;
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
