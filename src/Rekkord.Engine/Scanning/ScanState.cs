using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Hashing;
using Rekkord.Engine.Caching;

namespace Rekkord.Engine.Scanning;

/// <summary>
/// When this machine verified which pack. Local and disposable: without it, more is read again. Of two scans at once, the state of the
/// one that ends last is kept. Thread-safe.
/// </summary>
internal sealed class ScanState
{
    /// <summary>
    /// Largest file, in bytes: some 1.6 million packs, 50 TiB in packs of 32 MiB. Of more packs, the time of as many is remembered, and
    /// the others are read again.
    /// </summary>
    public const int MaximumLength = 64 * 1024 * 1024;

    private const int HashLength = 32;
    private const int EntryLength = HashLength + sizeof(long) + 1;

    private readonly string _path;
    private readonly Dictionary<string, (DateTimeOffset Time, bool Full)> _verified;

    private ScanState(string path, Dictionary<string, (DateTimeOffset, bool)> verified)
    {
        _path = path;
        _verified = verified;
    }

    private static ReadOnlySpan<byte> Magic => "RKSCAN01"u8;

    /// <summary>Loads the state; what cannot be used is as empty as what does not exist.</summary>
    public static ScanState Load(string repositoryId, string? directory)
    {
        var path = Path.Combine(CacheLocation.ForRepository(repositoryId, directory), "scan.state");
        var verified = new Dictionary<string, (DateTimeOffset, bool)>(StringComparer.Ordinal);
        try
        {
            var bytes = CacheDirectory.Read(path, MaximumLength).AsSpan();
            if (bytes.Length >= Magic.Length + sizeof(ulong) && bytes.StartsWith(Magic)
                && XxHash3.HashToUInt64(bytes[..^sizeof(ulong)]) == BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..]))
            {
                for (var entry = bytes[Magic.Length..^sizeof(ulong)]; entry.Length >= EntryLength; entry = entry[EntryLength..])
                {
                    var seconds = BinaryPrimitives.ReadInt64LittleEndian(entry[HashLength..]);
                    verified[Repository.ObjectName.ForPack(entry[..HashLength])] = (DateTimeOffset.FromUnixTimeSeconds(seconds), entry[EntryLength - 1] == 1);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentOutOfRangeException)
        {
            // Nothing to report: the packs are read again instead.
            Debug.WriteLine(error.Message);
            verified.Clear();
        }

        return new ScanState(path, verified);
    }

    /// <summary>When a pack was last verified at least as thoroughly; null if it was not.</summary>
    public DateTimeOffset? LastVerified(string pack, bool full)
    {
        lock (_verified)
            return _verified.TryGetValue(pack, out var last) && (last.Full || !full) ? last.Time : null;
    }

    public void SetVerified(string pack, bool full, DateTimeOffset time)
    {
        lock (_verified)
            _verified[pack] = (time, full);
    }

    public void Remove(string pack)
    {
        lock (_verified)
            _verified.Remove(pack);
    }

    /// <summary>Writes the state of the packs that still exist.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    public void Save(IReadOnlySet<string> existing)
    {
        KeyValuePair<string, (DateTimeOffset Time, bool Full)>[] remembered;
        lock (_verified)
            remembered = [.. _verified.Where(pair => existing.Contains(pair.Key)).Take((MaximumLength - Magic.Length - sizeof(ulong)) / EntryLength)];
        var bytes = new byte[Magic.Length + (remembered.Length * EntryLength) + sizeof(ulong)];
        Magic.CopyTo(bytes);
        var rest = bytes.AsSpan(Magic.Length);
        foreach (var (pack, (time, full)) in remembered)
        {
            Repository.ObjectName.TryGetHash(pack).CopyTo(rest);
            BinaryPrimitives.WriteInt64LittleEndian(rest[HashLength..], time.ToUnixTimeSeconds());
            rest[EntryLength - 1] = full ? (byte)1 : (byte)0;
            rest = rest[EntryLength..];
        }

        BinaryPrimitives.WriteUInt64LittleEndian(rest, XxHash3.HashToUInt64(bytes.AsSpan(..^sizeof(ulong))));
        CacheDirectory.Write(_path, bytes);
        CacheDirectory.RemoveLeftovers(_path, DateTimeOffset.UtcNow);
    }
}
