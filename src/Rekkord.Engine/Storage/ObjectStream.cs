namespace Rekkord.Engine.Storage;

/// <summary>
/// An object that is read from a place to its end, as <see cref="IObjectStore.OpenReadAsync"/> gives it: by one thread, and by
/// <see cref="ReadAsync(Memory{byte}, CancellationToken)"/>. It cannot be sought or written, and tells neither length nor position.
/// </summary>
public abstract class ObjectStream : Stream
{
    /// <inheritdoc/>
    public sealed override bool CanRead => true;

    /// <inheritdoc/>
    public sealed override bool CanSeek => false;

    /// <inheritdoc/>
    public sealed override bool CanWrite => false;

    /// <inheritdoc/>
    public sealed override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public sealed override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public sealed override int Read(byte[] buffer, int offset, int count) => BlockingCalls.Wait(ReadAsync(buffer.AsMemory(offset, count)));

    /// <inheritdoc/>
    public sealed override void Flush()
    {
        // Nothing is written.
    }

    /// <inheritdoc/>
    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public sealed override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public sealed override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
