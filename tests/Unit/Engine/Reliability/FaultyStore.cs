using Rekkord.Engine.Hashing;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>A store that behaves until a certain call, and then has a fault. It counts its calls, those to its writers and streams too.</summary>
internal sealed class FaultyStore(IObjectStore store, Fault? fault = null, int faultyCall = -1) : IObjectStore
{
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;

    private int _calls;

    /// <summary>What others do while the caller waits for the faulty call, which works then if there is no fault.</summary>
    public Action? Meanwhile { get; init; }

    /// <summary>How many calls there were.</summary>
    public int Calls => _calls;

    /// <summary>Whether a caller was given an error or wrong bytes.</summary>
    public bool HasFailed { get; private set; }

    public string Location => store.Location;

    public bool IsInPlace() => store.IsInPlace();

    public bool Exists(string name) => Do(name, writes: false, () => store.Exists(name));

    public byte[] Read(string name, int maximumLength) => Spoil(name, () => store.Read(name, maximumLength));

    public void Read(string name, long offset, Span<byte> buffer)
    {
        var length = buffer.Length;
        Spoil(name, () =>
        {
            var bytes = new byte[length];
            store.Read(name, offset, bytes);
            return bytes;
        }, mayBeShort: false).CopyTo(buffer);
    }

    public Stream OpenRead(string name) => new MemoryStream(Spoil(name, () => store.Read(name, int.MaxValue)));

    public ObjectWriter Create() => new Writer(this, Do("a new object", writes: true, store.Create));

    public IEnumerable<ObjectInfo> List(string folder) => Do(folder, writes: false, () => store.List(folder));

    public Hash128? Identify(string name) => store.Identify(name);

    public void Move(string name, string newName) => Do(name, writes: true, () =>
    {
        store.Move(name, newName);
        return true;
    });

    public void MakeDurable(IReadOnlyCollection<string> names)
    {
        foreach (var name in names)
        {
            Do(name, writes: true, () =>
            {
                store.MakeDurable([name]);
                return true;
            });
        }
    }

    public int RemoveLeftovers(DateTimeOffset before) => store.RemoveLeftovers(before);

    public void Dispose()
    {
        // What it stands before outlives it: the test looks into it afterwards.
    }

    private byte[] Spoil(string name, Func<byte[]> read, bool mayBeShort = true)
    {
        var call = Volatile.Read(ref _calls);
        var bytes = Do(name, writes: false, read);
        if (call != faultyCall || bytes.Length == 0 || fault is not (Fault.Truncates or Fault.WrongBytes))
            return bytes;
        HasFailed = true;
        if (fault == Fault.Truncates)
            return mayBeShort ? bytes[..(bytes.Length / 2)] : throw StorageException.TooShort(Location, name);
        bytes[bytes.Length / 2] ^= 1;
        return bytes;
    }

    private T Do<T>(string name, bool writes, Func<T> action)
    {
        var call = Interlocked.Increment(ref _calls) - 1;
        if (call == faultyCall)
            Meanwhile?.Invoke();
        if (!IsFaulty(call, writes))
            return action();
        HasFailed = true;
        if (fault == Fault.FailsAfterwards)
            action();
        Exception inner = fault switch
        {
            Fault.DiskFull => new IOException("No space left on device", NoSpace),
            Fault.ReadOnly => new IOException("Read-only file system", ReadOnlyFileSystem),
            Fault.PermissionLost => new UnauthorizedAccessException("Permission denied"),
            _ => new IOException("Input/output error"),
        };
        throw writes ? StorageException.WriteFailed(Location, name, inner) : StorageException.ReadFailed(Location, name, inner);
    }

    private bool IsFaulty(int call, bool writes) => faultyCall >= 0 && fault switch
    {
        Fault.FailsOnce or Fault.FailsAfterwards => call == faultyCall,
        Fault.Fails or Fault.PermissionLost => call >= faultyCall,
        Fault.DiskFull or Fault.ReadOnly => writes && call >= faultyCall,
        _ => false,
    };

    private sealed class Writer(FaultyStore store, ObjectWriter writer) : ObjectWriter
    {
        public override void Write(ReadOnlySpan<byte> data)
        {
            var bytes = data.ToArray();
            store.Do("an object", writes: true, () =>
            {
                writer.Write(bytes);
                return true;
            });
        }

        public override bool Commit(string name) => store.Do(name, writes: true, () => writer.Commit(name));

        protected override void Dispose(bool disposing) => writer.Dispose();
    }
}
