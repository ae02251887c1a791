using System.Buffers;

namespace Rekkord.Engine.Storage;

/// <summary>
/// The bytes of an object that is to be stored. What a store sends over a line it reads from <see cref="OpenRead()"/>: there an upload limit acts,
/// and what is sent is counted. What it computes or writes without a line it takes from <see cref="Bytes"/>.
/// </summary>
public abstract class ObjectContent
{
    /// <summary>The bytes.</summary>
    public abstract ReadOnlySequence<byte> Bytes { get; }

    /// <summary>How many there are.</summary>
    public long Length => Bytes.Length;

    /// <summary>The content of a piece of memory.</summary>
    public static ObjectContent From(ReadOnlyMemory<byte> bytes) => new WholeContent(new ReadOnlySequence<byte>(bytes));

    /// <summary>The content of pieces of memory, one after another.</summary>
    public static ObjectContent From(ReadOnlySequence<byte> bytes) => new WholeContent(bytes);

    /// <inheritdoc cref="From(ReadOnlySequence{byte})"/>
    public static ObjectContent From(IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        var first = new Piece(default, null);
        var last = pieces.Aggregate(first, static (before, bytes) => new Piece(bytes, before));
        return From(new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length));
    }

    /// <summary>
    /// Opens the bytes, or a part of them, as a stream that can be read and sought, to send them. May be called again for another attempt, and several
    /// times at once for parts that go on several connections.
    /// </summary>
    /// <param name="offset">Where the part begins.</param>
    /// <param name="length">Its length.</param>
    public abstract Stream OpenRead(long offset, long length);

    /// <summary>Opens all bytes to send them.</summary>
    public Stream OpenRead() => OpenRead(0, Length);

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> bytes, Piece? before)
        {
            Memory = bytes;
            if (before is null)
                return;
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }

    private sealed class WholeContent(ReadOnlySequence<byte> bytes) : ObjectContent
    {
        public override ReadOnlySequence<byte> Bytes => bytes;

        public override Stream OpenRead(long offset, long length) => new SequenceStream(bytes.Slice(offset, length));
    }

    private sealed class SequenceStream(ReadOnlySequence<byte> bytes) : Stream
    {
        private SequencePosition _next = bytes.Start;
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => bytes.Length;

        public override long Position
        {
            get => _position;
            set
            {
                ArgumentOutOfRangeException.ThrowIfNegative(value);
                ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Length);
                _next = bytes.GetPosition(value);
                _position = value;
            }
        }

        public override int Read(Span<byte> buffer)
        {
            var part = bytes.Slice(_next);
            part = part.Slice(0, Math.Min(part.Length, buffer.Length));
            part.CopyTo(buffer);
            _next = part.End;
            _position += part.Length;
            return (int)part.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : ValueTask.FromResult(Read(buffer.Span));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            _ => Length + offset,
        };

        public override void Flush()
        {
            // Nothing is written.
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
