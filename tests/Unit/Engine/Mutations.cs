namespace Rekkord.Engine.Tests;

/// <summary>What can happen to stored bytes, for tests that a parser stands all of it.</summary>
internal static class Mutations
{
    /// <summary>The bytes cut off at every place.</summary>
    public static IEnumerable<byte[]> Truncations(byte[] bytes) => Enumerable.Range(0, bytes.Length).Select(length => bytes[..length]);

    /// <summary>The bytes with each bit flipped, one at a time.</summary>
    public static IEnumerable<byte[]> BitFlips(byte[] bytes)
    {
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var mutated = (byte[])bytes.Clone();
            mutated[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return mutated;
        }
    }

    /// <summary>The bytes with a few of them replaced, removed, repeated or inserted, always the same for a number.</summary>
    public static IEnumerable<byte[]> Scrambles(byte[] bytes, int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var mutated = bytes.ToList();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                var place = random.Next(mutated.Count);
                switch (random.Next(3))
                {
                    case 0: mutated[place] = (byte)random.Next(256); break;
                    case 1: mutated.RemoveRange(place, Math.Min(random.Next(1, 9), mutated.Count - place - 1)); break;
                    default: mutated.InsertRange(place, mutated.GetRange(place, Math.Min(random.Next(1, 9), mutated.Count - place))); break;
                }
            }

            yield return [.. mutated];
        }
    }

    /// <summary>Bytes of managed memory that an action takes on this thread.</summary>
    public static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
