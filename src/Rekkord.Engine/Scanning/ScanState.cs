using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Hashing;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Repository;

namespace Rekkord.Engine.Scanning;

/// <summary>
/// When this machine verified which pack, of the repository at one place: a copy of it elsewhere is as sound or damaged as it is, and so
/// is a pack that was put back since. Local and disposable: without it, more is read again. Of two scans at once, the state of the one
/// that ends last is kept. Thread-safe.
/// </summary>
internal sealed class ScanState
{
    /// <summary>
    /// Largest file, in bytes: some 1.2 million packs, 35 TiB in packs of 32 MiB. Of more packs, the time of as many is remembered, and
    /// the others are read again.
    /// </summary>
    public const int MaximumLength = 64 * 1024 * 1024;

    private const int HashLength = 32;
    private const int IdentityLength = 16;
    private const int EntryLength = HashLength + sizeof(long) + IdentityLength + 1;

    private readonly string _path;
    private readonly Dictionary<string, Verified> _verified;

    private ScanState(string path, Dictionary<string, Verified> verified)
    {
        _path = path;
        _verified = verified;
    }

    private static ReadOnlySpan<byte> Magic => "RKSCAN02"u8;

    /// <summary>Loads the state; what cannot be used is as empty as what does not exist.</summary>
    /// <param name="repositoryId">The repository's ID in hex.</param>
    /// <param name="location">Where it is.</param>
    /// <param name="directory">A directory to use instead of the user's; null for the user's.</param>
    public static ScanState Load(string repositoryId, string location, string? directory)
    {
        var path = CacheLocation.ForScans(repositoryId, location, directory);
        var verified = new Dictionary<string, Verified>(StringComparer.Ordinal);
        try
        {
            var bytes = CacheDirectory.Read(path, MaximumLength).AsSpan();
            if (bytes.Length >= Magic.Length + sizeof(ulong) && bytes.StartsWith(Magic)
                && XxHash3.HashToUInt64(bytes[..^sizeof(ulong)]) == BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..]))
            {
                for (var entry = bytes[Magic.Length..^sizeof(ulong)]; entry.Length >= EntryLength; entry = entry[EntryLength..])
                {
                    var seconds = BinaryPrimitives.ReadInt64LittleEndian(entry[HashLength..]);
                    var identity = Hash128.Read(entry[(HashLength + sizeof(long))..]);
                    verified[Objects.ObjectName.ForPack(entry[..HashLength])] =
                        new Verified(DateTimeOffset.FromUnixTimeSeconds(seconds), entry[EntryLength - 1] == 1, identity);
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

    /// <summary>When a pack of this name was last verified at least as thoroughly; null if it was not.</summary>
    public DateTimeOffset? LastVerified(string pack, bool full)
    {
        lock (_verified)
            return _verified.TryGetValue(pack, out var last) && (last.Full || !full) ? last.Time : null;
    }

    /// <summary>Whether it was this very object that was verified then, and not one that stands in its place.</summary>
    /// <param name="pack">The pack's name.</param>
    /// <param name="identity">The object that there is now, as the store identifies it; null when it cannot.</param>
    public bool IsSame(string pack, Hash128? identity)
    {
        lock (_verified)
            return identity is not null && _verified.TryGetValue(pack, out var last) && last.Identity == identity;
    }

    /// <summary>Remembers that a pack was verified.</summary>
    /// <param name="pack">The pack's name.</param>
    /// <param name="full">Whether every blob in it was.</param>
    /// <param name="time">When.</param>
    /// <param name="identity">The object that was, as the store identifies it; null when it cannot.</param>
    public void SetVerified(string pack, bool full, DateTimeOffset time, Hash128? identity)
    {
        lock (_verified)
            _verified[pack] = new Verified(time, full, identity ?? default);
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
        KeyValuePair<string, Verified>[] remembered;
        lock (_verified)
            remembered = [.. _verified.Where(pair => existing.Contains(pair.Key)).Take((MaximumLength - Magic.Length - sizeof(ulong)) / EntryLength)];
        var bytes = new byte[Magic.Length + (remembered.Length * EntryLength) + sizeof(ulong)];
        Magic.CopyTo(bytes);
        var rest = bytes.AsSpan(Magic.Length);
        foreach (var (pack, (time, full, identity)) in remembered)
        {
            Objects.ObjectName.TryGetHash(pack).CopyTo(rest);
            BinaryPrimitives.WriteInt64LittleEndian(rest[HashLength..], time.ToUnixTimeSeconds());
            identity.Write(rest[(HashLength + sizeof(long))..]);
            rest[EntryLength - 1] = full ? (byte)1 : (byte)0;
            rest = rest[EntryLength..];
        }

        BinaryPrimitives.WriteUInt64LittleEndian(rest, XxHash3.HashToUInt64(bytes.AsSpan(..^sizeof(ulong))));
        CacheDirectory.Write(_path, bytes);
        CacheDirectory.RemoveLeftovers(_path, DateTimeOffset.UtcNow);
    }

    /// <summary>When and how a pack was verified, and which object it was; 0 when that is not known.</summary>
    private sealed record Verified(DateTimeOffset Time, bool Full, Hash128 Identity);
}
