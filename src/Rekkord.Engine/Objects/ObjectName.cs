using System.Buffers;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Objects;

/// <summary>The names of stored objects: a folder, and the SHA-256 of the object's bytes in hex; of a revocation, the ID of its key.</summary>
internal static class ObjectName
{
    public const string Descriptor = StoreNames.Descriptor;
    public const string Packs = "packs/";
    public const string Indexes = "index/";
    public const string Snapshots = "snapshots/";
    public const string Tags = "tags/";
    public const string Catalogue = "catalogue/";
    public const string Revocations = "revoked/";
    public const string Removals = "removed/";
    public const string Condemned = "condemned/";
    public const string Quarantine = "damaged/";

    /// <summary>All folders that a repository has.</summary>
    public static readonly string[] Folders = [Packs, Indexes, Snapshots, Tags, Catalogue, Removals, Condemned, Revocations, Quarantine, $"{StoreNames.TemporaryFolder}/"];

    private const int HashLength = 64;
    private const int PackFolderLength = 3;
    private const int KeyIdLength = 32;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    public static string ForPack(ReadOnlySpan<byte> sha256)
    {
        var hex = Convert.ToHexStringLower(sha256);
        return $"{Packs}{hex[..2]}/{hex}";
    }

    public static string For(string folder, ReadOnlySpan<byte> sha256) => folder + Convert.ToHexStringLower(sha256);

    public static string ForRevocation(ReadOnlySpan<byte> keyId) => Revocations + Convert.ToHexStringLower(keyId);

    /// <summary>The name in quarantine of an object that nothing may rely on any more.</summary>
    public static string InQuarantine(string name) => Quarantine + name.Replace('/', '-');

    /// <summary>The SHA-256 that a name claims; null when the name is not of this form (a stranger's file).</summary>
    public static byte[]? TryGetHash(string name)
    {
        var last = name[(name.LastIndexOf('/') + 1)..];
        return last.Length == HashLength && last.All(char.IsAsciiHexDigitLower) ? Convert.FromHexString(last) : null;
    }

    /// <summary>Whether a name in a folder is one that this format gives.</summary>
    public static bool IsWellFormed(string folder, string name)
    {
        if (folder == Revocations)
            return IsRevocation(name);

        // Listings of thousands ask this of each name.
        var prefix = folder == Packs ? folder.Length + PackFolderLength : folder.Length;
        if (name.Length != prefix + HashLength || !name.StartsWith(folder, StringComparison.Ordinal) || name.AsSpan(prefix).ContainsAnyExcept(HexDigits))
            return false;
        return folder != Packs || (name[prefix - 1] == '/' && name.AsSpan(folder.Length, 2).SequenceEqual(name.AsSpan(prefix, 2)));
    }

    /// <summary>Whether a name is that of something which a repository keeps: all but the descriptor, what is under way, and the files of strangers.</summary>
    public static bool IsStored(string name) => IsWellFormed(name) || name.StartsWith(Quarantine, StringComparison.Ordinal);

    /// <summary>Whether a name is one that this format gives to an object of any folder.</summary>
    public static bool IsWellFormed(string name) => Folders.Any(folder => name.StartsWith(folder, StringComparison.Ordinal) && IsWellFormed(folder, name));

    private static bool IsRevocation(string name) =>
        name.Length == Revocations.Length + KeyIdLength && name.StartsWith(Revocations, StringComparison.Ordinal) && name[Revocations.Length..].All(char.IsAsciiHexDigitLower);
}
