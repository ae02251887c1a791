using System.Runtime.CompilerServices;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Reliability;

/// <summary>A store that behaves until a certain call, and then has a fault. It counts its calls, those to its writers and streams too.</summary>
internal sealed class FaultyStore(IObjectStore store, Fault? fault = null, int faultyCall = -1) : ObjectStoreDecorator(store, ownsStore: false)
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

    // Each part of an object that is written is a call.
    public override StoreCapabilities Capabilities { get; } = store.Capabilities with { StreamsWrites = true };

    public override ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation) =>
        DoAsync(name, writes: false, () => Inner.FindAsync(name, cancellation));

    public override ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation) =>
        SpoilAsync(name, () => Inner.ReadAsync(name, maximumLength, cancellation));

    public override async ValueTask ReadAsync(string name, IReadOnlyList<ObjectRange> ranges, CancellationToken cancellation)
    {
        foreach (var range in ranges)
        {
            var read = await SpoilAsync(
                name,
                async () =>
                {
                    var bytes = new byte[range.Buffer.Length];
                    await Inner.ReadAsync(name, [new ObjectRange(range.Offset, bytes)], cancellation);
                    return bytes;
                },
                mayBeShort: false);
            read.CopyTo(range.Buffer);
        }
    }

    public override async ValueTask<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellation) =>
        new MemoryStream(await SpoilAsync(name, () => Inner.ReadAsync(name, int.MaxValue, cancellation))) { Position = offset };

    public override async IAsyncEnumerable<ObjectInfo> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var found in await DoAsync(folder, writes: false, () => ValueTask.FromResult(Inner.ListAsync(folder, cancellation))))
            yield return found;
    }

    public override ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation) =>
        DoAsync(name, writes: true, () => Inner.PutAsync(name, content, mode, cancellation));

    public override async ValueTask<ObjectWriter> CreateAsync(CancellationToken cancellation) =>
        new Writer(this, await DoAsync("a new object", writes: true, () => Inner.CreateAsync(cancellation)));

    public override async ValueTask DeleteAsync(string name, CancellationToken cancellation) => await DoAsync(name, writes: true, async () =>
    {
        await Inner.DeleteAsync(name, cancellation);
        return true;
    });

    public override async ValueTask MakeDurableAsync(IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        foreach (var name in names)
        {
            await DoAsync(name, writes: true, async () =>
            {
                await Inner.MakeDurableAsync([name], cancellation);
                return true;
            });
        }
    }

    private async ValueTask<byte[]> SpoilAsync(string name, Func<ValueTask<byte[]>> read, bool mayBeShort = true)
    {
        var call = Volatile.Read(ref _calls);
        var bytes = await DoAsync(name, writes: false, read);
        if (call != faultyCall || bytes.Length == 0 || fault is not (Fault.Truncates or Fault.WrongBytes))
            return bytes;
        HasFailed = true;
        if (fault == Fault.Truncates)
            return mayBeShort ? bytes[..(bytes.Length / 2)] : throw StorageException.TooShort(Location, name);
        bytes[bytes.Length / 2] ^= 1;
        return bytes;
    }

    private async ValueTask<T> DoAsync<T>(string name, bool writes, Func<ValueTask<T>> action)
    {
        var call = Interlocked.Increment(ref _calls) - 1;
        if (call == faultyCall)
            Meanwhile?.Invoke();
        if (!IsFaulty(call, writes))
            return await action();
        HasFailed = true;
        if (fault == Fault.FailsAfterwards)
            await action();
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
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation) => await store.DoAsync("an object", writes: true, async () =>
        {
            await writer.WriteAsync(data, cancellation);
            return true;
        });

        public override ValueTask<bool> CommitAsync(string name, CancellationToken cancellation) =>
            store.DoAsync(name, writes: true, () => writer.CommitAsync(name, cancellation));

        protected override void Dispose(bool disposing) => writer.Dispose();
    }
}
