namespace Rekkord.Engine.Objects;

/// <summary>
/// Which small objects are worth being merged into one, as in a log-structured merge tree: those whose merged size is at least half of the next
/// larger one's. So of any number of things there are few objects, and each thing is copied a few times in all.
/// </summary>
internal static class Consolidation
{
    /// <summary>How many objects there must be before they are merged.</summary>
    public const int Least = 8;

    // What is at most so many times as large as all smaller ones together goes with them.
    private const int Factor = 2;

    /// <summary>
    /// Which of some objects to merge, by their places: from the smallest on, the first that are enough. A few that are much smaller than all others wait for more of
    /// their size, and keep nobody else waiting.
    /// </summary>
    /// <param name="sizes">The sizes of the objects, in ascending order.</param>
    public static Range Choose(IReadOnlyList<long> sizes)
    {
        for (var start = 0; start < sizes.Count;)
        {
            var count = Count(0, sizes.Skip(start));
            if (count >= Least)
                return start..(start + count);
            start += count;
        }

        return ..0;
    }

    /// <summary>How many of some objects to merge, from the smallest on.</summary>
    /// <param name="merged">How much is merged in any case.</param>
    /// <param name="sizes">The sizes of the objects, in ascending order.</param>
    public static int Count(long merged, IEnumerable<long> sizes)
    {
        var count = 0;
        foreach (var size in sizes)
        {
            if (merged > 0 && size > merged * Factor)
                break;
            merged += size;
            count++;
        }

        return count;
    }
}
