using System.Security.Cryptography;
using System.Text;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>What is on a disk after a power cut.</summary>
/// <param name="Files">The files by their paths.</param>
/// <param name="Promised">The marks that had been set by then.</param>
/// <param name="Description">Which state it is, for a failing test's message.</param>
internal sealed record DiskState(IReadOnlyDictionary<string, byte[]> Files, IReadOnlyList<string> Promised, string Description)
{
    /// <summary>Equal for states that a reader of the repository cannot tell apart; the names of leftovers mean nothing to it.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var mark in Promised)
            hash.AppendData(Encoding.UTF8.GetBytes($"{mark}\n"));
        foreach (var line in Files.Select(file => $"{NameOf(file.Key)} {Convert.ToHexStringLower(SHA256.HashData(file.Value))}\n").Order(StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes(line));

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Makes a directory hold exactly these files.</summary>
    public void Write(string root)
    {
        if (Directory.Exists(root))
            Directory.Delete(root, recursive: true);
        Directory.CreateDirectory(root);
        foreach (var (path, bytes) in Files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }
    }

    /// <summary>Makes a directory hold exactly these files, and uses it; a failure names the state.</summary>
    public void Use(string root, Action<DiskState> use)
    {
        try
        {
            Write(root);
            use(this);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{Description}: {error.Message}", error);
        }
    }

    private static string NameOf(string path) => Path.GetFileName(Path.GetDirectoryName(path)) == "tmp" ? "leftover" : path;
}
