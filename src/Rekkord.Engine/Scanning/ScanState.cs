using System.Buffers.Binary;
using System.IO.Hashing;
using Rekkord.Engine.Caching;

namespace Rekkord.Engine.Scanning;

/// <summary>When this machine verified which pack. Local and disposable: without it, more is read again.</summary>
internal sealed class ScanState
{
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
            var bytes = File.ReadAllBytes(path).AsSpan();
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
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            verified.Clear();
        }

        return new ScanState(path, verified);
    }

    /// <summary>When a pack was last verified at least as thoroughly; null if it was not.</summary>
    public DateTimeOffset? LastVerified(string pack, bool full) =>
        _verified.TryGetValue(pack, out var last) && (last.Full || !full) ? last.Time : null;

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
        var bytes = new MemoryStream();
        bytes.Write(Magic);
        Span<byte> entry = stackalloc byte[EntryLength];
        foreach (var (pack, (time, full)) in _verified.Where(pair => existing.Contains(pair.Key)))
        {
            Repository.ObjectName.TryGetHash(pack).CopyTo(entry);
            BinaryPrimitives.WriteInt64LittleEndian(entry[HashLength..], time.ToUnixTimeSeconds());
            entry[EntryLength - 1] = full ? (byte)1 : (byte)0;
            bytes.Write(entry);
        }

        Span<byte> hash = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(hash, XxHash3.HashToUInt64(bytes.ToArray()));
        bytes.Write(hash);
        CacheDirectory.CreatePrivate(Path.GetDirectoryName(_path)!);
        File.WriteAllBytes($"{_path}.tmp", bytes.ToArray());
        File.Move($"{_path}.tmp", _path, overwrite: true);
    }
}
