using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>A store with a fault at one of its calls. Calls are counted as they come; reading from a stream and writing an object's bytes count too.</summary>
/// <param name="inner">The real store.</param>
/// <param name="fault">What goes wrong.</param>
/// <param name="at">At which call, from 0.</param>
internal sealed class FaultyObjectStore(IObjectStore inner, Fault fault, int at) : IObjectStore
{
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;

    private int _calls;

    /// <summary>How many calls came.</summary>
    public int Calls => _calls;

    /// <summary>Whether the fault has shown itself.</summary>
    public bool HasShown { get; private set; }

    public string Location => inner.Location;

    public bool Exists(string name) => Read(name, () => inner.Exists(name), found => found, found => found);

    public byte[] Read(string name, int maximumLength) =>
        Read(name, () => inner.Read(name, maximumLength), bytes => bytes[..(bytes.Length / 2)], Flip);

    public void Read(string name, long offset, Span<byte> buffer)
    {
        var length = buffer.Length;
        var bytes = Read(
            name,
            () =>
            {
                var part = new byte[length];
                inner.Read(name, offset, part);
                return part;
            },
            _ => throw StorageException.TooShort(Location, name),
            Flip);
        bytes.CopyTo(buffer);
    }

    public Stream OpenRead(string name) => new FaultyStream(this, name, Read(name, () => inner.OpenRead(name), stream => stream, stream => stream));

    public ObjectWriter Create() => new FaultyWriter(this, Write(DirectoryObjectStore.TemporaryFolder, inner.Create));

    public IEnumerable<ObjectInfo> List(string folder) => Read(folder, () => inner.List(folder), found => found, found => found);

    public void Move(string name, string newName) => Write(name, () =>
    {
        inner.Move(name, newName);
        return true;
    });

    public int RemoveLeftovers(DateTimeOffset before) => Write(DirectoryObjectStore.TemporaryFolder, () => inner.RemoveLeftovers(before));

    public void Dispose() => inner.Dispose();

    private static byte[] Flip(byte[] bytes)
    {
        if (bytes.Length == 0)
            return bytes;
        byte[] changed = [.. bytes];
        changed[bytes.Length / 2] ^= 4;
        return changed;
    }

    private T Read<T>(string name, Func<T> read, Func<T, T> truncate, Func<T, T> change)
    {
        var call = Interlocked.Increment(ref _calls) - 1;
        if (fault switch { Fault.Fails or Fault.PermissionLost => call >= at, Fault.FailsOnce => call == at, _ => false })
        {
            HasShown = true;
            throw StorageException.ReadFailed(Location, name, Cause());
        }

        var result = read();
        if (call != at || fault is not (Fault.FailsAfterwards or Fault.Truncates or Fault.WrongBytes))
            return result;
        HasShown = true;
        var seen = fault switch
        {
            Fault.Truncates => truncate(result),
            Fault.WrongBytes => change(result),
            _ => throw StorageException.ReadFailed(Location, name, Cause()),
        };
        HasShown = !Equals(seen, result);
        return seen;
    }

    private T Write<T>(string name, Func<T> write)
    {
        var call = Interlocked.Increment(ref _calls) - 1;
        if (fault switch { Fault.Truncates or Fault.WrongBytes or Fault.FailsAfterwards => false, Fault.FailsOnce => call == at, _ => call >= at })
        {
            HasShown = true;
            throw StorageException.WriteFailed(Location, name, Cause());
        }

        var result = write();
        if (fault != Fault.FailsAfterwards || call != at)
            return result;
        HasShown = true;
        (result as IDisposable)?.Dispose();
        throw StorageException.WriteFailed(Location, name, Cause());
    }

    private Exception Cause() => fault switch
    {
        Fault.DiskFull => new IOException("No space left on device", NoSpace),
        Fault.ReadOnly => new IOException("Read-only file system", ReadOnlyFileSystem),
        Fault.PermissionLost => new UnauthorizedAccessException("Permission denied"),
        _ => new IOException("Input/output error", 5),
    };

    private sealed class FaultyWriter(FaultyObjectStore store, ObjectWriter writer) : ObjectWriter
    {
        public override void Write(ReadOnlySpan<byte> data)
        {
            var bytes = data.ToArray();
            store.Write(DirectoryObjectStore.TemporaryFolder, () =>
            {
                writer.Write(bytes);
                return true;
            });
        }

        public override bool Commit(string name) => store.Write(name, () => writer.Commit(name));

        protected override void Dispose(bool disposing) => writer.Dispose();
    }

    /// <summary>Raises what a file raises: the caller makes it the store's error.</summary>
    private sealed class FaultyStream(FaultyObjectStore store, string name, Stream stream) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var length = buffer.Length;
            try
            {
                var bytes = store.Read(name, () => ReadFromInner(length), bytes => bytes.Length == 0 ? bytes : [], Flip);
                bytes.CopyTo(buffer);
                return bytes.Length;
            }
            catch (StorageException error) when (error.InnerException is IOException or UnauthorizedAccessException)
            {
                throw error.InnerException;
            }
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            stream.Dispose();
            base.Dispose(disposing);
        }

        private byte[] ReadFromInner(int length)
        {
            var bytes = new byte[length];
            return bytes[..stream.Read(bytes)];
        }
    }
}
