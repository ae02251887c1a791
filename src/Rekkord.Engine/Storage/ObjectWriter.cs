using System.Buffers;

namespace Rekkord.Engine.Storage;

/// <summary>
/// An object under way: invisible until <see cref="CommitAsync"/>, which makes it whole and durable under its name in one step.
/// Disposing of one that was not committed leaves nothing behind. One thread at a time uses it.
/// </summary>
public abstract class ObjectWriter : IDisposable
{
    /// <summary>Appends bytes.</summary>
    /// <exception cref="StorageException">The store cannot take them, for example because it is full.</exception>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation);

    /// <summary>
    /// Makes the object durable and visible. On return it survives a power cut. An object that exists under the name is left
    /// as it is: names are made from content, so it is the same.
    /// </summary>
    /// <param name="name">The object's name.</param>
    /// <param name="cancellation">Ends the call. The object may exist then, or not, but not in part.</param>
    /// <returns>Whether this call made it; false when it existed, as <see cref="IObjectStore.PutAsync"/>.</returns>
    /// <exception cref="StorageException">The store refused.</exception>
    public abstract ValueTask<bool> CommitAsync(string name, CancellationToken cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Drops what was not committed.</summary>
    protected abstract void Dispose(bool disposing);
}

/// <summary>Collects an object in memory and puts it as a whole: the writer of a store that takes objects in no other way.</summary>
/// <param name="store">Where it is put.</param>
public sealed class BufferedObjectWriter(IObjectStore store) : ObjectWriter
{
    // Pieces that the pool keeps and gives again: a pack grows by a segment of about this size each time.
    private const int PieceLength = 1024 * 1024;

    private readonly List<byte[]> _pieces = [];
    private long _length;
    private bool _isDisposed;

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        while (!data.IsEmpty)
        {
            var used = (int)(_length % PieceLength);
            if (used == 0)
                _pieces.Add(ArrayPool<byte>.Shared.Rent(PieceLength));
            var part = data[..Math.Min(data.Length, PieceLength - used)];
            part.CopyTo(_pieces[^1].AsMemory(used));
            _length += part.Length;
            data = data[part.Length..];
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask<bool> CommitAsync(string name, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return store.PutAsync(name, ObjectContent.From(Collect()), PutMode.Create, cancellation);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _isDisposed = true;
        _pieces.ForEach(piece => ArrayPool<byte>.Shared.Return(piece));
        _pieces.Clear();
    }

    private IEnumerable<ReadOnlyMemory<byte>> Collect() =>
        _pieces.Select((piece, i) => new ReadOnlyMemory<byte>(piece, 0, (int)Math.Min(PieceLength, _length - ((long)i * PieceLength))));
}
