using Rekkord.Engine.Chunking;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Caching;

namespace Rekkord.Engine.Repository;

/// <summary>An open repository: its store, the keys in use, and what its descriptor says. Thread-safe.</summary>
public sealed class RepositoryAccess : IDisposable
{
    private readonly Lazy<BlobHasher> _hasher;
    private readonly Lazy<FastCdc> _chunker;

    private readonly byte[] _descriptorBytes;
    private readonly bool _ownsKeys;

    private RepositoryAccess(IObjectStore store, KeyMaterial keys, Descriptor descriptor, byte[] descriptorBytes, bool ownsKeys = true)
    {
        Store = store;
        Keys = keys;
        Descriptor = descriptor;
        _descriptorBytes = descriptorBytes;
        _ownsKeys = ownsKeys;
        _hasher = new Lazy<BlobHasher>(() => new BlobHasher(keys.IdKey));
        _chunker = new Lazy<FastCdc>(() =>
            SecretBytes.Use(KeyDerivation.Derive(keys.IdKey, "rekkord gear v1", FastCdc.GearLength), gear => new FastCdc(gear, descriptor.ChunkSizes)));
    }

    /// <summary>Where it is: a path or URL without credentials.</summary>
    public string Location => Store.Location;

    /// <summary>Its ID, as 32 hex digits.</summary>
    public string Id => Convert.ToHexStringLower(Descriptor.RepositoryId);

    /// <summary>The version of its format.</summary>
    public int FormatVersion { get; } = Descriptor.CurrentVersion;

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedTime => DateTimeOffset.FromUnixTimeSeconds(Descriptor.CreatedSeconds);

    /// <summary>The role of the keyfile in use.</summary>
    public KeyRole Role => Keys.Role;

    /// <summary>Whether listings keep, on this machine, what tags say.</summary>
    internal bool RemembersTags { get; private set; }

    /// <summary>How long what it has is kept from being deleted; null for not at all.</summary>
    internal TimeSpan? RetainDuration { get; set; }

    /// <summary>The directory of caches; null for the user's own.</summary>
    internal string? CacheDirectory { get; private set; }

    /// <summary>The descriptor as it was read.</summary>
    internal byte[] DescriptorBytes => _descriptorBytes;

    internal IObjectStore Store { get; }

    internal KeyMaterial Keys { get; }

    internal Descriptor Descriptor { get; }

    internal BlobHasher Hasher => _hasher.Value;

    internal FastCdc Chunker => _chunker.Value;

    /// <summary>Makes a repository in a store that has none.</summary>
    /// <param name="store">Where; belongs to the repository afterwards.</param>
    /// <param name="master">A new master key; belongs to the repository afterwards.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="RekkordException">There is one already (<c>RepositoryExists</c>).</exception>
    public static RepositoryAccess Initialize(IObjectStore store, KeyMaterial master, CancellationToken cancellation = default) =>
        Initialize(store, master, ChunkSizes.Default, cancellation: cancellation);

    /// <summary>Opens a repository.</summary>
    /// <param name="store">Where it is; belongs to the repository afterwards.</param>
    /// <param name="keys">Keys of any role; belong to the repository afterwards.</param>
    /// <param name="cancellation">Ends the opening.</param>
    /// <exception cref="RekkordException">
    /// <c>NotARepository</c>, <c>RepositoryVersionUnknown</c>, <c>KeyFileMismatch</c>, <c>ObjectDamaged</c>, or the store failed.
    /// </exception>
    public static RepositoryAccess Open(IObjectStore store, KeyMaterial keys, CancellationToken cancellation = default) =>
        Open(store, keys, ownsKeys: true, remote: null, cancellation);

    /// <summary>Opens the repository at a location.</summary>
    /// <param name="location">A path, or a <c>file:</c> URL.</param>
    /// <param name="keys">Keys of any role.</param>
    /// <param name="ownsKeys">Whether they belong to the repository afterwards.</param>
    /// <param name="options">How the store is used; null for the usual.</param>
    /// <param name="cancellation">Ends the opening.</param>
    /// <exception cref="RekkordException">As of the other forms, and what <see cref="ObjectStore.Open"/> raises.</exception>
    public static RepositoryAccess Open(string location, KeyMaterial keys, bool ownsKeys = true, StoreOptions? options = null, CancellationToken cancellation = default)
    {
        var store = ObjectStore.Open(location, options, cancellation);
        try
        {
            var repository = Open(store, keys, ownsKeys, ObjectStore.IsLocal(location) ? null : options, cancellation);
            repository.RetainDuration = ObjectStore.MayRetain(location) ? options?.RetainDuration : null;
            return repository;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Opens a repository.</summary>
    /// <param name="store">Where it is; belongs to the repository afterwards.</param>
    /// <param name="keys">Its keys.</param>
    /// <param name="ownsKeys">Whether they belong to the repository afterwards.</param>
    /// <param name="remote">How a store on another machine is used; null for a directory.</param>
    /// <param name="cancellation">Ends the opening.</param>
    internal static RepositoryAccess Open(IObjectStore store, KeyMaterial keys, bool ownsKeys, StoreOptions? remote, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(keys);
        byte[] bytes;
        try
        {
            bytes = store.Read(ObjectName.Descriptor, FormatLimits.Descriptor, cancellation);
        }
        catch (StorageException error) when (error.ErrorId is "ObjectNotFound" or StorageException.TooLargeId)
        {
            throw Descriptor.NotARepository(store.Location);
        }

        var descriptor = Descriptor.Decode(bytes, keys, store.Location);
        if (remote is { CacheDirectory: not null })
            store = KeepCopies(store, descriptor, remote, cancellation);
        return new RepositoryAccess(store, keys, descriptor, bytes, ownsKeys);
    }

    /// <summary>Uses a repository that was opened elsewhere.</summary>
    /// <param name="store">Where it is; belongs to the repository afterwards.</param>
    /// <param name="keys">Its keys, which stay with whoever gives them.</param>
    /// <param name="descriptor">Its descriptor, as it was read there.</param>
    /// <param name="retainDuration">How long what it gets is kept from being deleted; null for not at all.</param>
    internal static RepositoryAccess Use(IObjectStore store, KeyMaterial keys, byte[] descriptor, TimeSpan? retainDuration) =>
        new(store, keys, Descriptor.Decode(descriptor, keys, store.Location), descriptor, ownsKeys: false) { RetainDuration = retainDuration };

    private static IObjectStore KeepCopies(IObjectStore store, Descriptor descriptor, StoreOptions options, CancellationToken cancellation)
    {
        var directory = CacheLocation.ForCopies(Convert.ToHexStringLower(descriptor.RepositoryId), options.CacheDirectory);
        return CachingStore.Open(store, directory, [ObjectName.Indexes, ObjectName.Snapshots, ObjectName.Catalogue, ObjectName.Removals], options.CacheSize, options.Note, cancellation);
    }

    /// <summary>Makes a repository in a store that has none.</summary>
    /// <param name="store">Where; belongs to the repository afterwards.</param>
    /// <param name="master">A new master key; belongs to the repository afterwards.</param>
    /// <param name="chunkSizes">The sizes of its chunks.</param>
    /// <param name="committing">Is told before the descriptor is given to the store for good: what fails earlier leaves no repository.</param>
    /// <param name="cancellation">Ends the call.</param>
    internal static RepositoryAccess Initialize(
        IObjectStore store, KeyMaterial master, ChunkSizes chunkSizes, Action? committing = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(master);
        var descriptor = Descriptor.Create(master, chunkSizes);
        var bytes = descriptor.Encode(master);
        using var writer = store.Create(cancellation);
        writer.Write(bytes, cancellation);
        committing?.Invoke();
        return writer.Commit(ObjectName.Descriptor, cancellation)
            ? new RepositoryAccess(store, master, descriptor, bytes)
            : throw AlreadyExists(store.Location);
    }

    /// <summary>
    /// Has listings of snapshots remember, sealed, on this machine what they opened, so that the next one need not open it again. To be
    /// called before the first listing.
    /// </summary>
    /// <param name="cacheDirectory">Where local files lie; null for the user's cache directory.</param>
    public void RememberTags(string? cacheDirectory = null) => (RemembersTags, CacheDirectory) = (true, cacheDirectory);

    /// <summary>Lists the objects of a folder. Files of strangers (what a desktop or a synchronisation leaves there) are not among them.</summary>
    /// <param name="folder">One of <see cref="ObjectName"/>'s.</param>
    /// <param name="cancellation">Ends the listing.</param>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    internal IEnumerable<ObjectInfo> List(string folder, CancellationToken cancellation) => Store.List(folder, cancellation).Where(found => ObjectName.IsWellFormed(folder, found.Name));

    /// <summary>
    /// Checks that the repository's path still leads to what was opened: before anything is reported as done. A disk that was unmounted
    /// meanwhile, or another one in its place, does not hold what the report says.
    /// </summary>
    /// <exception cref="RekkordException">It does not (<c>RepositoryReplaced</c>), or the store failed.</exception>
    /// <returns>Whether the descriptor was read right at once. False when it was read wrong, and right the second time.</returns>
    public bool RequireInPlace(CancellationToken cancellation)
    {
        // Once more, because one misread must not make a failure of what is done; and the place last, because it may change until then.
        var readRight = HasDescriptor(cancellation);
        if ((readRight || HasDescriptor(cancellation)) && Store.IsInPlace(cancellation))
            return readRight;
        throw new RekkordException(
            "RepositoryReplaced",
            RekkordErrorKind.InvalidOperation,
            $"'{Location}' is no longer the directory that was opened as the repository, or its '{ObjectName.Descriptor}' is missing or different. A disk was unmounted or replaced while the command ran. Nothing was written to what is there now. Bring the repository back and run the command again.",
            Location);
    }

    private bool HasDescriptor(CancellationToken cancellation)
    {
        try
        {
            return Store.Read(ObjectName.Descriptor, FormatLimits.Descriptor, cancellation).AsSpan().SequenceEqual(_descriptorBytes);
        }
        catch (StorageException error) when (error.Kind is RekkordErrorKind.NotFound or RekkordErrorKind.InvalidData)
        {
            return false;
        }
    }

    /// <summary>Checks early that the key in use can make snapshots, and that they will count.</summary>
    /// <exception cref="RekkordException">It cannot (<c>KeyRoleInsufficient</c>), or was revoked (<c>KeyRevoked</c>).</exception>
    public void RequireWriting(CancellationToken cancellation)
    {
        _ = Keys.SigningPrivateKey;
        ThrowIfRevoked("nothing was written", cancellation);
    }

    /// <summary>
    /// Tries whether the store takes something, and leaves nothing that was not there: the descriptor is stored once more under its own name, which is taken. A
    /// bucket may get the object that its first save makes too.
    /// </summary>
    /// <exception cref="StorageException">It takes nothing.</exception>
    public void TryWriting(CancellationToken cancellation) => Store.Put(ObjectName.Descriptor, _descriptorBytes, cancellation);

    /// <summary>Checks early that what the key in use signs of removed snapshots will count.</summary>
    /// <exception cref="RekkordException">It will not (<c>KeyRoleInsufficient</c>), or it was revoked (<c>KeyRevoked</c>).</exception>
    internal void RequireRemoving(CancellationToken cancellation)
    {
        _ = Keys.RemovingPrivateKey;
        ThrowIfRevoked("nothing was removed", cancellation);
    }

    /// <summary>The keys that were revoked, oldest first. A keyfile that cannot list sees neither reasons nor snapshots.</summary>
    /// <param name="tell">Told of each revocation that cannot be read.</param>
    /// <param name="cancellation">Ends the listing.</param>
    public IReadOnlyList<Revocation> ListRevocations(Action<RekkordException> tell, CancellationToken cancellation)
    {
        var list = RevocationList.Load(this, cancellation);
        list.Damaged.ForEach(tell);
        return list.Readable;
    }

    /// <summary>Whether the key in use was revoked, also when its revocation cannot be read.</summary>
    public bool IsKeyRevoked(CancellationToken cancellation)
    {
        var list = RevocationList.Load(this, cancellation);
        return Role != KeyRole.Master && !list.TrustsAll(Convert.ToHexStringLower(Keys.KeyId));
    }

    /// <summary>Looks at the revocations again, since a key may be revoked while something is written with it.</summary>
    /// <param name="consequence">What has become of that, for the message.</param>
    /// <param name="cancellation">Ends the look.</param>
    /// <exception cref="RekkordException">The key in use was revoked (<c>KeyRevoked</c>).</exception>
    internal void ThrowIfRevoked(string consequence, CancellationToken cancellation)
    {
        if (Role == KeyRole.Master || RevocationList.Find(this, Keys.KeyId, cancellation) is not { } revocation)
            return;
        throw new RekkordException(
            "KeyRevoked",
            RekkordErrorKind.Security,
            $"The keyfile in use, {revocation.KeyId}, was revoked on {revocation.Time:u}: {consequence}. Give another keyfile with -KeyFile. New-RekkordKey makes one from the master keyfile.",
            revocation.KeyId);
    }

    /// <summary>Checks early that the key in use can read content.</summary>
    /// <exception cref="RekkordException">It cannot (<c>KeyRoleInsufficient</c>).</exception>
    public void RequireReading() => _ = Keys.DataPrivateKey;

    internal static RekkordException AlreadyExists(string location) => new(
        "RepositoryExists",
        RekkordErrorKind.AlreadyExists,
        $"'{location}' is already a repository. Use it with its keyfile, or choose another place.",
        location);

    /// <summary>Closes the store and wipes the keys that belong to it.</summary>
    public void Dispose()
    {
        Store.Dispose();
        if (_hasher.IsValueCreated)
            _hasher.Value.Dispose();
        if (_ownsKeys)
            Keys.Dispose();
    }
}
