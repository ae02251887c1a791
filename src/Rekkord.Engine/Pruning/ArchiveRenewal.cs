using System.Security.Cryptography;
using Rekkord.Engine.Archives;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Progress;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Pruning;

/// <summary>
/// Puts snapshots and tags that have waited into archives, and deletes what archives have had for as long: the objects themselves, and earlier archives.
/// docs/decisions/archives.md says why that is safe.
/// </summary>
/// <param name="repository">The repository, opened with a key that can remove.</param>
/// <param name="current">What there is.</param>
/// <param name="isSwept">Whether a snapshot is deleted by a sweep that was announced.</param>
/// <param name="wait">How long something must have been there, by the store's clock.</param>
/// <param name="now">The time by the store's clock.</param>
/// <param name="warn">Is told of what cannot be read or is not deleted.</param>
/// <param name="progress">Counts what is deleted.</param>
internal sealed class ArchiveRenewal(
    RepositoryAccess repository, Inventory current, Predicate<string> isSwept, TimeSpan wait, DateTimeOffset now, Action<string> warn, StepProgress progress)
{
    // A larger one is of a save of very many paths, and stays an object by itself.
    private const int LargestMember = 1024 * 1024;

    // What is left of the size is for the names of what is replaced, and the signature.
    private const int LargestMembers = Archive.LargestSize - (2 * 1024 * 1024);

    // As the packs that a run merges, so that the first run of a repository with very many snapshots does not take all memory.
    private const long MostInARun = 64L * 1024 * 1024;

    private readonly SnapshotRecords _records = new(repository);
    private readonly Dictionary<string, string> _listed = current.Listed.Where(snapshot => snapshot.TagName.Length > 0).ToDictionary(snapshot => snapshot.TagName, snapshot => snapshot.ObjectName, StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _sound = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _swept = new(StringComparer.Ordinal);
    private ArchiveView _view = ArchiveView.Empty;
    private HashSet<string> _named = [];
    private RevocationList? _revocations;

    /// <summary>How many snapshots went into archives.</summary>
    public int ArchivedSnapshots { get; private set; }

    /// <summary>Deletes what has been in archives for long enough, and then writes archives, if the store does delete.</summary>
    /// <exception cref="RekkordException">The store failed. What was not done is done by the next run.</exception>
    public void Run(CancellationToken cancellation)
    {
        _revocations = _records.LoadRevocations(cancellation);
        ObjectInfo[] own = [.. ListOwn(ObjectName.Tags, cancellation), .. ListOwn(ObjectName.Snapshots, cancellation)];
        _view = BlockingCalls.Wait(repository.Archives.RefreshAsync(cancellation));
        if (_view.Unread.Count > 0 || _revocations.Damaged.Count > 0)
            return;
        _named = _view.Archives.Where(archive => Trusts(archive.KeyId)).SelectMany(archive => archive.Replaced).ToHashSet(StringComparer.Ordinal);
        progress.Begin("Moving snapshots into archives", "objects");
        string[] copied = [.. own.Where(found => IsCovered(found, HasWaited, cancellation)).Select(found => found.Name)];
        string[] replaced = [.. _view.Archives.Where(archive => _named.Contains(archive.Name) && IsCovered(archive, HasWaited, cancellation)).Select(archive => archive.Name)];
        progress.Expect(copied.Length + replaced.Length);
        var deletion = new Deletion(repository, progress);
        deletion.RunUntilRefused(copied, cancellation);
        deletion.RunUntilRefused(replaced, cancellation);
        deletion.Tell(warn);
        if (deletion.Refused.Count == 0)
            Write(own, cancellation);
    }

    private IEnumerable<ObjectInfo> ListOwn(string folder, CancellationToken cancellation) =>
        repository.Archives.Plain.List(folder, cancellation).Where(found => found.Obstacle is null && ObjectName.IsWellFormed(folder, found.Name));

    private bool Trusts(string keyId) => _revocations!.TrustsAll(keyId);

    /// <summary>Whether something may be deleted because of an archive: that is as old as it must be, and is read whole.</summary>
    private bool HasWaited(Archive archive, CancellationToken cancellation) => now - archive.Found.ModifiedTime >= wait && IsSound(archive, cancellation);

    /// <summary>Whether an archive that counts has an object, and no later time of it than the store.</summary>
    private bool IsCovered(ObjectInfo own, Func<Archive, CancellationToken, bool> counts, CancellationToken cancellation) =>
        Holders(own.Name).Any(holder => Trusts(holder.Archive.KeyId) && holder.TimeFor(Trusts) <= own.ModifiedTime && counts(holder.Archive, cancellation));

    /// <summary>Whether later archives that count have all that an archive has, apart from what is swept.</summary>
    private bool IsCovered(Archive archive, Func<Archive, CancellationToken, bool> counts, CancellationToken cancellation) => archive.Entries.All(entry =>
    {
        var time = new ArchiveHolder(archive, entry, null).TimeFor(Trusts);
        return Holders(entry.Name).Any(holder => holder.Archive.IsAfter(archive) && Trusts(holder.Archive.KeyId)
            && (time is null || holder.TimeFor(Trusts) <= time) && counts(holder.Archive, cancellation)) || IsSwept(entry.Name, cancellation);
    });

    private IEnumerable<ArchiveHolder> Holders(string name)
    {
        for (var holder = _view.Find(name); holder is not null; holder = holder.Next)
            yield return holder;
    }

    /// <summary>Whether a snapshot is swept, or the one that a tag names.</summary>
    private bool IsSwept(string name, CancellationToken cancellation)
    {
        if (name.StartsWith(ObjectName.Snapshots, StringComparison.Ordinal))
            return isSwept(name);
        if (_listed.TryGetValue(name, out var snapshot) && !isSwept(snapshot))
            return false;

        // A catalogue may say something else of it: it is asked itself.
        if (!_swept.TryGetValue(name, out var known))
            _swept[name] = known = TryReadTag(name, cancellation) is { } tag && isSwept(tag.ObjectName);
        return known;
    }

    private Snapshot? TryReadTag(string name, CancellationToken cancellation)
    {
        try
        {
            return _records.ReadTag(name, cancellation);
        }
        catch (RekkordException error) when (error.MeansLoss || error.Kind == RekkordErrorKind.NotFound)
        {
            // A scan tells of it. It stays where it is.
            return null;
        }
    }

    /// <summary>Reads an archive whole from the store, and verifies everything in it.</summary>
    private bool IsSound(Archive archive, CancellationToken cancellation)
    {
        if (_sound.TryGetValue(archive.Name, out var known))
            return known;
        try
        {
            var bytes = new byte[archive.Found.Size];
            using var stream = repository.Archives.Plain.OpenRead(archive.Name, cancellation);
            known = stream.ReadFully(bytes, cancellation) == bytes.Length && HasName(archive.Name, bytes)
                && archive.Entries.All(entry => HasName(entry.Name, bytes.AsSpan((int)entry.Offset, entry.Length)));
        }
        catch (RekkordException error) when (error.MeansLoss || error.Kind == RekkordErrorKind.NotFound)
        {
            known = false;
        }

        if (!known)
            warn($"Nothing is deleted because it is in the archive '{archive.Name}', which cannot be read as it was written. If it is still there, run Invoke-RekkordScan -Repair.");
        return _sound[archive.Name] = known;
    }

    private static bool HasName(string name, ReadOnlySpan<byte> bytes) => SHA256.HashData(bytes).AsSpan().SequenceEqual(ObjectName.TryGetHash(name));

    private void Write(ObjectInfo[] own, CancellationToken cancellation)
    {
        static bool Any(Archive archive, CancellationToken cancellation) => true;
        var active = _view.Archives.Where(archive => !IsCovered(archive, Any, cancellation)).ToArray();
        Archive[] due = [.. AtMost(_view.Archives.Where(archive => IsDue(archive, active, cancellation)), archive => archive.Found.Size)];
        var loose = FindLoose(own.Where(found => !IsCovered(found, Any, cancellation)).ToDictionary(found => found.Name, StringComparer.Ordinal), cancellation);
        var enough = loose.Count >= 2 * Consolidation.Least;
        if (!enough && due.Length == 0)
            return;
        var generation = _view.Archives.Select(archive => archive.Generation).DefaultIfEmpty(0).Max();
        if (generation == long.MaxValue)
        {
            warn("No snapshots are put into archives, because somebody has made one that no other can follow. Revoke the keyfile that signed it, and run Invoke-RekkordScan -Repair.");
            return;
        }

        var members = loose.ToDictionary(member => member.Name, StringComparer.Ordinal);
        var merged = due.Where(archive => TryTake(archive, members, cancellation)).ToHashSet();
        if (!enough && merged.Count == 0)
            return;
        merged.UnionWith(Choose(active.Except(due), members.Values.Sum(SizeOf)).Where(archive => TryTake(archive, members, cancellation)));
        Write([.. members.Values.OrderBy(member => member.Name, StringComparer.Ordinal)], FindReplaced(active, merged, cancellation), generation + 1, cancellation);
        ArchivedSnapshots = loose.Count(member => member.Name.StartsWith(ObjectName.Snapshots, StringComparison.Ordinal));
    }

    /// <summary>Whether an archive is to be written anew: without what is swept, or because the key that signed it was revoked. Also one of which nothing is left: another one must say so.</summary>
    private bool IsDue(Archive archive, Archive[] active, CancellationToken cancellation) =>
        (active.Contains(archive) || !_named.Contains(archive.Name))
        && (!Trusts(archive.KeyId) || archive.Entries.Any(entry => IsSwept(entry.Name, cancellation)));

    private static long SizeOf(ArchiveMember member) => member.Bytes.Length + Archive.EntryLength;

    /// <summary>As much as is worth a run, and memory. The next run goes on.</summary>
    private static IEnumerable<T> AtMost<T>(IEnumerable<T> things, Func<T, long> sizeOf)
    {
        var size = 0L;
        return things.TakeWhile(thing => (size += sizeOf(thing)) <= MostInARun);
    }

    /// <summary>Which archives are merged with so much that is written in any case.</summary>
    private static IEnumerable<Archive> Choose(IEnumerable<Archive> archives, long size)
    {
        var ascending = archives.OrderBy(archive => archive.Found.Size).ThenBy(archive => archive.Name, StringComparer.Ordinal).ToArray();
        var count = Consolidation.Count(size, ascending.Select(archive => archive.Found.Size));
        return ascending.Take(count).TakeWhile(archive => (size += archive.Found.Size) <= LargestMembers);
    }

    /// <summary>The snapshots and tags, not removed, that are in no archive and have waited: a save is not between the two, and does not withdraw its snapshot any more.</summary>
    private List<ArchiveMember> FindLoose(Dictionary<string, ObjectInfo> own, CancellationToken cancellation)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var snapshot in current.Listed.Where(snapshot => snapshot is { TagName.Length: > 0, Removal: null, SignerStatus: SignerStatus.Trusted }))
        {
            cancellation.ThrowIfCancellationRequested();
            if ((own.ContainsKey(snapshot.ObjectName) || own.ContainsKey(snapshot.TagName)) && HasWaited(snapshot.ObjectName) && HasWaited(snapshot.TagName)
                && TryReadTag(snapshot.TagName, cancellation)?.ObjectName == snapshot.ObjectName)
            {
                names.UnionWith([snapshot.ObjectName, snapshot.TagName]);
            }
        }

        return [.. AtMost(names.Where(own.ContainsKey).Select(name => own[name]), found => found.Size).Select(found => TryReadOwn(found, cancellation)).OfType<ArchiveMember>()];

        bool HasWaited(string name) => own.TryGetValue(name, out var found) ? now - found.ModifiedTime >= wait && found.Size <= LargestMember : _view.Find(name) is not null;
    }

    private ArchiveMember? TryReadOwn(ObjectInfo found, CancellationToken cancellation)
    {
        try
        {
            var bytes = repository.Archives.Plain.Read(found.Name, LargestMember, cancellation);
            return HasName(found.Name, bytes) ? new ArchiveMember(found.Name, found.ModifiedTime, OwnId, bytes) : null;
        }
        catch (RekkordException error) when (error.MeansLoss || error.Kind == RekkordErrorKind.NotFound)
        {
            // A scan tells of it. It stays where it is.
            return null;
        }
    }

    private string OwnId => repository.Role == KeyRole.Master ? "" : Convert.ToHexStringLower(repository.Keys.KeyId);

    /// <summary>Takes over what an archive has and is not swept. Of times the earliest that counts stays.</summary>
    /// <returns>False when something in it cannot be read: then it stays.</returns>
    private bool TryTake(Archive archive, Dictionary<string, ArchiveMember> members, CancellationToken cancellation)
    {
        var taken = new List<ArchiveMember>();
        foreach (var entry in archive.Entries.Where(entry => !IsSwept(entry.Name, cancellation)))
        {
            cancellation.ThrowIfCancellationRequested();

            // No prune has made such an archive. It stays.
            if (entry.Length > LargestMember)
                return false;
            try
            {
                taken.Add(Take(new ArchiveHolder(archive, entry, null), BlockingCalls.Wait(repository.Archives.ReadAsync(archive, entry, cancellation))));
            }
            catch (RekkordException error) when (error.MeansLoss || error.Kind == RekkordErrorKind.NotFound)
            {
                warn($"An archive stays as it is: {error.Message}");
                return false;
            }
        }

        foreach (var member in taken)
        {
            if (!members.TryGetValue(member.Name, out var known) || known.Time is null || member.Time < known.Time)
                members[member.Name] = member;
        }

        return true;
    }

    /// <summary>Who signs vouches for times that the master key or the same keyfile has seen. Those of another keyfile count as long as that one is not revoked.</summary>
    private ArchiveMember Take(ArchiveHolder holder, byte[] bytes)
    {
        var signer = holder.Archive.KeyId;
        var time = holder.TimeFor(Trusts);
        return new ArchiveMember(holder.Entry.Name, time, time is null ? OwnId : signer.Length == 0 || signer == OwnId ? holder.Entry.Voucher : signer, bytes);
    }

    /// <summary>What of the archives is of no use any more, and what was replaced by these and the store still has: it explains that they are gone.</summary>
    private HashSet<string> FindReplaced(Archive[] active, HashSet<Archive> merged, CancellationToken cancellation)
    {
        var idle = _view.Archives.Where(archive => merged.Contains(archive) || !active.Contains(archive)).ToArray();
        var earlier = idle.SelectMany(archive => archive.Replaced).ToHashSet(StringComparer.Ordinal);
        if (earlier.Count > 0 && FindKept(cancellation) is { } kept)
            earlier.RemoveWhere(name => !kept.Contains(name) && !_view.Archives.Any(archive => archive.Name == name));
        return [.. idle.Select(archive => archive.Name), .. earlier];
    }

    /// <summary>What was deleted and the store still keeps; null when it does not tell.</summary>
    private HashSet<string>? FindKept(CancellationToken cancellation)
    {
        try
        {
            return [.. repository.Store.ListDeleted(cancellation)];
        }
        catch (StorageException error) when (error.ErrorId == StorageException.AccessDeniedId)
        {
            return null;
        }
    }

    /// <summary>Writes as many archives as the size asks for. The last one says what they replace, when all are there.</summary>
    private void Write(ArchiveMember[] members, IReadOnlyCollection<string> replaced, long generation, CancellationToken cancellation)
    {
        var rest = members.AsMemory();
        do
        {
            var count = 0;
            for (var size = 0L; count < rest.Length && (size += SizeOf(rest.Span[count])) <= LargestMembers;)
                count++;
            var part = rest[..count].ToArray();
            rest = rest[count..];
            var bytes = Archive.Encode(repository.Keys, generation, rest.IsEmpty ? replaced : [], part);
            repository.Store.Put(ObjectName.For(ObjectName.Archives, SHA256.HashData(bytes)), bytes, cancellation);
        }
        while (!rest.IsEmpty);
    }
}
