namespace Rekkord.Engine.Repository;

/// <summary>
/// A set of object IDs in little memory (32 bytes an ID at a load of at most 3/4): what a save must know is only whether
/// content is stored already. Open addressing with linear probing; IDs are evenly spread by themselves. Thread-safe.
/// </summary>
internal sealed class OidSet
{
    private readonly Lock _lock = new();
    private Oid[] _slots = new Oid[1 << 12];
    private int _count;
    private bool _hasZero;

    public int Count => _count + (_hasZero ? 1 : 0);

    /// <summary>Adds an ID.</summary>
    /// <returns>Whether it was not in the set before.</returns>
    public bool Add(Oid oid)
    {
        lock (_lock)
        {
            if (oid == default)
                return !_hasZero && (_hasZero = true);
            var slot = Find(_slots, oid);
            if (_slots[slot] == oid)
                return false;
            _slots[slot] = oid;
            if (++_count > _slots.Length / 4 * 3)
                Grow();
            return true;
        }
    }

    public bool Contains(Oid oid)
    {
        lock (_lock)
            return oid == default ? _hasZero : _slots[Find(_slots, oid)] == oid;
    }

    /// <summary>The slot that holds the ID, or the free one where it would go; a free slot is all zeros.</summary>
    private static int Find(Oid[] slots, Oid oid)
    {
        var mask = slots.Length - 1;
        var slot = (int)oid.Spread & mask;
        while (slots[slot] != oid && slots[slot] != default)
            slot = (slot + 1) & mask;
        return slot;
    }

    private void Grow()
    {
        var larger = new Oid[_slots.Length * 2];
        foreach (var oid in _slots)
        {
            if (oid != default)
                larger[Find(larger, oid)] = oid;
        }

        _slots = larger;
    }
}
