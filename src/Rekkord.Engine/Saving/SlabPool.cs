using System.Collections.Concurrent;

namespace Rekkord.Engine.Saving;

/// <summary>The slabs of a save: a fixed number, so that reading waits when hashing and compressing fall behind.</summary>
internal sealed class SlabPool : IDisposable
{
    private readonly int _length;
    private readonly SemaphoreSlim _free;
    private readonly ConcurrentBag<Slab> _idle = [];

    public SlabPool(int count, int length)
    {
        _length = length;
        _free = new SemaphoreSlim(count, count);
    }

    /// <summary>Takes a slab, with the caller as its first user; waits until one is free.</summary>
    public Slab Rent(CancellationToken cancellation)
    {
        _free.Wait(cancellation);
        if (!_idle.TryTake(out var slab))
            slab = new Slab(this, _length);
        slab.AddUser();
        return slab;
    }

    /// <summary>Makes a slab beyond the fixed number, with the caller as its first user, for a caller that must not wait.</summary>
    public Slab CreateExtra()
    {
        var slab = new Slab(null, _length);
        slab.AddUser();
        return slab;
    }

    public void Return(Slab slab)
    {
        _idle.Add(slab);
        _free.Release();
    }

    public void Dispose() => _free.Dispose();
}

/// <summary>A stretch of a large file in memory, shared by the chunks cut from it; free again when the last of them is done.</summary>
internal sealed class Slab
{
    private readonly SlabPool? _pool;
    private int _users;

    /// <param name="pool">Where it goes back to; null when it goes nowhere.</param>
    /// <param name="length">Its length in bytes.</param>
    public Slab(SlabPool? pool, int length)
    {
        _pool = pool;
        Bytes = new byte[length];
    }

    public byte[] Bytes { get; }

    public void AddUser() => Interlocked.Increment(ref _users);

    public void RemoveUser()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            _pool?.Return(this);
    }
}
