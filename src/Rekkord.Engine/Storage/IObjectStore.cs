using Rekkord.Engine.Hashing;

namespace Rekkord.Engine.Storage;

/// <summary>
/// Where a repository's objects lie: names with bytes. Nothing above knows whether it is a directory, memory or something far away. This is
/// the engine's one asynchronous edge: its workers are threads, which wait for a call in <see cref="BlockingCalls"/> and nowhere else.
/// </summary>
/// <remarks>
/// <para>What every store promises, and <c>ObjectStoreContract</c> in the tests checks:</para>
/// <list type="bullet">
/// <item>It is thread-safe. Any number of calls may be under way; it brings them down to what it can do (<see cref="StoreCapabilities.Connections"/>).</item>
/// <item>A call whose token is cancelled ends soon with an <see cref="OperationCanceledException"/>, also while it waits for an answer that
/// never comes. Once a call has ended, however it did, the store touches the caller's buffers no more.</item>
/// <item>An object is invisible until it is whole, and durable when the call that made it returns.</item>
/// <item>Errors are <see cref="StorageException"/>s. Those that may pass say so (<see cref="StorageException.IsTransient"/>): a connection that
/// broke, a server that is busy, an answer that did not come in time. A store does not repeat a request by itself, apart from what its protocol asks for
/// (a redirection): <c>Retrying/</c> does. A missing object is <c>ObjectNotFound</c>, which is never transient.</item>
/// <item>No message, name or exception holds a password, key or token.</item>
/// <item>It makes, replaces and deletes what it is told by name, and its own leftovers. It touches nothing else.</item>
/// <item>A store that needs no waiting (memory, a local directory) completes its calls before it returns.</item>
/// </list>
/// <para>Names are relative, with <c>/</c> between the parts, at most three, of ASCII letters, digits, <c>-</c> and <c>.</c>. What others have put into
/// the place may be named otherwise: a listing gives it as it is, or leaves it out if it cannot be the name of an object.</para>
/// </remarks>
public interface IObjectStore : IDisposable
{
    /// <summary>Where it is, for messages and for hooks: a path or URL without credentials.</summary>
    string Location { get; }

    /// <summary>What it can do. What a store has to try out first, such as exclusive creation, it cannot do until then.</summary>
    StoreCapabilities Capabilities { get; }

    /// <summary>How many bytes of objects were sent to another machine so far, those of repeated requests too. A store whose bytes are not counted says 0.</summary>
    long SentLength => 0;

    /// <summary>
    /// Whether <see cref="Location"/> still leads to what was opened: a disk may be unmounted meanwhile, or something else be put in its place. A
    /// store that cannot tell says yes; the caller reads the descriptor beside it.
    /// </summary>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    ValueTask<bool> IsInPlaceAsync(CancellationToken cancellation);

    /// <summary>
    /// Lists the objects whose names start with a folder's name, such as <c>packs/</c> (the empty name: all), and what stands in the place of
    /// one (<see cref="ObjectInfo.Obstacle"/>), as they come and in no particular order. Leftovers of writers are not among them. What is made or deleted
    /// meanwhile may be in it or not.
    /// </summary>
    /// <remarks>It reads ahead a bounded number of entries. A folder that does not exist is empty.</remarks>
    /// <exception cref="StorageException">The store cannot be reached, or something that is no folder stands in the place of it.</exception>
    IAsyncEnumerable<ObjectInfo> ListAsync(string folder, CancellationToken cancellation);

    /// <summary>
    /// Says that some folders will be listed now, one after another. A store that can list several in one request does so. Each folder's listing is given to the first
    /// who asks for it, and is as old as this call then; what cannot be had so is listed as if nothing had been said.
    /// </summary>
    /// <param name="folders">Folders whose names follow each other in the order of the alphabet: what lies between them is listed too.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    ValueTask ListAheadAsync(IReadOnlyCollection<string> folders, CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <summary>Looks at one object, or at what stands in its place; null when there is nothing.</summary>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation);

    /// <summary>Reads a whole object, in one request where that is possible.</summary>
    /// <param name="name">The object's name.</param>
    /// <param name="maximumLength">The most bytes to accept: a larger object is an error (<c>ObjectTooLarge</c>), before memory is taken for it.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="StorageException">There is none (<c>ObjectNotFound</c>), it is too large, or reading failed.</exception>
    ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation);

    /// <summary>
    /// Reads parts of an object, each into all of its buffer. Parts that adjoin come in one request; those that lie close together may, and what is
    /// between them is dropped.
    /// </summary>
    /// <param name="name">The object's name.</param>
    /// <param name="ranges">The parts, in ascending order and apart from each other; none is empty. An object that ends before one of them does is <c>ObjectTruncated</c>.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="StorageException">There is none (<c>ObjectNotFound</c>), it ends before, or reading failed. Some buffers may be filled then.</exception>
    ValueTask ReadAsync(string name, IReadOnlyList<ObjectRange> ranges, CancellationToken cancellation);

    /// <summary>
    /// Opens an object for reading from a place to its end. The stream is read with <see cref="Stream.ReadAsync(Memory{byte}, CancellationToken)"/>
    /// by one thread, has no other members that anybody relies on, and raises <see cref="StorageException"/> too: an object that ends before the size
    /// that the store has for it is <c>ObjectTruncated</c>, never a shorter object.
    /// </summary>
    /// <param name="name">The object's name.</param>
    /// <param name="offset">The place; at most the object's end, where there is nothing to read.</param>
    /// <param name="cancellation">Ends the call, and not the reading afterwards.</param>
    /// <exception cref="StorageException">There is none (<c>ObjectNotFound</c>), or reading failed.</exception>
    ValueTask<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellation);

    /// <summary>Stores a whole object under a name.</summary>
    /// <param name="name">The object's name.</param>
    /// <param name="content">Its bytes. They do not change until the call has ended.</param>
    /// <param name="mode">What becomes of an object that has the name.</param>
    /// <param name="cancellation">Ends the call. The object may exist then, or not, but not in part.</param>
    /// <returns>
    /// Whether this call made it. False when it existed (<see cref="PutMode.Create"/>): it is left as it is, and is durable. A store without
    /// <see cref="StoreCapabilities.ExclusiveCreate"/> looks first; of two that put at the same instant both may be told that they made it.
    /// </returns>
    /// <exception cref="StorageException">The store refused. It is not known then whether the object exists, if the error is transient.</exception>
    ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation);

    /// <summary>
    /// Starts an object whose name is known at its end, such as a pack. A store that takes an object only as a whole gives a
    /// <see cref="BufferedObjectWriter"/>.
    /// </summary>
    /// <exception cref="StorageException">The store refused.</exception>
    ValueTask<ObjectWriter> CreateAsync(CancellationToken cancellation);

    /// <summary>Deletes an object, durably. What stands in the place of one (<see cref="ObjectInfo.Obstacle"/>) stays and is an error.</summary>
    /// <remarks>Where the store keeps versions or a retention, the object is no longer found afterwards, and may be brought back.</remarks>
    /// <exception cref="StorageException">There is none (<c>ObjectNotFound</c>), or the store refused.</exception>
    ValueTask DeleteAsync(string name, CancellationToken cancellation);

    /// <summary>
    /// Lists the names of what was deleted and is still kept, such as the versions that a deletion in a bucket hides: nothing stands under them. Most stores keep
    /// nothing.
    /// </summary>
    /// <exception cref="StorageException">The store cannot be reached, or does not tell (<c>StoreAccessDenied</c>).</exception>
    IAsyncEnumerable<string> ListDeletedAsync(CancellationToken cancellation) => AsyncEnumerable.Empty<string>();

    /// <summary>Brings back an object that was deleted and is still kept, as it was last. One that is there stays as it is.</summary>
    /// <exception cref="StorageException">Nothing is kept (<c>ObjectNotFound</c>), or the store refused.</exception>
    ValueTask BringBackAsync(string name, CancellationToken cancellation) => throw StorageException.NotFound(Location, name);

    /// <summary>
    /// Gives what stands under a name another one, in one step, whatever it is and whether or not it can be read. One that has that name is
    /// replaced. False, with nothing done, when the store has no such step, as most have not: then a copy is put and the object deleted.
    /// </summary>
    /// <exception cref="StorageException">There is none (<c>ObjectNotFound</c>), or the store refused.</exception>
    ValueTask<bool> TrySetAsideAsync(string name, string newName, CancellationToken cancellation);

    /// <summary>
    /// Makes objects durable that another writer has made: it may have been killed, or be about to do so itself. Nothing may rely on them
    /// before. A store that is <see cref="StoreCapabilities.DurableOnReturn"/> has nothing to do, and need not look whether they exist.
    /// </summary>
    /// <exception cref="StorageException">There is none (<c>ObjectNotFound</c>), or the store failed.</exception>
    ValueTask MakeDurableAsync(IReadOnlyCollection<string> names, CancellationToken cancellation);

    /// <summary>
    /// Keeps an object from being deleted or replaced by anybody until a point in time; a later one that it has already stays. An object that this store puts has from
    /// the start what retention the store was opened with.
    /// </summary>
    /// <exception cref="StorageException">The store cannot (<c>RetentionUnsupported</c>, where <see cref="StoreCapabilities.Retention"/> is false), there is none (<c>ObjectNotFound</c>), or it refused.</exception>
    ValueTask RetainAsync(string name, DateTimeOffset until, CancellationToken cancellation);

    /// <summary>Removes what writers that never finished left behind before a point in time. What cannot be removed stays, without an error.</summary>
    /// <returns>How many were removed.</returns>
    /// <exception cref="StorageException">The store cannot be reached.</exception>
    ValueTask<int> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellation);
}

/// <summary>What becomes of an object that has the name already.</summary>
public enum PutMode
{
    /// <summary>It stays as it is.</summary>
    Create,

    /// <summary>It is replaced, in one step: whoever reads the name finds the one or the other.</summary>
    Replace,
}

/// <summary>A part of an object that is to be read.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Buffer">What it is read into; its length is the part's.</param>
public readonly record struct ObjectRange(long Offset, Memory<byte> Buffer)
{
    /// <summary>Where it ends.</summary>
    public long End => Offset + Buffer.Length;
}

/// <summary>What a store can do.</summary>
public sealed record StoreCapabilities
{
    /// <summary>How many requests at once are worth it. A caller that has more to do may send more; they wait in the store.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>Whether it is on another machine: each request takes as long as many reads of a disk, and several at once hardly longer than one.</summary>
    public bool IsDistant { get; init; }

    /// <summary>Whether of several that create one name at the same instant one is told that it did, and that one's bytes are there.</summary>
    public bool ExclusiveCreate { get; init; }

    /// <summary>Whether objects can be kept from deletion until a point in time. Tried out, not believed: there are servers that accept the request and keep nothing.</summary>
    public bool Retention { get; init; }

    /// <summary>Whether the times of objects are those of a server's clock, which this machine's may differ from.</summary>
    public bool ServerClock { get; init; }

    /// <summary>Whether an object that can be found is durable, whoever has made it.</summary>
    public bool DurableOnReturn { get; init; }

    /// <summary>
    /// Whether an object under way goes to the store as it grows. If not, it is collected in memory and sent as a whole
    /// (<see cref="BufferedObjectWriter"/>).
    /// </summary>
    public bool StreamsWrites { get; init; }
}

/// <summary>One stored object.</summary>
/// <param name="Name">Its name in the repository, with <c>/</c> between the parts.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="ModifiedTime">When it was written, by the store's clock.</param>
public sealed record ObjectInfo(string Name, long Size, DateTimeOffset ModifiedTime)
{
    /// <summary>What stands under the name in the place of an object, such as <c>it is a fifo</c>, and is never opened; null for an object.</summary>
    public string? Obstacle { get; init; }

    /// <summary>
    /// What tells an object apart from a copy of it elsewhere, and from one that was put in its place since: these have the same bytes, or
    /// should. Null when the store cannot tell, and in a listing where it would cost more than the listing.
    /// </summary>
    public Hash128? Identity { get; init; }
}

/// <summary>The names that a store itself has to know.</summary>
internal static class StoreNames
{
    /// <summary>The object that every repository has; a new file gets its permissions.</summary>
    public const string Descriptor = "rekkord";

    /// <summary>Where an object is until it is whole. A listing leaves it out.</summary>
    public const string TemporaryFolder = "tmp";
}
