using Rekkord.Engine.Index;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Browsing;

/// <summary>The content of a stored file from its start to its end. A chunk of it is held at a time; holes are zeros.</summary>
internal sealed class SnapshotFileStream(TreeEntry file, BlobReader blobs) : Stream
{
    private readonly IEnumerator<Stretch> _stretches = Stretch.Divide(file, blobs).GetEnumerator();
    private Stretch _stretch;
    private long _used;
    private PlacedChunk? _held;
    private Blob? _blob;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => file.Size;

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    /// <exception cref="Errors.RekkordException">A chunk is missing or damaged, or reading failed.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (_used == _stretch.Length)
        {
            if (!_stretches.MoveNext())
                return 0;
            (_stretch, _used) = (_stretches.Current, 0);
        }

        var length = (int)Math.Min(buffer.Length, _stretch.Length - _used);
        if (_stretch.Chunk is { } chunk)
            Hold(chunk).Bytes.Span.Slice((int)(_stretch.Start + _used), length).CopyTo(buffer);
        else
            buffer[..length].Clear();
        _used += length;
        return length;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _blob?.Dispose();
        _blob = null;
        _stretches.Dispose();
        base.Dispose(disposing);
    }

    private Blob Hold(PlacedChunk chunk)
    {
        if (_blob is not null && _held?.Oid == chunk.Oid)
            return _blob;
        _blob?.Dispose();
        _blob = null;
        _blob = chunk.Read(blobs);
        _held = chunk;
        return _blob;
    }
}
