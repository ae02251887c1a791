using Rekkord.Engine.Errors;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Local;
using Rekkord.Engine.Storage.Retrying;

namespace Rekkord.Engine.Repository;

/// <summary>Finds the kind of store that a repository's location names.</summary>
public static class ObjectStore
{
    // The first that takes a location opens it. A new kind of store is a line here.
    private static readonly StoreProvider[] Providers =
    [
        new(HasScheme("file"), location => DirectoryObjectStore.FullPath(new Uri(location).LocalPath), OpenDirectory, CreateDirectory),
        new(static location => !location.Contains("://", StringComparison.Ordinal), DirectoryObjectStore.FullPath, OpenDirectory, CreateDirectory),
    ];

    /// <summary>Opens the store of an existing repository.</summary>
    /// <param name="location">A path, or a <c>file:</c> URL.</param>
    /// <param name="options">How it is used; null for the usual.</param>
    /// <param name="cancellation">Ends the opening.</param>
    /// <exception cref="RekkordException">There is nothing (<c>RepositoryNotFound</c>), or this kind of store is not known (<c>RepositoryUrlUnsupported</c>).</exception>
    public static IObjectStore Open(string location, StoreOptions? options = null, CancellationToken cancellation = default) =>
        OpenWith(location, options, static provider => provider.Open, cancellation);

    /// <summary>Opens the store for a repository to be made, creating its directory.</summary>
    /// <param name="location">A path, or a <c>file:</c> URL.</param>
    /// <param name="options">How it is used; null for the usual.</param>
    /// <param name="cancellation">Ends the opening.</param>
    /// <exception cref="RekkordException">It cannot be made, or this kind of store is not known (<c>RepositoryUrlUnsupported</c>).</exception>
    public static IObjectStore Create(string location, StoreOptions? options = null, CancellationToken cancellation = default) =>
        OpenWith(location, options, static provider => provider.Create, cancellation);

    /// <summary>How the store that a location names is known, whether or not it is there: a path or URL without credentials.</summary>
    /// <param name="location">A path, or a <c>file:</c> URL.</param>
    /// <exception cref="RekkordException">This kind of store is not known (<c>RepositoryUrlUnsupported</c>).</exception>
    public static string LocationOf(string location) => Find(location).LocationOf(location);

    private static IObjectStore OpenWith(string location, StoreOptions? options, Func<StoreProvider, StoreOpener> choose, CancellationToken cancellation)
    {
        var used = options ?? new StoreOptions();
        var store = BlockingCalls.Wait(choose(Find(location))(location, used, cancellation));

        // What fails on this machine fails again at once.
        return store is DirectoryObjectStore ? store : new RetryingStore(store, used.Retries, used.Note);
    }

    private static StoreProvider Find(string location)
    {
        ArgumentNullException.ThrowIfNull(location);

        // Only the scheme is named: the rest of a URL may hold a password.
        return Array.Find(Providers, provider => provider.Takes(location)) ?? throw new RekkordException(
            "RepositoryUrlUnsupported",
            RekkordErrorKind.InvalidArgument,
            $"Repositories at '{location[..location.IndexOf("://", StringComparison.Ordinal)]}://' are not supported by this version. Use a local or mounted directory.");
    }

    private static Predicate<string> HasScheme(string scheme) => location => location.StartsWith($"{scheme}://", StringComparison.OrdinalIgnoreCase);

    private static ValueTask<IObjectStore> OpenDirectory(string location, StoreOptions options, CancellationToken cancellation) =>
        ValueTask.FromResult<IObjectStore>(DirectoryObjectStore.Open(LocationOf(location)));

    private static ValueTask<IObjectStore> CreateDirectory(string location, StoreOptions options, CancellationToken cancellation) =>
        ValueTask.FromResult<IObjectStore>(DirectoryObjectStore.CreateOrOpen(LocationOf(location)));

    /// <summary>One kind of store.</summary>
    /// <param name="Takes">Whether a location is one of its.</param>
    /// <param name="LocationOf">How it is known, without credentials.</param>
    /// <param name="Open">Opens what exists.</param>
    /// <param name="Create">Opens it for a repository to be made, and makes what that needs.</param>
    private sealed record StoreProvider(Predicate<string> Takes, Func<string, string> LocationOf, StoreOpener Open, StoreOpener Create);

    private delegate ValueTask<IObjectStore> StoreOpener(string location, StoreOptions options, CancellationToken cancellation);
}

/// <summary>How a store is used.</summary>
public sealed record StoreOptions
{
    /// <summary>Told, from any thread, of what may interest those who ask for details: a request that failed and is made again.</summary>
    public Action<string> Note { get; init; } = static _ => { };

    /// <summary>When a request to a store that is not on this machine is made again.</summary>
    public RetryPolicy Retries { get; init; } = new();
}
