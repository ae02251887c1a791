namespace Rekkord.Engine.Repository;

/// <summary>
/// A set of object IDs in little memory (some 53 bytes an ID): what a save must know is only whether content is stored already.
/// Open addressing with linear probing, in many tables that grow one by one and by half, so that growing never holds much twice;
/// IDs are evenly spread by themselves. Thread-safe.
/// </summary>
internal sealed class OidSet
{
    private const int TableBits = 8;

    private readonly Table[] _tables = [.. Enumerable.Range(0, 1 << TableBits).Select(_ => new Table())];

    public int Count => _tables.Sum(table => table.Count);

    /// <summary>Adds an ID.</summary>
    /// <returns>Whether it was not in the set before.</returns>
    public bool Add(Oid oid) => TableOf(oid).Add(oid);

    public bool Contains(Oid oid) => TableOf(oid).Contains(oid);

    /// <summary>The uppermost bits choose the table, the lower half the slot in it.</summary>
    private Table TableOf(Oid oid) => _tables[(int)(oid.Spread >> (64 - TableBits))];

    private sealed class Table
    {
        private readonly Lock _lock = new();
        private Oid[] _slots = new Oid[16];
        private int _count;
        private bool _hasZero;

        public int Count => _count + (_hasZero ? 1 : 0);

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
            var slot = (int)(((oid.Spread & uint.MaxValue) * (ulong)slots.Length) >> 32);
            while (slots[slot] != oid && slots[slot] != default)
                slot = slot + 1 < slots.Length ? slot + 1 : 0;
            return slot;
        }

        private void Grow()
        {
            var larger = new Oid[_slots.Length + _slots.Length / 2];
            foreach (var oid in _slots)
            {
                if (oid != default)
                    larger[Find(larger, oid)] = oid;
            }

            _slots = larger;
        }
    }
}
