using System.Buffers;

namespace Rekkord.Engine.Storage.Throttling;

/// <summary>Counts what is sent, and stores objects no faster than a limit says, however many are under way. Reading is not limited.</summary>
/// <param name="store">The store behind; is closed with this one.</param>
/// <param name="limit">The limit, which other stores may share; null for none.</param>
public sealed class ThrottlingStore(IObjectStore store, UploadLimit? limit) : ObjectStoreDecorator(store)
{
    private long _sent;

    /// <inheritdoc/>
    public override long SentLength => Interlocked.Read(ref _sent);

    /// <inheritdoc/>
    public override async ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation)
    {
        if (!Capabilities.StreamsWrites)
            return await Inner.PutAsync(name, new ThrottledContent(content, this), mode, cancellation).ConfigureAwait(false);

        // Such a store takes the bytes at once: it is the caller who waits.
        await TakeAsync(content.Length, cancellation).ConfigureAwait(false);
        return await Inner.PutAsync(name, content, mode, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<ObjectWriter> CreateAsync(CancellationToken cancellation)
    {
        var writer = await base.CreateAsync(cancellation).ConfigureAwait(false);
        return Capabilities.StreamsWrites ? new ThrottledWriter(writer, this) : writer;
    }

    private int PieceLength => limit?.PieceLength ?? int.MaxValue;

    private ValueTask TakeAsync(long length, CancellationToken cancellation)
    {
        Interlocked.Add(ref _sent, length);
        return limit?.TakeAsync(length, cancellation) ?? ValueTask.CompletedTask;
    }

    private sealed class ThrottledWriter(ObjectWriter writer, ThrottlingStore owner) : ObjectWriter
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
        {
            while (!data.IsEmpty)
            {
                var piece = data[..Math.Min(data.Length, owner.PieceLength)];
                await owner.TakeAsync(piece.Length, cancellation).ConfigureAwait(false);
                await writer.WriteAsync(piece, cancellation).ConfigureAwait(false);
                data = data[piece.Length..];
            }
        }

        public override ValueTask<bool> CommitAsync(string name, CancellationToken cancellation) => writer.CommitAsync(name, cancellation);

        protected override void Dispose(bool disposing) => writer.Dispose();
    }

    private sealed class ThrottledContent(ObjectContent content, ThrottlingStore owner) : ObjectContent
    {
        public override ReadOnlySequence<byte> Bytes => content.Bytes;

        public override Stream OpenRead(long offset, long length) => new ThrottledStream(content.OpenRead(offset, length), owner);
    }

    private sealed class ThrottledStream(Stream stream, ThrottlingStore owner) : Stream
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
            var read = await stream.ReadAsync(buffer[..Math.Min(buffer.Length, owner.PieceLength)], cancellationToken).ConfigureAwait(false);
            await owner.TakeAsync(read, cancellationToken).ConfigureAwait(false);
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
