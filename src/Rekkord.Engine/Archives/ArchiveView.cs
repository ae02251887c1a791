using Rekkord.Engine.Errors;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Archives;

/// <summary>What archives there were at one time, and what is in them. Whose word on times counts is asked of those who know.</summary>
internal sealed class ArchiveView
{
    private readonly Dictionary<string, Archive> _byName;
    private readonly Dictionary<string, ArchiveHolder> _holders = new(StringComparer.Ordinal);

    /// <summary>Puts archives together.</summary>
    /// <param name="archives">Those that can be read.</param>
    /// <param name="unread">Why others cannot.</param>
    public ArchiveView(IReadOnlyList<Archive> archives, IReadOnlyList<RekkordException> unread)
    {
        Archives = archives;
        Unread = unread;
        _byName = archives.ToDictionary(archive => archive.Name, StringComparer.Ordinal);
        foreach (var archive in archives)
        {
            foreach (var entry in archive.Entries)
                _holders[entry.Name] = new ArchiveHolder(archive, entry, _holders.GetValueOrDefault(entry.Name));
        }
    }

    /// <summary>No archives.</summary>
    public static ArchiveView Empty { get; } = new([], []);

    /// <summary>The archives that can be read.</summary>
    public IReadOnlyList<Archive> Archives { get; }

    /// <summary>Why others cannot be read. What they have may be missing.</summary>
    public IReadOnlyList<RekkordException> Unread { get; }

    /// <summary>Where a snapshot or tag lies; null when no archive has it.</summary>
    public ArchiveHolder? Find(string name) => _holders.GetValueOrDefault(name);

    /// <summary>The archive that a listing has found, if it is known as that.</summary>
    public Archive? FindArchive(ObjectInfo found) => _byName.GetValueOrDefault(found.Name) is { } known && known.Found == found ? known : null;

    /// <summary>What is in archives of a folder, each once.</summary>
    public IEnumerable<ArchiveHolder> In(string folder) => _holders.Values.Where(holder => holder.Entry.Name.StartsWith(folder, StringComparison.Ordinal));

    /// <summary>When the store got something that is listed; null when that is not known, or only from a key whose word does not count.</summary>
    /// <param name="found">The snapshot.</param>
    /// <param name="trusts">Whether all counts that a keyfile has signed, by its ID in hex; of the master key, by the empty one.</param>
    public DateTimeOffset? FindTime(ObjectInfo? found, Predicate<string> trusts) =>
        found is { IsArchived: true } ? All(found.Name).Select(holder => holder.TimeFor(trusts)).Min() : found?.ModifiedTime;

    /// <summary>What is only in archives of which later ones have all but this: a prune has swept it, and deletes these archives when they have waited.</summary>
    /// <param name="trusts">As for <see cref="FindTime"/>.</param>
    public IReadOnlySet<string> FindLeftOut(Predicate<string> trusts)
    {
        var replaced = Archives.Where(archive => trusts(archive.KeyId)).SelectMany(archive => archive.Replaced).ToHashSet(StringComparer.Ordinal);
        return Archives.Where(archive => replaced.Contains(archive.Name)).SelectMany(archive => archive.Entries).Select(entry => entry.Name)
            .Where(name => All(name).All(holder => replaced.Contains(holder.Archive.Name))).ToHashSet(StringComparer.Ordinal);
    }

    private IEnumerable<ArchiveHolder> All(string name)
    {
        for (var holder = Find(name); holder is not null; holder = holder.Next)
            yield return holder;
    }
}

/// <summary>Where a snapshot or tag lies.</summary>
/// <param name="Archive">The archive.</param>
/// <param name="Entry">The place in it.</param>
/// <param name="Next">Another archive that has it; null when there is none.</param>
internal sealed record ArchiveHolder(Archive Archive, ArchiveEntry Entry, ArchiveHolder? Next)
{
    /// <summary>When the store got the object, if those who say so count.</summary>
    /// <param name="trusts">Whether all counts that a keyfile has signed.</param>
    public DateTimeOffset? TimeFor(Predicate<string> trusts) => trusts(Archive.KeyId) && trusts(Entry.Voucher) ? Entry.Time : null;

    /// <summary>The object as a listing shows it.</summary>
    public ObjectInfo Describe() => new(Entry.Name, Entry.Length, Entry.Time ?? DateTimeOffset.UnixEpoch) { IsArchived = true };
}
