namespace Rekkord.Engine.Storage.S3;

/// <summary>
/// What is sent. The SDK reads it twice: at once, to sign it, and then for the line. Only the second time an upload limit acts.
/// </summary>
internal sealed class UploadStream(ObjectContent content, StallGuard guard) : Stream
{
    private readonly Stream _signed = ObjectContent.From(content.Bytes).OpenRead();
    private readonly Stream _sent = content.OpenRead();

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => content.Length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count)
    {
        _signed.Position = Position;
        var read = _signed.Read(buffer, offset, count);
        Position += read;
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        guard.Pause();
        if (_sent.Position != Position)
            _sent.Position = Position;
        var read = await _sent.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Position += read;
        guard.Resume();
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
        // Nothing is written.
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _signed.Dispose();
        _sent.Dispose();
        base.Dispose(disposing);
    }
}
