namespace Rekkord.Engine.Repository;

/// <summary>The names of stored objects: a folder, and the SHA-256 of the object's bytes in hex.</summary>
internal static class ObjectName
{
    public const string Descriptor = "rekkord";
    public const string Packs = "packs/";
    public const string Indexes = "index/";
    public const string Snapshots = "snapshots/";
    public const string Tags = "tags/";
    public const string Damaged = "damaged/";

    private const int HashLength = 64;

    public static string ForPack(ReadOnlySpan<byte> sha256)
    {
        var hex = Convert.ToHexStringLower(sha256);
        return $"{Packs}{hex[..2]}/{hex}";
    }

    public static string For(string folder, ReadOnlySpan<byte> sha256) => folder + Convert.ToHexStringLower(sha256);

    /// <summary>The SHA-256 that a name claims; null when the name is not of this form (a stranger's file).</summary>
    public static byte[]? TryGetHash(string name)
    {
        var last = name[(name.LastIndexOf('/') + 1)..];
        return last.Length == HashLength && last.All(char.IsAsciiHexDigitLower) ? Convert.FromHexString(last) : null;
    }

    /// <summary>Whether a name in a folder is one that this format gives.</summary>
    public static bool IsWellFormed(string folder, string name) =>
        TryGetHash(name) is { } hash && name == (folder == Packs ? ForPack(hash) : For(folder, hash));
}
