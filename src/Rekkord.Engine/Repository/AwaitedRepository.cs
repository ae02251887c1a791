using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Repository;

/// <summary>
/// The repository of a long command, mostly one with hooks. It is looked at before the first of them, because what cannot be done must not stop a service
/// first, and released again: a hook may mount, check or unmount its disk. It is opened when they have run, and closed before the post
/// hooks.
/// </summary>
public sealed class AwaitedRepository : IDisposable
{
    private readonly string _location;
    private readonly KeyMaterial _keys;
    private RepositoryAccess? _examined;

    /// <summary>Names the repository.</summary>
    /// <param name="location">A path, or a <c>file:</c> URL.</param>
    /// <param name="keys">Its keys; belong to this object afterwards.</param>
    public AwaitedRepository(string location, KeyMaterial keys)
    {
        _location = location;
        _keys = keys;
    }

    /// <summary>Where it is: a path or URL without credentials.</summary>
    public string Location => ObjectStore.LocationOf(_location);

    /// <summary>How its store is used.</summary>
    public StoreOptions Options { get; init; } = new();

    /// <summary>Whether it lies in a directory, which is used without a limit.</summary>
    public bool IsPlainDirectory => Options.UploadLimit is null && IsLocal;

    /// <summary>Whether it lies in a directory.</summary>
    internal bool IsLocal => OpenStore is null && ObjectStore.IsLocal(_location);

    /// <summary>Opens its store; null for the one at the location. Tests put another one there, for a store on another machine.</summary>
    internal Func<Storage.IObjectStore>? OpenStore { get; init; }

    /// <summary>Whether the last look found it.</summary>
    public bool IsThere { get; private set; }

    /// <summary>The location as it was given.</summary>
    internal string GivenLocation => _location;

    /// <summary>Its keys.</summary>
    internal KeyMaterial Keys => _keys;

    /// <summary>Looks at it before hooks run.</summary>
    /// <param name="mayBeMissing">Whether there are hooks that may mount it, or tell that it is missing.</param>
    /// <param name="require">Checks what the command needs of it.</param>
    /// <param name="cancellation">Ends the look.</param>
    /// <returns>Whether it is there; false when a hook has to mount it.</returns>
    /// <exception cref="RekkordException">It cannot be used, or is not there and will not appear.</exception>
    public bool Examine(bool mayBeMissing, Action<RepositoryAccess> require, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(require);
        try
        {
            _examined = Open(cancellation);
            require(_examined);

            // Without hooks, what was opened on another machine is used: to connect once more takes long.
            if (mayBeMissing || ObjectStore.IsLocal(_location))
                Release();
            return IsThere = true;
        }
        catch (RekkordException error) when (mayBeMissing && error.ErrorId is ("RepositoryNotFound" or "NotARepository"))
        {
            return IsThere = false;
        }
    }

    /// <summary>Opens it; to be disposed before this object.</summary>
    /// <exception cref="RekkordException">It is not there, is another one than the keys are for (<c>KeyFileMismatch</c>), or cannot be used.</exception>
    public RepositoryAccess Open(CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _examined, null) is { } examined)
            return examined;
        var repository = OpenStore is null
            ? RepositoryAccess.Open(_location, _keys, ownsKeys: false, Options, cancellation)
            : RepositoryAccess.Open(OpenStore(), _keys, ownsKeys: false, remote: null, cancellation);
        repository.RememberTags();
        return repository;
    }

    /// <summary>Wipes the keys.</summary>
    public void Dispose()
    {
        Release();
        _keys.Dispose();
    }

    private void Release() => Interlocked.Exchange(ref _examined, null)?.Dispose();
}
