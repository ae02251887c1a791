using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;

namespace Rekkord.Engine.Caching;

/// <summary>
/// The tags of a repository that were opened before. A tag's name is the hash of its bytes, so what it said when it was opened stays
/// right. Losing or damaging the file costs time and never a snapshot. Thread-safe.
/// </summary>
internal sealed class TagCache
{
    /// <summary>
    /// How many tags must have come or gone before the file is written again, where the tags lie on this machine: opening fewer takes less
    /// than writing all. Where they lie on another one, each is worth it.
    /// </summary>
    public const int ChangesWorthWriting = 16;

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly KeyMaterial _keys;
    private readonly ConcurrentDictionary<string, OpenedTag> _tags;
    private readonly int _changesWorthWriting;
    private int _changes;

    private TagCache(string path, KeyMaterial keys, bool isDistant, IEnumerable<KeyValuePair<string, OpenedTag>> tags)
    {
        _path = path;
        _changesWorthWriting = isDistant ? 1 : ChangesWorthWriting;
        _keys = keys;
        _tags = new(StringComparer.Ordinal);
        foreach (var (name, tag) in tags)
            _tags[name] = tag;
    }

    /// <summary>Opens a cache file; what cannot be used is as empty as what does not exist.</summary>
    /// <param name="path">The file.</param>
    /// <param name="keys">Keys that can open tags.</param>
    /// <param name="isDistant">Whether the tags themselves lie on another machine.</param>
    public static TagCache Open(string path, KeyMaterial keys, bool isDistant = false)
    {
        try
        {
            return new TagCache(path, keys, isDistant, TagCacheCodec.Open(keys, CacheDirectory.Read(path, TagCacheCodec.MaximumLength)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or InvalidDataException)
        {
            // Nothing to report: the tags themselves are read instead.
            Debug.WriteLine(error.Message);
            return new TagCache(path, keys, isDistant, []);
        }
    }

    /// <summary>What a tag said; null when that is not known.</summary>
    public OpenedTag? Find(string name) => _tags.GetValueOrDefault(name);

    /// <summary>Remembers what a tag said.</summary>
    public void Add(string name, OpenedTag tag)
    {
        _tags[name] = tag;
        Interlocked.Increment(ref _changes);
    }

    /// <summary>Writes what is known of the tags that there are, if that is enough news. A file that cannot be written is given up.</summary>
    /// <param name="listed">The names of all tags in the repository.</param>
    public void Save(IReadOnlySet<string> listed)
    {
        lock (_lock)
        {
            foreach (var name in _tags.Keys.Where(name => !listed.Contains(name)))
            {
                if (_tags.TryRemove(name, out _))
                    Interlocked.Increment(ref _changes);
            }

            if (Volatile.Read(ref _changes) < _changesWorthWriting || TagCacheCodec.Seal(_keys, _tags.ToArray()) is not { } bytes)
                return;
            Interlocked.Exchange(ref _changes, 0);
            Write(bytes);
        }

        CacheDirectory.RemoveLeftovers(_path, DateTimeOffset.UtcNow);
    }

    private void Write(byte[] bytes)
    {
        try
        {
            CacheDirectory.Write(_path, bytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Debug.WriteLine(error.Message);
        }
    }
}

/// <summary>What a tag said when it was opened. Whether its signer still counts is not part of it: that may change.</summary>
/// <param name="KeyId">The ID of the keyfile that signed it, 16 bytes; null: the master key.</param>
/// <param name="Payload">What was signed.</param>
internal sealed record OpenedTag(byte[]? KeyId, ReadOnlyMemory<byte> Payload);
