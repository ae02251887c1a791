using System.IO.Hashing;
using System.Text;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Repository;

/// <summary>Where the local, disposable files of a repository lie: <c>$XDG_CACHE_HOME/rekkord</c>, <c>~/.cache/rekkord</c>, or <c>%LOCALAPPDATA%\rekkord</c>.</summary>
public static class CacheLocation
{
    /// <summary>The directory for one repository.</summary>
    /// <param name="repositoryId">Its ID in hex.</param>
    /// <param name="directory">A directory to use instead of the user's; null for the user's.</param>
    public static string ForRepository(string repositoryId, string? directory) => Path.Combine(directory ?? Default, repositoryId);

    /// <summary>The directory of copies of a store's objects.</summary>
    /// <param name="repositoryId">The repository's ID in hex.</param>
    /// <param name="directory">A directory to use instead of the user's; null for the user's.</param>
    public static string ForCopies(string repositoryId, string? directory) => Path.Combine(ForRepository(repositoryId, directory), "copies");

    /// <summary>The cache file of opened tags.</summary>
    /// <param name="repositoryId">The repository's ID in hex.</param>
    /// <param name="directory">A directory to use instead of the user's; null for the user's.</param>
    public static string ForTags(string repositoryId, string? directory) => Path.Combine(ForRepository(repositoryId, directory), "tags.cache");

    /// <summary>The file of what scans of a repository at one place verified.</summary>
    /// <param name="repositoryId">The repository's ID in hex.</param>
    /// <param name="location">Where the repository is.</param>
    /// <param name="directory">A directory to use instead of the user's; null for the user's.</param>
    public static string ForScans(string repositoryId, string location, string? directory) =>
        ForPlace(repositoryId, location, directory, "scan");

    /// <summary>The file of how long a repository at one place is kept from deletion.</summary>
    /// <inheritdoc cref="ForScans"/>
    public static string ForRetention(string repositoryId, string location, string? directory) => ForPlace(repositoryId, location, directory, "retention");

    /// <summary>The cache file of saves of these paths.</summary>
    public static string ForPaths(string repositoryId, string? directory, IEnumerable<byte[]> paths)
    {
        var hash = new XxHash128();
        foreach (var path in paths)
        {
            hash.Append(path);
            hash.Append([0]);
        }

        return Path.Combine(ForRepository(repositoryId, directory), $"files-{Convert.ToHexStringLower(hash.GetCurrentHash())}.cache");
    }

    /// <summary>The user's directory.</summary>
    public static string Default => OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "rekkord")
        : OnUnix(
            ProcessEnvironment.Get("XDG_CACHE_HOME"),
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify));

    private static string ForPlace(string repositoryId, string location, string? directory, string name) =>
        Path.Combine(ForRepository(repositoryId, directory), $"{name}-{Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(location)))}.state");

    /// <summary>
    /// The user's directory on Unix. It is never relative, where it would depend on the working directory and land among the user's
    /// files: a home that is missing or relative counts from the root, where a cache that cannot be written is warned of.
    /// </summary>
    /// <param name="cacheHome">$XDG_CACHE_HOME; one that is not absolute does not count (XDG Base Directory Specification).</param>
    /// <param name="home">The home directory; empty when there is none.</param>
    internal static string OnUnix(string? cacheHome, string home) => Path.IsPathFullyQualified(cacheHome ?? "")
        ? Path.Combine(cacheHome!, "rekkord")
        : Path.Combine(Path.GetFullPath(Path.Combine("/", home)), ".cache", "rekkord");
}
