namespace Rekkord.Engine.Saving;

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
