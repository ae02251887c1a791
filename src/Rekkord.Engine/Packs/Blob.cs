using System.Buffers;

namespace Rekkord.Engine.Packs;

/// <summary>A blob that was read and checked against its ID. Its bytes are valid until it is disposed.</summary>
internal sealed class Blob : IDisposable
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private SegmentBuffer? _segment;

    /// <summary>Wraps a part of a segment; takes over one of its uses.</summary>
    public Blob(SegmentBuffer segment, ReadOnlyMemory<byte> bytes)
    {
        _segment = segment;
        _bytes = bytes;
    }

    /// <exception cref="ObjectDisposedException">The blob was disposed: its memory may be another's by now.</exception>
    public ReadOnlyMemory<byte> Bytes => _segment is null ? throw new ObjectDisposedException(nameof(Blob)) : _bytes;

    public void Dispose() => Interlocked.Exchange(ref _segment, null)?.RemoveUser();
}

/// <summary>The content of a segment in a pooled buffer, shared by all who read blobs in it; goes back to the pool when the last of them is done.</summary>
internal sealed class SegmentBuffer
{
    private readonly int _length;
    private byte[]? _bytes;
    private int _users = 1;

    /// <summary>Takes a buffer, with the caller as its first user.</summary>
    public SegmentBuffer(int length)
    {
        _length = length;
        _bytes = ArrayPool<byte>.Shared.Rent(length);
    }

    /// <exception cref="ObjectDisposedException">The last user is gone.</exception>
    public Memory<byte> Bytes => new(_bytes ?? throw new ObjectDisposedException(nameof(SegmentBuffer)), 0, _length);

    public void AddUser() => Interlocked.Increment(ref _users);

    public void RemoveUser()
    {
        if (Interlocked.Decrement(ref _users) == 0 && Interlocked.Exchange(ref _bytes, null) is { } bytes)
            ArrayPool<byte>.Shared.Return(bytes);
    }
}
