using System.IO.Hashing;

namespace Rekkord.Engine.Caching;

/// <summary>Where the local, disposable files of a repository lie: <c>$XDG_CACHE_HOME/rekkord</c>, <c>~/.cache/rekkord</c>, or <c>%LOCALAPPDATA%\rekkord</c>.</summary>
internal static class CacheLocation
{
    /// <summary>The directory for one repository.</summary>
    /// <param name="repositoryId">Its ID in hex.</param>
    /// <param name="directory">A directory to use instead of the user's; null for the user's.</param>
    public static string ForRepository(string repositoryId, string? directory) => Path.Combine(directory ?? Default, repositoryId);

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

    private static string Default
    {
        get
        {
            if (OperatingSystem.IsWindows())
                return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "rekkord");
            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            return Path.IsPathFullyQualified(cache ?? "")
                ? Path.Combine(cache!, "rekkord")
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "rekkord");
        }
    }
}
