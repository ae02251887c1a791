using Rekkord.Engine.Hashing;

namespace Rekkord.Engine.Storage;

/// <summary>
/// Where a repository's objects lie: names with bytes, written once and never changed. Nothing above knows whether
/// it is a directory, memory or something far away. Thread-safe.
/// </summary>
public interface IObjectStore : IDisposable
{
    /// <summary>Where it is, for messages and for hooks: a path or URL without credentials.</summary>
    string Location { get; }

    /// <summary>Whether <see cref="Location"/> still leads to what was opened: a disk may be unmounted meanwhile, or something else be put in its place.</summary>
    bool IsInPlace();

    /// <summary>Whether an object exists, or anything stands in its place.</summary>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    bool Exists(string name);

    /// <summary>Reads a whole object.</summary>
    /// <param name="name">The object's name.</param>
    /// <param name="maximumLength">The most bytes to accept: a larger object is an error, before memory is taken for it.</param>
    /// <exception cref="StorageException">There is none (<c>ObjectNotFound</c>), it is too large, or reading failed.</exception>
    byte[] Read(string name, int maximumLength);

    /// <summary>Reads a part of an object, all of <paramref name="buffer"/>.</summary>
    /// <exception cref="StorageException">There is none (<c>ObjectNotFound</c>), it ends before, or reading failed.</exception>
    void Read(string name, long offset, Span<byte> buffer);

    /// <summary>Opens an object for reading from its start to its end.</summary>
    /// <exception cref="StorageException">There is none (<c>ObjectNotFound</c>), or reading failed.</exception>
    Stream OpenRead(string name);

    /// <summary>Starts a new object.</summary>
    /// <exception cref="StorageException">The store refused.</exception>
    ObjectWriter Create();

    /// <summary>
    /// Lists the objects whose names start with a folder's name, such as <c>packs/</c>, in name order, and what stands in the place of one
    /// (<see cref="ObjectInfo.Obstacle"/>). Leftovers of writers are not among them.
    /// </summary>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    IEnumerable<ObjectInfo> List(string folder);

    /// <summary>
    /// What tells an object apart from a copy of it elsewhere, and from one that was put in its place since: these have the same bytes, or
    /// should. Null when the store cannot tell, or has no such object.
    /// </summary>
    Hash128? Identify(string name);

    /// <summary>Gives an object another name, for example to move a damaged one to quarantine. One that exists under that name is replaced.</summary>
    /// <exception cref="StorageException">There is none (<c>ObjectNotFound</c>), or the store refused.</exception>
    void Move(string name, string newName);

    /// <summary>
    /// Makes objects durable that another writer has made: it may have been killed, or be about to do so itself. Nothing may rely on them
    /// before.
    /// </summary>
    /// <exception cref="StorageException">There is none (<c>ObjectNotFound</c>), or the store failed.</exception>
    void MakeDurable(IReadOnlyCollection<string> names);

    /// <summary>Removes what writers that never finished left behind before a point in time. What cannot be removed stays, without an error.</summary>
    /// <returns>How many were removed.</returns>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    int RemoveLeftovers(DateTimeOffset before);
}

/// <summary>The names that a store itself has to know.</summary>
internal static class StoreNames
{
    /// <summary>The object that every repository has; a new file gets its permissions.</summary>
    public const string Descriptor = "rekkord";

    /// <summary>Where an object is until it is whole. A listing leaves it out.</summary>
    public const string TemporaryFolder = "tmp";
}

/// <summary>
/// An object under way: invisible until <see cref="Commit"/>, which makes it whole and durable under its name in one step.
/// Disposing of one that was not committed leaves nothing behind.
/// </summary>
public abstract class ObjectWriter : IDisposable
{
    /// <summary>Appends bytes.</summary>
    /// <exception cref="StorageException">The store cannot take them, for example because it is full.</exception>
    public abstract void Write(ReadOnlySpan<byte> data);

    /// <summary>
    /// Makes the object durable and visible. On return it survives a power cut. An object that exists under the name is left
    /// as it is: names are made from content, so it is the same.
    /// </summary>
    /// <param name="name">The object's name.</param>
    /// <returns>Whether this call made it; false when it existed.</returns>
    /// <exception cref="StorageException">The store refused; nothing is visible then.</exception>
    public abstract bool Commit(string name);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Drops what was not committed.</summary>
    protected abstract void Dispose(bool disposing);
}

/// <summary>One stored object, as a listing gives it.</summary>
/// <param name="Name">Its name in the repository, with <c>/</c> between the parts.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="ModifiedTime">When it was written, by the store's clock.</param>
public sealed record ObjectInfo(string Name, long Size, DateTimeOffset ModifiedTime)
{
    /// <summary>What stands under the name in the place of an object, such as <c>it is a fifo</c>, and is never opened; null for an object.</summary>
    public string? Obstacle { get; init; }
}

/// <summary>What all stores can do alike.</summary>
internal static class ObjectStoreExtensions
{
    /// <summary>Writes an object whose bytes are all there.</summary>
    /// <returns>False when there is one of that name already, which stays; it is durable then too.</returns>
    /// <exception cref="StorageException">The store failed.</exception>
    public static bool Put(this IObjectStore store, string name, ReadOnlySpan<byte> bytes)
    {
        using var writer = store.Create();
        writer.Write(bytes);
        return writer.Commit(name);
    }
}
