using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Storage;

/// <summary>A store of which each read is told before it is done: object, offset and length. A test may count them, or raise what the system would.</summary>
internal sealed class WatchedStore(IObjectStore store, Action<string, long, long> reading) : ObjectStoreDecorator(store)
{
    public override ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation)
    {
        Tell(name, 0, int.MaxValue);
        return Inner.ReadAsync(name, maximumLength, cancellation);
    }

    public override ValueTask ReadAsync(string name, IReadOnlyList<ObjectRange> ranges, CancellationToken cancellation)
    {
        foreach (var range in ranges)
            Tell(name, range.Offset, range.Buffer.Length);
        return Inner.ReadAsync(name, ranges, cancellation);
    }

    public override async ValueTask<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellation) =>
        new Reader(await Inner.OpenReadAsync(name, offset, cancellation), offset, (position, length) => Tell(name, position, length));

    private void Tell(string name, long offset, long length)
    {
        try
        {
            reading(name, offset, length);
        }
        catch (IOException error)
        {
            throw StorageException.ReadFailed(Location, name, error);
        }
    }

    private sealed class Reader(Stream stream, long start, Action<long, long> reading) : ObjectStream
    {
        private long _position = start;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            reading(_position, buffer.Length);
            var read = await stream.ReadAsync(buffer, cancellationToken);
            _position += read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            stream.Dispose();
            base.Dispose(disposing);
        }
    }
}
