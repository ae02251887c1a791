using System.Diagnostics.CodeAnalysis;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Azure;
using Rekkord.Engine.Storage.Local;
using Rekkord.Engine.Storage.Retrying;
using Rekkord.Engine.Storage.S3;
using Rekkord.Engine.Storage.Sftp;
using Rekkord.Engine.Storage.Throttling;

namespace Rekkord.Engine.Repository;

/// <summary>Finds the kind of store that a repository's location names.</summary>
public static class ObjectStore
{
    // The first that takes a location opens it. A new kind of store is a line here.
    private static readonly StoreProvider[] Providers =
    [
        .. RemoteProviders(),
        new(HasScheme("file"), location => DirectoryObjectStore.FullPath(new Uri(location).LocalPath), OpenDirectory, CreateDirectory),
        new(static location => !location.Contains("://", StringComparison.Ordinal), DirectoryObjectStore.FullPath, OpenDirectory, CreateDirectory),
    ];

    /// <summary>
    /// Whether there are stores on other machines. The native library has none of them and of the packages that they need: a repository on another machine
    /// is served by the assemblies.
    /// </summary>
    [FeatureSwitchDefinition("Rekkord.HasRemoteStores")]
    private static bool HasRemoteStores => !AppContext.TryGetSwitch("Rekkord.HasRemoteStores", out var has) || has;

    /// <summary>Opens the store of an existing repository.</summary>
    /// <param name="location">A path or a URL.</param>
    /// <param name="options">How it is used; null for the usual.</param>
    /// <param name="cancellation">Ends the opening.</param>
    /// <exception cref="RekkordException">There is nothing (<c>RepositoryNotFound</c>), or this kind of store is not known (<c>RepositoryUrlUnsupported</c>).</exception>
    public static IObjectStore Open(string location, StoreOptions? options = null, CancellationToken cancellation = default) =>
        OpenWith(location, options, static provider => provider.Open, cancellation);

    /// <summary>Opens the store for a repository to be made. A directory is made, a bucket or a container has to be there.</summary>
    /// <param name="location">A path or a URL.</param>
    /// <param name="options">How it is used; null for the usual.</param>
    /// <param name="cancellation">Ends the opening.</param>
    /// <exception cref="RekkordException">
    /// It cannot be made, this kind of store is not known (<c>RepositoryUrlUnsupported</c>), or it cannot keep objects from being deleted as the options ask it to (<c>RetentionUnsupported</c>).
    /// </exception>
    public static IObjectStore Create(string location, StoreOptions? options = null, CancellationToken cancellation = default) =>
        options?.RetainDuration is not null && !MayRetain(location)
            ? throw StorageException.RetentionUnsupported(LocationOf(location), StoreNames.Descriptor)
            : OpenWith(location, options, static provider => provider.Create, cancellation);

    /// <summary>How the store that a location names is known, whether or not it is there: a path or URL without credentials.</summary>
    /// <param name="location">A path or a URL.</param>
    /// <exception cref="RekkordException">This kind of store is not known (<c>RepositoryUrlUnsupported</c>).</exception>
    public static string LocationOf(string location) => Find(location).LocationOf(location);

    /// <summary>Whether a location is a directory of this machine, mounted or not.</summary>
    public static bool IsLocal(string location) => HasScheme("file")(location) || !Array.Exists(RemoteProviders(), provider => provider.Takes(location));

    /// <summary>Whether the kind of store that a location names can keep objects from being deleted.</summary>
    public static bool MayRetain(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        return HasRemoteStores && S3Location.IsOne(location);
    }

    private static IObjectStore OpenWith(string location, StoreOptions? options, Func<StoreProvider, StoreOpener> choose, CancellationToken cancellation)
    {
        var used = options ?? new StoreOptions();
        var store = BlockingCalls.Wait(choose(Find(location))(location, used, cancellation));

        var limit = used.UploadLimit is { } bytes ? new UploadLimit(bytes, used.Time) : null;
        if (store is DirectoryObjectStore)
            return limit is null ? store : new ThrottlingStore(store, limit);

        // What fails on this machine fails again at once, and what fails on another may pass.
        return new RetryingStore(new ThrottlingStore(store, limit), used.Retries, used.Note);
    }

    private static StoreProvider Find(string location)
    {
        ArgumentNullException.ThrowIfNull(location);

        // Only the scheme is named: the rest of a URL may hold a password.
        return Array.Find(Providers, provider => provider.Takes(location)) ?? throw new RekkordException(
            "RepositoryUrlUnsupported",
            RekkordErrorKind.InvalidArgument,
            $"Repositories at '{location[..location.IndexOf("://", StringComparison.Ordinal)]}://' are not supported by this version. Use a directory, s3://BUCKET/PREFIX, s3:https://HOST/BUCKET/PREFIX, azure://ACCOUNT/CONTAINER/PREFIX, or sftp://USER@HOST/PATH.");
    }

    private static StoreProvider[] RemoteProviders() => HasRemoteStores
        ?
        [
            new(S3Location.IsOne, location => S3Location.Parse(location).Text, OpenBucket, OpenBucket),
            new(AzureLocation.IsOne, location => AzureLocation.Parse(location).Text, OpenContainer, OpenContainer),
            new(SftpLocation.IsOne, location => SftpLocation.Parse(location).Url, OpenSftpAsync, CreateSftpAsync),
        ]
        : [];

    private static Predicate<string> HasScheme(string scheme) => location => location.StartsWith($"{scheme}://", StringComparison.OrdinalIgnoreCase);

    private static ValueTask<IObjectStore> OpenDirectory(string location, StoreOptions options, CancellationToken cancellation) =>
        ValueTask.FromResult<IObjectStore>(DirectoryObjectStore.Open(LocationOf(location)));

    private static ValueTask<IObjectStore> CreateDirectory(string location, StoreOptions options, CancellationToken cancellation) =>
        ValueTask.FromResult<IObjectStore>(DirectoryObjectStore.CreateOrOpen(LocationOf(location)));

    private static ValueTask<IObjectStore> OpenBucket(string location, StoreOptions options, CancellationToken cancellation) =>
        ValueTask.FromResult<IObjectStore>(S3ObjectStore.Open(
            S3Location.Parse(location), options.S3, options.Connections ?? S3ObjectStore.DefaultConnections, options.RetainDuration));

    private static ValueTask<IObjectStore> OpenContainer(string location, StoreOptions options, CancellationToken cancellation) =>
        ValueTask.FromResult<IObjectStore>(AzureObjectStore.Open(
            AzureLocation.Parse(location), options.Azure, options.Connections ?? AzureObjectStore.DefaultConnections));

    private static async ValueTask<IObjectStore> OpenSftpAsync(string location, StoreOptions options, CancellationToken cancellation) =>
        await SftpObjectStore.OpenAsync(SftpLocation.Parse(location), SftpOptionsOf(options), cancellation).ConfigureAwait(false);

    private static async ValueTask<IObjectStore> CreateSftpAsync(string location, StoreOptions options, CancellationToken cancellation) =>
        await SftpObjectStore.CreateOrOpenAsync(SftpLocation.Parse(location), SftpOptionsOf(options), cancellation).ConfigureAwait(false);

    private static SftpOptions SftpOptionsOf(StoreOptions options) => options.Connections is { } connections ? options.Sftp with { Connections = connections } : options.Sftp;

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

    /// <summary>How many requests a store on another machine has under way at once; null for what suits it.</summary>
    public int? Connections { get; init; }

    /// <summary>How many bytes are stored in a second at most; null for no limit.</summary>
    public long? UploadLimit { get; init; }

    /// <summary>
    /// The directory of caches in which copies of the indexes and snapshots of a store on another machine are kept; null for none, as a scan
    /// wants it, which is to see what the store has.
    /// </summary>
    public string? CacheDirectory { get; init; }

    /// <summary>How many bytes these copies may have: as many as the index of some 500 GiB, if nothing is said.</summary>
    public long CacheSize { get; init; } = 1L << 30;

    /// <summary>Measures the seconds of the limit.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How long what is stored is kept from being deleted, by a store that can; null for not at all.</summary>
    public TimeSpan? RetainDuration { get; init; }

    /// <summary>How a bucket is used.</summary>
    public S3Options S3 { get; init; } = new();

    /// <summary>How a container of Azure is reached.</summary>
    public AzureOptions Azure { get; init; } = new();

    /// <summary>How an SFTP server is reached.</summary>
    public SftpOptions Sftp { get; init; } = new();

    /// <summary>What a configuration says.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="location">The store that is to be opened: only its own secrets are looked for.</param>
    /// <param name="findSecret">Gets a secret from where the configuration says that it is.</param>
    public static StoreOptions From(RekkordConfig config, string? location, Func<SecretReference, string> findSecret)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new StoreOptions
        {
            Connections = config.Settings.Connections.Value,
            UploadLimit = config.Settings.LimitUpload.Value,
            CacheSize = config.Settings.CacheSize.Value,
            RetainDuration = config.Protection.RetainDuration.Value,
            S3 = location is not null && S3Location.IsOne(location) ? config.S3.ToOptions(findSecret) : new S3Options(),
            Azure = location is not null && AzureLocation.IsOne(location) ? config.Azure.ToOptions(findSecret) : new AzureOptions(),
            Sftp = location is not null && SftpLocation.IsOne(location) ? config.Sftp.ToOptions(findSecret) : new SftpOptions(),
        };
    }
}
