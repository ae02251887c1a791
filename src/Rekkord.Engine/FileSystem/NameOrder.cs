using System.Buffers.Binary;

namespace Rekkord.Engine.FileSystem;

/// <summary>Byte order of names, the order of every listing and of every stored directory.</summary>
internal static class NameOrder
{
    private const int KeySize = sizeof(ulong);

    /// <summary>
    /// Sorts names and drops repetitions, which a directory that changes while it is read can have. The first eight bytes after
    /// what all names share are sorted as numbers; only names that are equal there are compared as bytes.
    /// </summary>
    internal static byte[][] SortDistinct(List<byte[]> names)
    {
        var sorted = names.ToArray();
        if (sorted.Length < 2)
            return sorted;

        var shared = SharedPrefix(sorted);
        var keys = new ulong[sorted.Length];
        for (var i = 0; i < sorted.Length; i++)
            keys[i] = KeyOf(sorted[i].AsSpan(shared));
        Array.Sort(keys, sorted);
        SortEqualKeys(keys, sorted);
        return WithoutRepetitions(sorted);
    }

    private static int SharedPrefix(byte[][] names)
    {
        ReadOnlySpan<byte> shared = names[0];
        foreach (var name in names)
            shared = shared[..shared.CommonPrefixLength(name)];
        return shared.Length;
    }

    // A name that ends within the key is filled with zeros: names have none, so it comes first as it must.
    private static ulong KeyOf(ReadOnlySpan<byte> name)
    {
        if (name.Length >= KeySize)
            return BinaryPrimitives.ReadUInt64BigEndian(name);
        Span<byte> padded = stackalloc byte[KeySize];
        padded.Clear();
        name.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }

    private static void SortEqualKeys(ulong[] keys, byte[][] names)
    {
        for (var start = 0; start < keys.Length;)
        {
            var end = start + 1;
            while (end < keys.Length && keys[end] == keys[start])
                end++;
            if (end - start > 1)
                names.AsSpan(start, end - start).Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
            start = end;
        }
    }

    private static byte[][] WithoutRepetitions(byte[][] sorted)
    {
        var kept = 1;
        for (var i = 1; i < sorted.Length; i++)
        {
            if (!sorted[i].AsSpan().SequenceEqual(sorted[kept - 1]))
                sorted[kept++] = sorted[i];
        }

        return kept == sorted.Length ? sorted : sorted[..kept];
    }
}
