using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Caching;

/// <summary>
/// Writes the cache of a save beside the old one and puts it in its place when the save has succeeded. A cache that cannot be
/// written is given up without failing the save. Thread-safe.
/// </summary>
internal sealed class FileCacheWriter : IDisposable
{
    // Written in pieces of this size. The stream has no buffer of its own, which it would try to write when it is closed, on a full disk too.
    private const int PieceLength = 256 * 1024;

    private readonly Lock _lock = new();
    private readonly string _path = "";
    private readonly string _temporaryPath = "";
    private readonly ArrayBufferWriter<byte> _pending = new();
    private readonly ArrayBufferWriter<byte> _table = new();
    private readonly ArrayBufferWriter<byte> _record = new();
    private readonly CacheSeal _seal;
    private FileStream? _file;
    private int _count;

    /// <summary>Starts a cache file.</summary>
    /// <param name="path">Where it goes; null to write none.</param>
    /// <param name="keys">Keys of the repository that can save.</param>
    public FileCacheWriter(string? path, KeyMaterial keys)
    {
        var salt = RandomNumberGenerator.GetBytes(CacheFormat.SaltLength);
        _seal = new CacheSeal(keys, salt);
        if (path is null)
            return;
        _path = path;
        _temporaryPath = CacheDirectory.TemporaryNameFor(path);
        try
        {
            CacheDirectory.CreatePrivate(Path.GetDirectoryName(path)!);
            _file = new FileStream(_temporaryPath, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            _pending.Write(CacheFormat.Magic);
            _pending.Write(salt);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            GiveUp(error);
        }
    }

    /// <summary>Why there will be no cache; null when there will be one.</summary>
    public string? Failure { get; private set; }

    /// <summary>The file that is being written; null when there will be no cache.</summary>
    public string? TemporaryPath => Failure is null && _path.Length > 0 ? _temporaryPath : null;

    /// <summary>Adds what is to be remembered of one page of a directory, in name order.</summary>
    public void Add(Hash128 directory, int page, IReadOnlyList<CachedEntry> entries)
    {
        lock (_lock)
        {
            if (_file is null)
                return;
            _record.ResetWrittenCount();
            foreach (var entry in entries)
                Append(entry);
            WriteRecord(directory, page);
        }
    }

    /// <summary>Adds a part of the references to the chunks of a large file. One that is added again replaces the one before.</summary>
    /// <param name="key">The file's key.</param>
    /// <param name="part">The part's number.</param>
    /// <param name="references">As many as a part has, or the rest.</param>
    public void AddChunks(Hash128 key, int part, ReadOnlySpan<byte> references)
    {
        lock (_lock)
        {
            if (_file is null)
                return;
            _record.ResetWrittenCount();
            _record.Write(references);
            WriteRecord(key, part);
        }
    }

    private void WriteRecord(Hash128 key, int page)
    {
        var place = _table.GetSpan(CacheFormat.TableEntryLength);
        key.Write(place);
        BinaryPrimitives.WriteInt32LittleEndian(place[16..], page);
        BinaryPrimitives.WriteInt64LittleEndian(place[20..], Position);
        BinaryPrimitives.WriteInt32LittleEndian(place[28..], _record.WrittenCount + CacheSeal.TagLength);
        _table.Advance(CacheFormat.TableEntryLength);
        _count++;
        try
        {
            WriteSealed(_record.WrittenSpan, isTable: false);
            if (_pending.WrittenCount >= PieceLength)
                WritePending(_file!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            GiveUp(error);
        }
    }

    /// <summary>Completes the cache and puts it in place of the old one.</summary>
    /// <param name="files">How many files were saved.</param>
    /// <param name="size">How many bytes they had.</param>
    public void Commit(long files, long size)
    {
        lock (_lock)
        {
            if (_file is null)
                return;
            try
            {
                Span<byte> foot = stackalloc byte[CacheFormat.FootLength];
                BinaryPrimitives.WriteInt64LittleEndian(foot, Position);
                BinaryPrimitives.WriteInt32LittleEndian(foot[sizeof(long)..], _count);
                WriteSealed(Complete(files, size), isTable: true);
                _pending.Write(foot);
                WritePending(_file);
                _file.Dispose();
                ReplacingRename.Rename(_temporaryPath, _path);
                _file = null;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                GiveUp(error);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _seal.Dispose();
            if (_file is null)
                return;
            _file.Dispose();
            _file = null;
            CacheDirectory.RemoveTemporary(_temporaryPath);
        }
    }

    /// <summary>The table with its head.</summary>
    private byte[] Complete(long files, long size)
    {
        var table = new byte[CacheFormat.TableHeadLength + _table.WrittenCount];
        BinaryPrimitives.WriteInt64LittleEndian(table, files);
        BinaryPrimitives.WriteInt64LittleEndian(table.AsSpan(sizeof(long)), size);
        _table.WrittenSpan.CopyTo(table.AsSpan(CacheFormat.TableHeadLength));
        return table;
    }

    /// <summary>Where in the file the next record goes.</summary>
    private long Position => _file!.Position + _pending.WrittenCount;

    private void WriteSealed(ReadOnlySpan<byte> part, bool isTable)
    {
        var output = _pending.GetSpan(part.Length + CacheSeal.TagLength)[..(part.Length + CacheSeal.TagLength)];
        part.CopyTo(output);
        _seal.Seal(output, Position, isTable);
        _pending.Advance(output.Length);
    }

    private void WritePending(FileStream file)
    {
        file.Write(_pending.WrittenSpan);
        _pending.ResetWrittenCount();
    }

    private void Append(CachedEntry entry)
    {
        var head = _record.GetSpan(CacheFormat.EntryHeadLength);
        BinaryPrimitives.WriteUInt16LittleEndian(head, (ushort)entry.Name.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[2..], entry.Entry.Length);
        BinaryPrimitives.WriteInt64LittleEndian(head[6..], entry.ListedChunks);
        BinaryPrimitives.WriteInt32LittleEndian(head[14..], entry.ChunksOffset);
        BinaryPrimitives.WriteInt32LittleEndian(head[18..], entry.ChunksLength);
        entry.StatusHash.Write(head[22..]);
        _record.Advance(CacheFormat.EntryHeadLength);
        _record.Write(entry.Name);
        _record.Write(entry.Entry);
    }

    private void GiveUp(Exception error)
    {
        Failure = error.Message;
        var file = _file;
        _file = null;
        file?.Dispose();
        CacheDirectory.RemoveTemporary(_temporaryPath);
    }
}
