using System.Numerics;
using System.Runtime.CompilerServices;

namespace Rekkord.Engine.Objects;

/// <summary>
/// A hash table of millions of entries in little memory: open addressing with linear probing (Knuth, The Art of Computer Programming 3,
/// 6.4, algorithm L), filled to between a half and three quarters. Entries lie in the order of their IDs' <see cref="Oid.Spread"/>, which
/// nobody else can foresee, except for collisions. So a table grows from its beginning to its end, and a page that has been emptied is used
/// again for the larger one: no array is dropped, which would stay in memory until the garbage collector visits its oldest generation. Any
/// number of threads may read while none writes.
/// </summary>
/// <typeparam name="TEntry">The entries; one with an ID of zeros marks a free slot.</typeparam>
internal sealed class OidTable<TEntry>
    where TEntry : struct, IOidEntry
{
    // Arrays from 85,000 bytes on are large objects for the runtime.
    private const int PageSize = 64 * 1024;

    private static readonly int PageBits = BitOperations.Log2((uint)(PageSize / Unsafe.SizeOf<TEntry>()));

    private readonly Stack<TEntry[]> _emptied = new();
    private List<TEntry[]> _pages = [];
    private long _homes = 1L << PageBits;

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>Finds an entry.</summary>
    public bool TryFind(Oid oid, out TEntry entry)
    {
        var slot = Find(oid);
        entry = slot < Capacity ? At(slot) : default;
        return entry.Oid != default;
    }

    /// <summary>Adds an entry, whose ID is not all zeros.</summary>
    /// <returns>Whether there was none with its ID; otherwise that one stays.</returns>
    public bool TryAdd(in TEntry entry)
    {
        var slot = Find(entry.Oid);
        if (slot < Capacity && At(slot).Oid != default)
            return false;
        Place(slot, entry);
        Count++;
        if (Count > _homes / 4 * 3)
            Grow();
        return true;
    }

    /// <summary>How many slots are looked at before an ID's own, or the free one that it would take.</summary>
    internal long CountProbes(Oid oid) => Find(oid) - Home(oid);

    private long Capacity => (long)_pages.Count << PageBits;

    private ref TEntry At(long slot) => ref _pages[(int)(slot >> PageBits)][slot & ((1L << PageBits) - 1)];

    /// <summary>The slot that holds an ID, or the free one where it would go, which may be behind the last page.</summary>
    private long Find(Oid oid)
    {
        var slot = Home(oid);
        for (; slot < Capacity; slot++)
        {
            var found = At(slot).Oid;
            if (found == oid || found == default)
                break;
        }

        return slot;
    }

    private long Home(Oid oid) => (long)Math.BigMul(oid.Spread, (ulong)_homes, out _);

    private void Place(long slot, in TEntry entry)
    {
        while (slot >= Capacity)
            _pages.Add(_emptied.TryPop(out var page) ? page : new TEntry[1 << PageBits]);
        At(slot) = entry;
    }

    private void Grow()
    {
        var pages = _pages;
        _pages = [];
        _homes += _homes / 2;
        foreach (var page in pages)
        {
            foreach (ref readonly var entry in page.AsSpan())
            {
                if (entry.Oid != default)
                    Place(Find(entry.Oid), entry);
            }

            Array.Clear(page);
            _emptied.Push(page);
        }
    }
}

/// <summary>What an <see cref="OidTable{TEntry}"/> holds.</summary>
internal interface IOidEntry
{
    /// <summary>What it is found by; all zeros in a free slot.</summary>
    Oid Oid { get; }
}
