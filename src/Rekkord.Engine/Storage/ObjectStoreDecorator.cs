namespace Rekkord.Engine.Storage;

/// <summary>A store that does some things in another way than the one behind it, and passes on the rest.</summary>
/// <param name="store">The store behind.</param>
/// <param name="ownsStore">Whether it is closed with this one.</param>
public abstract class ObjectStoreDecorator(IObjectStore store, bool ownsStore = true) : IObjectStore
{
    /// <inheritdoc/>
    public virtual string Location => Inner.Location;

    /// <inheritdoc/>
    public virtual StoreCapabilities Capabilities => Inner.Capabilities;

    /// <inheritdoc/>
    public virtual long SentLength => Inner.SentLength;

    /// <summary>The store behind.</summary>
    protected IObjectStore Inner { get; } = store;

    /// <inheritdoc/>
    public virtual ValueTask<bool> IsInPlaceAsync(CancellationToken cancellation) => Inner.IsInPlaceAsync(cancellation);

    /// <inheritdoc/>
    public virtual IAsyncEnumerable<ObjectInfo> ListAsync(string folder, CancellationToken cancellation) => Inner.ListAsync(folder, cancellation);

    /// <inheritdoc/>
    public virtual ValueTask ListAheadAsync(IReadOnlyCollection<string> folders, CancellationToken cancellation) => Inner.ListAheadAsync(folders, cancellation);

    /// <inheritdoc/>
    public virtual ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation) => Inner.FindAsync(name, cancellation);

    /// <inheritdoc/>
    public virtual ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation) => Inner.ReadAsync(name, maximumLength, cancellation);

    /// <inheritdoc/>
    public virtual ValueTask ReadAsync(string name, IReadOnlyList<ObjectRange> ranges, CancellationToken cancellation) => Inner.ReadAsync(name, ranges, cancellation);

    /// <inheritdoc/>
    public virtual ValueTask<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellation) => Inner.OpenReadAsync(name, offset, cancellation);

    /// <inheritdoc/>
    public virtual ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation) =>
        Inner.PutAsync(name, content, mode, cancellation);

    /// <summary>Starts an object. One that is collected in memory is put through <see cref="PutAsync"/> of this store.</summary>
    /// <inheritdoc/>
    public virtual ValueTask<ObjectWriter> CreateAsync(CancellationToken cancellation) =>
        Capabilities.StreamsWrites ? Inner.CreateAsync(cancellation) : ValueTask.FromResult<ObjectWriter>(new BufferedObjectWriter(this));

    /// <inheritdoc/>
    public virtual ValueTask DeleteAsync(string name, CancellationToken cancellation) => Inner.DeleteAsync(name, cancellation);

    /// <inheritdoc/>
    public virtual IAsyncEnumerable<string> ListDeletedAsync(CancellationToken cancellation) => Inner.ListDeletedAsync(cancellation);

    /// <inheritdoc/>
    public virtual ValueTask BringBackAsync(string name, CancellationToken cancellation) => Inner.BringBackAsync(name, cancellation);

    /// <inheritdoc/>
    public virtual ValueTask<bool> TrySetAsideAsync(string name, string newName, CancellationToken cancellation) =>
        Inner.TrySetAsideAsync(name, newName, cancellation);

    /// <inheritdoc/>
    public virtual ValueTask MakeDurableAsync(IReadOnlyCollection<string> names, CancellationToken cancellation) => Inner.MakeDurableAsync(names, cancellation);

    /// <inheritdoc/>
    public virtual ValueTask RetainAsync(string name, DateTimeOffset until, CancellationToken cancellation) => Inner.RetainAsync(name, until, cancellation);

    /// <inheritdoc/>
    public virtual ValueTask<int> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellation) => Inner.RemoveLeftoversAsync(before, cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the store behind, if it belongs to this one.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (ownsStore)
            Inner.Dispose();
    }
}
