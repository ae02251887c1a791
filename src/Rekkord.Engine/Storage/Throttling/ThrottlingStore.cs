using System.Buffers;

namespace Rekkord.Engine.Storage.Throttling;

/// <summary>Stores objects no faster than a limit says, however many are under way. Reading is not limited.</summary>
/// <param name="store">The store behind; is closed with this one.</param>
/// <param name="limit">The limit, which other stores may share.</param>
public sealed class ThrottlingStore(IObjectStore store, UploadLimit limit) : ObjectStoreDecorator(store)
{
    /// <inheritdoc/>
    public override async ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
    {
        if (!Capabilities.StreamsWrites)
            return await Inner.PutAsync(name, new ThrottledContent(content, limit), mode, cancellation).ConfigureAwait(false);

        // Such a store takes the bytes at once: it is the caller who waits.
        await limit.TakeAsync(content.Length, cancellation).ConfigureAwait(false);
        return await Inner.PutAsync(name, content, mode, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<ObjectWriter> CreateAsync(CancellationToken cancellation)
    {
        var writer = await base.CreateAsync(cancellation).ConfigureAwait(false);
        return Capabilities.StreamsWrites ? new ThrottledWriter(writer, limit) : writer;
    }

    private sealed class ThrottledWriter(ObjectWriter writer, UploadLimit limit) : ObjectWriter
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
        {
            while (!data.IsEmpty)
            {
                var piece = data[..Math.Min(data.Length, limit.PieceLength)];
                await limit.TakeAsync(piece.Length, cancellation).ConfigureAwait(false);
                await writer.WriteAsync(piece, cancellation).ConfigureAwait(false);
                data = data[piece.Length..];
            }
        }

        public override ValueTask<bool> CommitAsync(string name, CancellationToken cancellation) => writer.CommitAsync(name, cancellation);

        protected override void Dispose(bool disposing) => writer.Dispose();
    }

    private sealed class ThrottledContent(ObjectContent content, UploadLimit limit) : ObjectContent
    {
        public override ReadOnlySequence<byte> Bytes => content.Bytes;

        public override Stream OpenRead(long offset, long length) => new ThrottledStream(content.OpenRead(offset, length), limit);
    }

    private sealed class ThrottledStream(Stream stream, UploadLimit limit) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => stream.CanSeek;

        public override bool CanWrite => false;

        public override long Length => stream.Length;

        public override long Position
        {
            get => stream.Position;
            set => stream.Position = value;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await stream.ReadAsync(buffer[..Math.Min(buffer.Length, limit.PieceLength)], cancellationToken).ConfigureAwait(false);
            await limit.TakeAsync(read, cancellationToken).ConfigureAwait(false);
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        // Libraries that send on a thread of their own read so.
        public override int Read(byte[] buffer, int offset, int count) => BlockingCalls.Wait(ReadAsync(buffer.AsMemory(offset, count)));

        public override long Seek(long offset, SeekOrigin origin) => stream.Seek(offset, origin);

        public override void Flush()
        {
            // Nothing is written.
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            stream.Dispose();
            base.Dispose(disposing);
        }
    }
}
