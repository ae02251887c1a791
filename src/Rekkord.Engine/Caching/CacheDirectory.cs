using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Caching;

/// <summary>The directory of a repository's local files: only its user looks into it, and what killed writers left there goes away.</summary>
internal static class CacheDirectory
{
    // No writer takes so long.
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);

    /// <summary>Makes a directory that only the current user can look into: caches have the names of files.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made.</exception>
    public static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Removes what writers that were killed left beside a cache, a day ago or earlier; what cannot be removed stays.</summary>
    /// <param name="path">The cache.</param>
    /// <param name="now">What a day ago is counted from.</param>
    public static void RemoveLeftovers(string path, DateTimeOffset now) =>
        AbandonedFile.RemoveAll(Path.GetDirectoryName(path)!, "*.cache.*.tmp", now - LeftoverAge);
}
