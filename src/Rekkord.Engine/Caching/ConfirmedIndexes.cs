using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Hashing;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Caching;

/// <summary>
/// The indexes that this machine has compared with the packs that they name, or written itself. Index and packs have the hash of their
/// bytes as their name, so what was right once stays right. Local and disposable: without it, a save reads the end of every pack once.
/// </summary>
internal sealed class ConfirmedIndexes
{
    // Two million indexes.
    private const int MaximumLength = 64 * 1024 * 1024;

    private readonly string _path;
    private readonly HashSet<string> _names;
    private bool _hasNew;

    private ConfirmedIndexes(string path, HashSet<string> names)
    {
        _path = path;
        _names = names;
    }

    private static ReadOnlySpan<byte> Magic => "RKINDX01"u8;

    /// <summary>Loads them; what cannot be used is as empty as what does not exist.</summary>
    /// <param name="repositoryId">The repository's ID in hex.</param>
    /// <param name="directory">A directory to use instead of the user's; null for the user's.</param>
    public static ConfirmedIndexes Load(string repositoryId, string? directory)
    {
        var path = Path.Combine(CacheLocation.ForRepository(repositoryId, directory), "indexes.confirmed");
        var names = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            var bytes = CacheDirectory.Read(path, MaximumLength).AsSpan();
            if (bytes.Length >= Magic.Length + sizeof(ulong) && bytes.StartsWith(Magic)
                && XxHash3.HashToUInt64(bytes[..^sizeof(ulong)]) == BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..]))
            {
                for (var rest = bytes[Magic.Length..^sizeof(ulong)]; rest.Length >= Oid.Length; rest = rest[Oid.Length..])
                    names.Add(ObjectName.For(ObjectName.Indexes, rest[..Oid.Length]));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // Nothing to report: the packs are read instead.
            Debug.WriteLine(error.Message);
        }

        return new ConfirmedIndexes(path, names);
    }

    /// <summary>Whether an index is among them, by its name.</summary>
    public bool Contains(string index) => _names.Contains(index);

    /// <summary>Adds indexes, by their names.</summary>
    public void Add(IEnumerable<string> indexes)
    {
        foreach (var index in indexes)
            _hasNew |= _names.Add(index);
    }

    /// <summary>Writes them if there are new ones. A file that cannot be written is given up.</summary>
    public void Save()
    {
        if (!_hasNew)
            return;
        _hasNew = false;
        try
        {
            CacheDirectory.Write(_path, Encode());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Debug.WriteLine(error.Message);
        }
    }

    private byte[] Encode()
    {
        var bytes = new byte[Magic.Length + (_names.Count * Oid.Length) + sizeof(ulong)];
        Magic.CopyTo(bytes);
        var rest = bytes.AsSpan(Magic.Length);
        foreach (var name in _names)
        {
            ObjectName.TryGetHash(name).CopyTo(rest);
            rest = rest[Oid.Length..];
        }

        BinaryPrimitives.WriteUInt64LittleEndian(rest, XxHash3.HashToUInt64(bytes.AsSpan(..^sizeof(ulong))));
        return bytes;
    }
}
