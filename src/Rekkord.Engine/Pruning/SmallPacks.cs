using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;

namespace Rekkord.Engine.Pruning;

/// <summary>
/// The small packs of a repository, and which of them are worth being merged into larger ones. Each kind by itself grows as in a log-structured merge tree, so what
/// is in them is copied a few times in all.
/// </summary>
/// <param name="packSize">The size at which a pack is full.</param>
/// <param name="newest">Packs that were stored later are left alone. They may be of a save that still runs, or be copies that another prune has just made.</param>
internal sealed class SmallPacks(int packSize, DateTimeOffset newest)
{
    // Of many, the others wait for the next run, so that one does not take all night.
    private const int MostFullPacks = 64;

    private readonly Dictionary<PackKind, List<PackUse>> _byKind = new() { [PackKind.Data] = [], [PackKind.Metadata] = [] };

    /// <summary>Adds a pack that is needed, if it is small and old enough.</summary>
    public void Add(StoredPack pack, PackUse use, DateTimeOffset stored)
    {
        if (stored <= newest && pack.Size <= packSize / 2 && pack.Contents.Length <= PackWriter.ContentsSize / 2)
            _byKind[new TableOfContentsReader(pack.Contents.Span).Kind].Add(use);
    }

    /// <summary>The packs to merge, from the smallest of each kind on.</summary>
    public List<PackUse> Choose() => [.. _byKind.Values.SelectMany(Choose)];

    private IEnumerable<PackUse> Choose(List<PackUse> packs)
    {
        var ascending = packs.OrderBy(pack => pack.Size).ToArray();
        var chosen = Consolidation.Choose([.. ascending.Select(pack => pack.Size)]);
        var size = 0L;
        return ascending.Take(chosen).TakeWhile(pack => (size += pack.Size) <= (long)packSize * MostFullPacks);
    }
}
