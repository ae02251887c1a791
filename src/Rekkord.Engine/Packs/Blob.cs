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
