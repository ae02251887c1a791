using Rekkord.Engine.Hashing;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Storage;

/// <summary>A store of which each read is told before it is done: object, offset and length. A test may count them, or raise what the system would.</summary>
internal sealed class WatchedStore(IObjectStore store, Action<string, long, long> reading) : IObjectStore
{
    public string Location => store.Location;

    public bool IsInPlace() => store.IsInPlace();

    public bool Exists(string name) => store.Exists(name);

    public byte[] Read(string name, int maximumLength)
    {
        Tell(name, 0, int.MaxValue);
        return store.Read(name, maximumLength);
    }

    public void Read(string name, long offset, Span<byte> buffer)
    {
        Tell(name, offset, buffer.Length);
        store.Read(name, offset, buffer);
    }

    public Stream OpenRead(string name) => new Reader(store.OpenRead(name), (offset, length) => reading(name, offset, length));

    public Hash128? Identify(string name) => store.Identify(name);

    public ObjectWriter Create() => store.Create();

    public IEnumerable<ObjectInfo> List(string folder) => store.List(folder);

    public void Move(string name, string newName) => store.Move(name, newName);

    public void MakeDurable(IReadOnlyCollection<string> names) => store.MakeDurable(names);

    public int RemoveLeftovers(DateTimeOffset before) => store.RemoveLeftovers(before);

    public void Dispose() => store.Dispose();

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

    private sealed class Reader(Stream stream, Action<long, long> reading) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => stream.Length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            reading(Position, buffer.Length);
            var read = stream.Read(buffer);
            Position += read;
            return read;
        }

        public override void Flush() => stream.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            stream.Dispose();
            base.Dispose(disposing);
        }
    }
}
