using Rekkord.Engine.Errors;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Repository;

/// <summary>Finds the kind of store that a repository's location names.</summary>
public static class ObjectStore
{
    /// <summary>Opens the store of an existing repository.</summary>
    /// <param name="location">A path, or a <c>file:</c> URL.</param>
    /// <exception cref="RekkordException">There is nothing (<c>RepositoryNotFound</c>), or this kind of store is not known (<c>RepositoryUrlUnsupported</c>).</exception>
    public static IObjectStore Open(string location) => DirectoryObjectStore.Open(ToPath(location));

    /// <summary>Opens the store for a repository to be made, creating its directory.</summary>
    /// <param name="location">A path, or a <c>file:</c> URL.</param>
    /// <exception cref="RekkordException">It cannot be made, or this kind of store is not known (<c>RepositoryUrlUnsupported</c>).</exception>
    public static IObjectStore Create(string location) => DirectoryObjectStore.CreateOrOpen(ToPath(location));

    /// <summary>How the store that a location names is known, whether or not it is there: a path or URL without credentials.</summary>
    /// <param name="location">A path, or a <c>file:</c> URL.</param>
    /// <exception cref="RekkordException">This kind of store is not known (<c>RepositoryUrlUnsupported</c>).</exception>
    public static string LocationOf(string location) => DirectoryObjectStore.FullPath(ToPath(location));

    private static string ToPath(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (!location.Contains("://", StringComparison.Ordinal))
            return location;
        var scheme = location[..location.IndexOf("://", StringComparison.Ordinal)];
        if (scheme.Equals("file", StringComparison.OrdinalIgnoreCase))
            return new Uri(location).LocalPath;

        // Only the scheme is named: the rest of a URL may hold a password.
        throw new RekkordException(
            "RepositoryUrlUnsupported",
            RekkordErrorKind.InvalidArgument,
            $"Repositories at '{scheme}://' are not supported by this version. Use a local or mounted directory.");
    }
}
