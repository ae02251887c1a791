using System.Buffers;

namespace Rekkord.Engine.Packs;

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
