namespace Rekkord.Engine.Storage;

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
