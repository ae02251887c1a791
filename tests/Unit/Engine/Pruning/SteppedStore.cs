using System.Runtime.CompilerServices;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Pruning;

/// <summary>A store of which a test says what happens before each call: others work meanwhile, or the process ends there and does nothing more.</summary>
internal sealed class SteppedStore(IObjectStore store, Action<int>? before = null) : ObjectStoreDecorator(store, ownsStore: false)
{
    private readonly Lock _lock = new();
    private int _calls;
    private bool _isDead;

    /// <summary>How many calls there were.</summary>
    public int Calls => _calls;

    /// <summary>Ends the process that uses this store.</summary>
    public void Kill()
    {
        _isDead = true;
        throw StorageException.WriteFailed(Location, "any", new IOException("Killed."));
    }

    public override ValueTask<bool> IsInPlaceAsync(CancellationToken cancellation) => Step(() => Inner.IsInPlaceAsync(cancellation));

    public override async IAsyncEnumerable<ObjectInfo> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var found in await Step(() => Inner.ListAsync(folder, cancellation).ToListAsync(cancellation)))
            yield return found;
    }

    public override ValueTask<ObjectInfo?> FindAsync(string name, CancellationToken cancellation) => Step(() => Inner.FindAsync(name, cancellation));

    public override ValueTask<byte[]> ReadAsync(string name, int maximumLength, CancellationToken cancellation) => Step(() => Inner.ReadAsync(name, maximumLength, cancellation));

    public override ValueTask ReadAsync(string name, IReadOnlyList<ObjectRange> ranges, CancellationToken cancellation) => Step(() => Inner.ReadAsync(name, ranges, cancellation));

    public override ValueTask<Stream> OpenReadAsync(string name, long offset, CancellationToken cancellation) => Step(() => Inner.OpenReadAsync(name, offset, cancellation));

    public override ValueTask<bool> PutAsync(string name, ObjectContent content, PutMode mode, CancellationToken cancellation) => Step(() => Inner.PutAsync(name, content, mode, cancellation));

    public override ValueTask DeleteAsync(string name, CancellationToken cancellation) => Step(() => Inner.DeleteAsync(name, cancellation));

    private T Step<T>(Func<T> call)
    {
        lock (_lock)
        {
            if (_isDead)
                Kill();
            before?.Invoke(_calls);
            _calls++;
            return call();
        }
    }
}
