using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Hashing;
using System.Security.Cryptography;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Repository;

namespace Rekkord.Engine.Caching;

/// <summary>
/// What indexes say of packs and this machine has compared with the packs, or has written itself, as digests. Neither changes, so what was right once
/// stays right, in whatever index it stands. Local and disposable: without it, a save reads the end of every pack once.
/// </summary>
internal sealed class ConfirmedPacks
{
    // Two million packs.
    private const int MaximumLength = 32 * 1024 * 1024;

    private readonly string _path;
    private readonly HashSet<Hash128> _digests;

    private ConfirmedPacks(string path, long seed, HashSet<Hash128> digests)
    {
        _path = path;
        Seed = seed;
        _digests = digests;
    }

    /// <summary>What the digests depend on, and whoever writes a false index does not know.</summary>
    public long Seed { get; }

    private static ReadOnlySpan<byte> Magic => "RKPACK01"u8;

    private static int HeadLength => Magic.Length + sizeof(long);

    /// <summary>Loads them; what cannot be used is as empty as what does not exist.</summary>
    /// <param name="repositoryId">The repository's ID in hex.</param>
    /// <param name="directory">A directory to use instead of the user's; null for the user's.</param>
    public static ConfirmedPacks Load(string repositoryId, string? directory)
    {
        var path = Path.Combine(CacheLocation.ForRepository(repositoryId, directory), "packs.confirmed");
        HashSet<Hash128> digests = [];
        try
        {
            var bytes = CacheDirectory.Read(path, MaximumLength).AsSpan();
            if (bytes.Length >= HeadLength + sizeof(ulong) && bytes.StartsWith(Magic)
                && XxHash3.HashToUInt64(bytes[..^sizeof(ulong)]) == BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..]))
            {
                digests.EnsureCapacity(bytes.Length / Hash128.Length);
                for (var rest = bytes[HeadLength..^sizeof(ulong)]; rest.Length >= Hash128.Length; rest = rest[Hash128.Length..])
                    digests.Add(Hash128.Read(rest));
                return new ConfirmedPacks(path, BinaryPrimitives.ReadInt64LittleEndian(bytes[Magic.Length..]), digests);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // Nothing to report: the packs are read instead.
            Debug.WriteLine(error.Message);
        }

        return new ConfirmedPacks(path, BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))), digests);
    }

    /// <summary>Whether something is among them.</summary>
    public bool Contains(Hash128 digest) => _digests.Contains(digest);

    /// <summary>Writes what is confirmed now, if it is something else. A file that cannot be written is given up.</summary>
    public void Save(HashSet<Hash128> digests)
    {
        if (_digests.SetEquals(digests))
            return;
        try
        {
            CacheDirectory.Write(_path, Encode(digests));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Debug.WriteLine(error.Message);
        }
    }

    private byte[] Encode(HashSet<Hash128> digests)
    {
        var bytes = new byte[HeadLength + (digests.Count * Hash128.Length) + sizeof(ulong)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(Magic.Length), Seed);
        var rest = bytes.AsSpan(HeadLength);
        foreach (var digest in digests)
        {
            digest.Write(rest);
            rest = rest[Hash128.Length..];
        }

        BinaryPrimitives.WriteUInt64LittleEndian(rest, XxHash3.HashToUInt64(bytes.AsSpan(..^sizeof(ulong))));
        return bytes;
    }
}
