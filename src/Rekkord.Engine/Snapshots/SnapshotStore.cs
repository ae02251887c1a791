using System.Collections.Concurrent;
using System.Diagnostics;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Snapshots;

/// <summary>Lists the snapshots of a repository, and finds the one that a user names. Thread-safe.</summary>
public sealed class SnapshotStore
{
    // Opening one takes some 0.2 ms, and a thread must be worth its start.
    private const int RecordsWorthAThread = 32;

    private readonly RepositoryAccess _repository;

    // A tag is never overwritten, so one that was read once need not be read again.
    private readonly ConcurrentDictionary<string, Snapshot> _tags = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, RemovalRecord> _removals = new(StringComparer.Ordinal);

    // The same from one process to the next.
    private readonly Lazy<TagCache?> _cache;

    /// <summary>Works on an open repository. Which keys were revoked is read once.</summary>
    public SnapshotStore(RepositoryAccess repository)
    {
        _repository = repository;
        Records = new SnapshotRecords(repository);
        _cache = new Lazy<TagCache?>(() => repository.RemembersTags
            ? TagCache.Open(CacheLocation.ForTags(repository.Id, repository.CacheDirectory), repository.Keys, repository.Store.Capabilities.IsDistant)
            : null);
    }

    /// <summary>The names of the tags that the last listing found; null before there was one.</summary>
    internal IReadOnlyList<string>? Listed { get; private set; }

    /// <summary>The records that it lists.</summary>
    internal SnapshotRecords Records { get; }

    /// <summary>Lists the snapshots that are not removed, oldest first, by their tags. Needs a key that can list.</summary>
    /// <param name="damaged">Told of each tag and revocation that cannot be read; the others are still listed.</param>
    /// <param name="cancellation">Stops between tags.</param>
    /// <param name="warn">Is told when there are snapshots that no tag names, so that they are not in the list.</param>
    /// <exception cref="RekkordException">The key's role cannot list (<c>KeyRoleInsufficient</c>), or the store failed.</exception>
    public IReadOnlyList<Snapshot> List(Action<RekkordException> damaged, CancellationToken cancellation, Action<string>? warn = null)
    {
        ArgumentNullException.ThrowIfNull(damaged);
        var listing = Load(cancellation);
        listing.Errors.ForEach(damaged);
        if (listing.LostTags > 0)
            warn?.Invoke($"{listing.LostTags} snapshot(s) in the repository '{_repository.Location}' have no tag, so this list does not show them. Either a save is still running, or their tags were lost. Invoke-RekkordScan -Repair makes the tags again.");
        return [.. listing.Snapshots.Where(snapshot => snapshot.Removal is null)];
    }

    /// <summary>Lists the snapshots that were removed and are still there, in the same way.</summary>
    /// <inheritdoc cref="List"/>
    public IReadOnlyList<Snapshot> ListRemoved(Action<RekkordException> damaged, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(damaged);
        var listing = Load(cancellation);
        listing.Errors.ForEach(damaged);
        return [.. listing.Snapshots.Where(snapshot => snapshot.Removal is not null)];
    }

    /// <summary>Everything that there is: also what was removed, and what no tag names, if the key can read that.</summary>
    internal (IReadOnlyList<Snapshot> Snapshots, IReadOnlyList<RekkordException> Errors, RemovalList Removals) ListAll(CancellationToken cancellation)
    {
        var listing = Load(cancellation);
        return ([.. listing.Snapshots, .. ReadUntagged(listing, cancellation)], listing.Errors, listing.Removals);
    }

    /// <summary>Tells of what makes it doubtful which of the listed snapshots is the newest of its channel.</summary>
    /// <param name="listed">Snapshots of a listing.</param>
    /// <param name="warn">Is told.</param>
    public static void WarnOfDoubts(IEnumerable<Snapshot> listed, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(listed);
        foreach (var channel in listed.Where(snapshot => snapshot.SignerStatus == SignerStatus.Trusted).GroupBy(snapshot => snapshot.Summary.Channel))
        {
            try
            {
                NewestSnapshot.Find([.. channel], DateTimeOffset.UtcNow, warn);
            }
            catch (RekkordException error)
            {
                warn(error.Message);
            }
        }
    }

    /// <summary>
    /// Reads what there is. The snapshots' names are listed first: each of a save that has ended then finds its tag. For those that find
    /// none the tags are listed once more, since a save that runs is without its tag for a moment.
    /// </summary>
    private Listing Load(CancellationToken cancellation, bool withRemovals = true)
    {
        _ = _repository.Keys.LogPrivateKey;
        _repository.Store.ListAhead(withRemovals ? [ObjectName.Removals, ObjectName.Revocations, ObjectName.Snapshots, ObjectName.Tags] : [ObjectName.Revocations, ObjectName.Snapshots, ObjectName.Tags], cancellation);
        var stored = _repository.List(ObjectName.Snapshots, cancellation).ToDictionary(found => found.Name, StringComparer.Ordinal);
        var removals = withRemovals ? LoadRemovals(cancellation) : RemovalList.None;
        List<RekkordException> errors = [.. Records.LoadRevocations(cancellation).Damaged, .. removals.Unread];
        var damaged = errors.Count;
        var names = ListTags();
        var tags = OpenTags(names, errors, cancellation);
        if (FindUntagged().Length > errors.Count - damaged)
        {
            var more = ListTags().Except(names).ToArray();
            tags.AddRange(OpenTags(more, errors, cancellation));
            names = [.. names, .. more];
        }

        Listed = names;
        _cache.Value?.Save(names.ToHashSet(StringComparer.Ordinal));
        var now = DateTimeOffset.UtcNow;
        var snapshots = tags
            .Select(tag => tag with { StoredTime = stored.GetValueOrDefault(tag.ObjectName)?.ModifiedTime, Removal = removals.Find(tag.ObjectName) })
            .OrderBy(tag => tag.ListTime(now).UtcTicks).ThenBy(tag => tag.TagName, StringComparer.Ordinal);
        return new Listing([.. snapshots], removals, errors, stored.Values, FindUntagged(), errors.Count - damaged);

        string[] ListTags() => [.. _repository.List(ObjectName.Tags, cancellation).Select(tag => tag.Name)];

        ObjectInfo[] FindUntagged()
        {
            var tagged = tags.Select(tag => tag.ObjectName).ToHashSet(StringComparer.Ordinal);
            return [.. stored.Values.Where(found => !tagged.Contains(found.Name))];
        }
    }

    private RemovalList LoadRemovals(CancellationToken cancellation) => RemovalList.Load(_repository, Records, _removals, cancellation);

    /// <summary>Opens tags, several at a time.</summary>
    private List<Snapshot> OpenTags(string[] names, List<RekkordException> errors, CancellationToken cancellation)
    {
        var unknown = names.Where(name => !_tags.ContainsKey(name) && _cache.Value?.Find(name) is null).ToArray();
        var catalogue = Catalogue.Read(_repository, Records.LoadRevocations(cancellation), unknown, cancellation);
        var opened = new Snapshot?[names.Length];
        var failed = new RekkordException?[names.Length];
        var next = -1;
        var others = new Task[CountThreads(_repository, names.Length, unknown.Count(name => !catalogue.Has(name))) - 1];
        for (var i = 0; i < others.Length; i++)
            others[i] = Task.Run(OpenSome, CancellationToken.None);
        OpenSome();
        foreach (var other in others)
            other.GetAwaiter().GetResult();
        cancellation.ThrowIfCancellationRequested();
        errors.AddRange(failed.OfType<RekkordException>());
        return [.. opened.OfType<Snapshot>()];

        void OpenSome()
        {
            var opener = new Lazy<RecordOpener>(() => new RecordOpener(_repository.Keys, _repository.Keys.LogPrivateKey), isThreadSafe: false);
            for (var i = Interlocked.Increment(ref next); i < names.Length && !cancellation.IsCancellationRequested; i = Interlocked.Increment(ref next))
            {
                try
                {
                    opened[i] = _tags.TryGetValue(names[i], out var known) ? known : _tags[names[i]] = FindTag(names[i], catalogue, opener, cancellation);
                }
                catch (RekkordException error)
                {
                    failed[i] = error;
                }
            }

            if (opener.IsValueCreated)
                opener.Value.Dispose();
        }
    }

    /// <summary>How many threads are worth it: for opening records as many as there are processors, for reading them one by one as many as the store answers at once.</summary>
    internal static int CountThreads(RepositoryAccess repository, int records, int single)
    {
        var opening = Math.Min(Environment.ProcessorCount, 1 + (records / RecordsWorthAThread));
        return repository.Store.Capabilities is { IsDistant: true, Connections: var connections } ? Math.Max(opening, Math.Min(connections, single)) : opening;
    }

    /// <summary>Writes a snapshot, then its tag, which need not be read again on this machine. Everything that it refers to must be durable.</summary>
    /// <inheritdoc cref="SnapshotRecords.Write"/>
    internal Snapshot Write(SnapshotSummary summary, IReadOnlyList<(byte[] Path, byte[] Entry)> roots, CancellationToken cancellation, Action<string>? confirm = null)
    {
        var written = Records.Write(summary, roots, cancellation, confirm);
        if (_repository.Keys.CanList)
            _cache.Value?.Add(written.TagName, SnapshotRecords.OpenedTagOf(written, _repository.Keys));
        return written;
    }

    /// <summary>What tags say, by their names, each verified on this machine, and not on somebody's word. Those that cannot be read are left out.</summary>
    internal Dictionary<string, OpenedTag> OpenVerified(IEnumerable<string> tags, CancellationToken cancellation)
    {
        var verified = new Dictionary<string, OpenedTag>(StringComparer.Ordinal);
        using var opener = new RecordOpener(_repository.Keys, _repository.Keys.LogPrivateKey);
        foreach (var name in tags)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                verified[name] = _cache.Value?.Find(name) ?? Records.OpenTag(name, opener, cancellation);
            }
            catch (RekkordException error) when (error.MeansLoss || error.Kind == RekkordErrorKind.NotFound)
            {
                // A listing tells of it.
                continue;
            }
        }

        return verified;
    }

    /// <summary>Whether what a key vouches for may be vouched for by the one in use: it is the same, or the master key, which cannot be revoked.</summary>
    /// <param name="keyId">The ID of the keyfile; null for the master key.</param>
    internal bool IsOwnWord(byte[]? keyId) => keyId is null || keyId.AsSpan().SequenceEqual(_repository.Keys.KeyId);

    /// <summary>
    /// Finds the snapshot that a user names: by ID, by the beginning of one (4 digits at least), or by channel (the newest one whose
    /// signature counts). A name that may be both is neither; <c>id:</c> or <c>channel:</c> before it says which is meant. 64 digits are
    /// always an ID.
    /// </summary>
    /// <param name="reference">What the user gave, without a path.</param>
    /// <param name="cancellation">Stops between tags.</param>
    /// <param name="warn">Is told when newer snapshots of a channel are passed over, or may be.</param>
    /// <exception cref="RekkordException">
    /// There is none (<c>SnapshotNotFound</c>), several may be meant, or which of a channel is the newest cannot be told
    /// (<c>SnapshotAmbiguous</c>), what follows <c>id:</c> is not an ID (<c>SnapshotIdInvalid</c>), or the store failed.
    /// </exception>
    public Snapshot Find(string reference, CancellationToken cancellation, Action<string>? warn = null)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var name = SnapshotName.Parse(reference);
        var listing = Load(cancellation);
        Snapshot[] all = [.. listing.Snapshots, .. ReadUntagged(listing, cancellation)];
        var filed = name.MayBeChannel ? all.Where(snapshot => snapshot.Summary.Channel == name.Text).ToArray() : [];
        var withId = FindById(name, all);
        if (withId.Length > 1 || (withId.Length > 0 && filed.Length > 0))
            throw Ambiguous(name.Text, withId, filed.Length > 0);
        var found = withId.Length > 0 ? withId[0] : FindNewest(name.Text, filed, listing.Errors, warn ?? (static _ => { }));
        if (withId.Length > 0 && listing.Errors.Count > 0 && !name.IsWholeId)
            warn?.Invoke($"{listing.Errors.Count} tag(s) could not be read. The ID of one of their snapshots may also begin with '{name.Text}'. Run Invoke-RekkordScan.");
        if (warn is not null)
            WarnOfState(found, warn);
        return found;
    }

    /// <summary>Tells of a snapshot that was found what keeps it from the lists.</summary>
    internal static void WarnOfState(Snapshot found, Action<string> warn)
    {
        if (found.TagName.Length == 0)
            warn($"The snapshot {found.Id} of channel '{found.Summary.Channel}' has no tag, so no list shows it. Either its save is still running, or its tag was lost. Invoke-RekkordScan -Repair makes the tag again.");
        if (found.Removal is { } removal)
            warn($"The snapshot {found.Id} of channel '{found.Summary.Channel}' was removed on {removal.Time:u}. Undo-RekkordRemoval brings it back, until Invoke-RekkordPrune deletes it.");
    }

    /// <summary>The snapshots with an ID. What was removed is in nobody's way: it is found only where nothing else has that ID.</summary>
    private static Snapshot[] FindById(SnapshotName name, Snapshot[] all)
    {
        var found = all.Where(name.IsIdOf).OrderBy(snapshot => snapshot.SignerStatus).ToLookup(snapshot => snapshot.Removal is not null);
        return [.. (found.Contains(false) ? found[false] : found[true]).DistinctBy(snapshot => snapshot.Id)];
    }

    private Snapshot FindNewest(string channel, Snapshot[] filed, List<RekkordException> unread, Action<string> warn)
    {
        var present = filed.Where(snapshot => snapshot.Removal is null).ToArray();
        var trusted = present.Where(snapshot => snapshot.SignerStatus == SignerStatus.Trusted).ToArray();
        if (trusted.Length == 0)
            throw NotFound(channel, unread.Count, present.Length, filed.Length - present.Length);

        // The newest snapshot may be one whose tag could not be read. What is damaged stays so, but a failure to read may pass.
        if (unread.FirstOrDefault(error => error.Kind != RekkordErrorKind.InvalidData) is { } failure)
            throw new RekkordException(failure.ErrorId, failure.Kind, $"It is not clear which snapshot of channel '{channel}' is the newest: {failure.Message} Try again, or give a snapshot by its ID.", failure.Target, failure);
        var damaged = unread.ToLookup(IsOfTag);
        foreach (var error in damaged[false])
            warn(error.Message);
        if (damaged[true].Count() is var tags and > 0)
            warn($"{tags} tag(s) are damaged. One of them may belong to a newer snapshot of channel '{channel}'. Run Invoke-RekkordScan.");
        var newest = NewestSnapshot.Find(trusted, DateTimeOffset.UtcNow, warn);
        var passedOver = present.Count(snapshot => snapshot.SignerStatus != SignerStatus.Trusted && snapshot.Summary.Time > newest.Summary.Time);
        if (passedOver > 0)
            warn($"{passedOver} newer snapshot(s) of channel '{channel}' are signed by a revoked key and were not used. Get-RekkordSnapshot shows them.");
        return newest;
    }

    /// <summary>Whether what could not be read is a tag or snapshot, and not what says which of them count.</summary>
    private static bool IsOfTag(RekkordException error) =>
        error.Target is not { } name || !Array.Exists([ObjectName.Revocations, ObjectName.Removals], folder => name.StartsWith(folder.TrimEnd('/'), StringComparison.Ordinal));

    /// <summary>
    /// Reads the snapshots that no tag names, if the key can: one of them may be the newest of its channel. Those whose tags could not be
    /// read are not among them: what such a tag says of its snapshot is for a scan to judge.
    /// </summary>
    private List<Snapshot> ReadUntagged(Listing listing, CancellationToken cancellation)
    {
        var found = new List<Snapshot>();
        if (listing.LostTags == 0 || !_repository.Keys.CanRead)
            return found;
        foreach (var untagged in listing.Untagged)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                found.Add(Records.Read(untagged.Name, cancellation).Snapshot with { StoredTime = untagged.ModifiedTime, Removal = listing.Removals.Find(untagged.Name) });
            }
            catch (RekkordException error)
            {
                listing.Errors.Add(error);
            }
        }

        return found;
    }

    /// <summary>Finds the snapshot that a user names, as <see cref="Find"/> does, and reads it. Needs a key that can read.</summary>
    /// <param name="reference">What the user gave.</param>
    /// <param name="warn">Is told when newer snapshots of a channel are passed over, and when a revoked key signed the one that was named by its ID.</param>
    /// <param name="cancellation">Stops between tags.</param>
    /// <exception cref="RekkordException">
    /// As for <see cref="Find"/>; it is damaged (<c>ObjectDamaged</c>), or a revoked key signed what a channel leads to
    /// (<c>SignerRevoked</c>).
    /// </exception>
    internal (Snapshot Snapshot, IReadOnlyList<SnapshotRoot> Roots) Open(string reference, Action<string> warn, CancellationToken cancellation)
    {
        var tag = Find(reference, cancellation, warn);
        var (record, roots) = Open(tag, cancellation);
        CheckSigner(SnapshotName.Parse(reference), tag, record, warn);
        return (tag, roots);
    }

    /// <summary>Reads the snapshot that a tag names.</summary>
    /// <exception cref="RekkordException">It is damaged, or another one (<c>ObjectDamaged</c>).</exception>
    internal (Snapshot Record, IReadOnlyList<SnapshotRoot> Roots) Open(Snapshot tag, CancellationToken cancellation)
    {
        var (record, roots) = Records.Read(tag.ObjectName, cancellation);
        if (record.Id != tag.Id)
            throw new DamagedObjectException(tag.ObjectName, "it is not the snapshot that its tag names.");
        if (!SnapshotCodec.AreSame(tag.Summary, record.Summary))
            throw new DamagedObjectException(tag.TagName, $"it contradicts its snapshot {tag.Id}.");
        return (record, roots);
    }

    /// <summary>Whoever names a snapshot by its ID gets it, with a warning; the newest of a channel must be what it claims to be.</summary>
    private static void CheckSigner(SnapshotName name, Snapshot tag, Snapshot record, Action<string> warn)
    {
        if (tag.SignerStatus == SignerStatus.Trusted && record.SignerStatus == SignerStatus.Trusted)
            return;
        var what = $"The snapshot {tag.Id} is signed by the key {(record.SignerStatus == SignerStatus.Revoked ? record : tag).KeyId}, which was revoked. It may be forged.";
        if (!name.IsIdOf(tag))
            throw new RekkordException("SignerRevoked", RekkordErrorKind.Security, $"{what} Nothing was read from it. Name it by its ID to use it all the same.", tag.Id.ToString());
        warn(what);
    }

    private static RekkordException Ambiguous(string name, Snapshot[] withId, bool isChannel) => new(
        "SnapshotAmbiguous",
        RekkordErrorKind.InvalidArgument,
        isChannel
            ? $"'{name}' is a channel, and the IDs of {withId.Length} snapshot(s) also begin with it: {Describe(withId)}. Write '{SnapshotReference.ChannelPrefix}{name}' for the newest of the channel, or '{SnapshotReference.IdPrefix}' and more of an ID for a snapshot."
            : $"{withId.Length} snapshots have an ID that begins with '{name}': {Describe(withId)}. Give more of it.",
        name);

    private static string Describe(Snapshot[] snapshots) => string.Join(
        ", ", snapshots.Take(5).Select(snapshot => $"{snapshot.Id.ToString()[..16]} (channel '{snapshot.Summary.Channel}', {snapshot.Summary.Time:u})")) + (snapshots.Length > 5 ? ", …" : "");

    private RekkordException NotFound(string reference, int damagedCount, int passedOver, int removed) => new(
        "SnapshotNotFound",
        RekkordErrorKind.NotFound,
        $"No snapshot has the ID or channel '{reference}' in the repository '{_repository.Location}'."
        + (passedOver > 0 ? $" {passedOver} snapshot(s) of that channel are signed by a revoked key. Each can be given by its ID." : "")
        + (removed > 0 ? $" {removed} snapshot(s) of that channel were removed. Get-RekkordSnapshot -Removed lists them, and Undo-RekkordRemoval brings them back." : "")
        + (damagedCount == 0 ? " Get-RekkordSnapshot lists what there is." : $" {damagedCount} tag(s) could not be read: run Invoke-RekkordScan."),
        reference);

    /// <summary>
    /// Tells, after a save, when its clock does not agree with others: then which snapshot is the newest may be hard to tell later. The
    /// snapshot is durable by now, so what cannot be read is not an error.
    /// </summary>
    internal void WarnOfClocks(Snapshot written, Action<string> warn, CancellationToken cancellation)
    {
        try
        {
            var listing = _repository.Keys.CanList ? Load(cancellation, withRemovals: false) : null;
            var stored = listing?.Stored ?? [.. _repository.List(ObjectName.Snapshots, cancellation)];
            if (stored.FirstOrDefault(found => found.Name == written.ObjectName) is { ModifiedTime: var time })
            {
                var last = stored.MaxBy(found => found.ModifiedTime.UtcTicks)!.ModifiedTime;
                if ((written.EndTime - time).Duration() > Snapshot.ClockTolerance)
                    warn($"The clocks of this machine and of the storage differ: the snapshot {written.Id} was made at {written.EndTime:u} by this machine's clock, and at {time:u} by the storage's. Set the one that is wrong: they decide which snapshot is the newest.");
                if (last - time > Snapshot.ClockTolerance)
                    warn($"The repository has snapshots that were stored later than now ({last:u}). A clock was ahead once, or is behind now. Set it: it decides which snapshot is the newest.");
            }

            Snapshot[] ahead = [.. listing?.Snapshots.Where(other => IsLater(other, written)) ?? []];
            var removals = ahead.Length > 0 ? LoadRemovals(cancellation) : RemovalList.None;
            foreach (var later in ahead.Where(other => removals.Find(other.ObjectName) is null))
                warn($"The snapshot {later.Id} of channel '{later.Summary.Channel}' claims to be of {later.Summary.Time:u}, which is later than now. The clock of '{later.Summary.HostName}' was wrong then, this machine's is wrong now, or somebody wrote that on purpose. Commands that use the channel may stop because of it and ask for an ID.");
        }
        catch (RekkordException error)
        {
            warn($"Whether the clocks agree could not be checked: {error.Message}");
        }
        catch (OperationCanceledException)
        {
            // The snapshot is made, and each later save looks at the clocks again.
        }
    }

    private static bool IsLater(Snapshot other, Snapshot written) => other.SignerStatus == SignerStatus.Trusted
        && other.Summary.Channel == written.Summary.Channel && other.Summary.Time - written.EndTime > Snapshot.ClockTolerance;

    /// <summary>A tag that was opened before, by this machine or by somebody who vouches for it, or else the one in the store.</summary>
    private Snapshot FindTag(string name, Catalogue catalogue, Lazy<RecordOpener> opener, CancellationToken cancellation)
    {
        var cache = _cache.Value;
        if (cache?.Find(name) is { } known && TryReadTag(name, known, cancellation) is { } remembered)
            return remembered;
        if (catalogue.FindOpened(name) is var (said, voucher) && TryReadTag(name, said, cancellation) is { } vouched)
        {
            // Another keyfile may be revoked later, and its word does not count then: it is asked again each time.
            if (voucher is null)
                cache?.Add(name, said);
            return vouched;
        }

        var opened = catalogue.FindCopy(name) is { } copy ? SnapshotRecords.OpenTag(name, copy.Span, opener.Value) : Records.OpenTag(name, opener.Value, cancellation);
        var tag = Records.ReadTag(name, opened, cancellation);
        cache?.Add(name, opened);
        return tag;
    }

    /// <summary>Parses what a tag is said to say; null when that is not a tag. Only the store's own bytes tell whether the tag is damaged.</summary>
    private Snapshot? TryReadTag(string name, OpenedTag said, CancellationToken cancellation)
    {
        try
        {
            return Records.ReadTag(name, said, cancellation);
        }
        catch (DamagedObjectException error)
        {
            Debug.WriteLine(error.Message);
            return null;
        }
    }

    /// <summary>What a listing found.</summary>
    /// <param name="Snapshots">The snapshots, oldest first, and those that were removed.</param>
    /// <param name="Removals">What is removed.</param>
    /// <param name="Errors">What could not be read.</param>
    /// <param name="Stored">The snapshots' objects.</param>
    /// <param name="Untagged">Those of them that no readable tag names.</param>
    /// <param name="UnreadTags">How many tags could not be read; each accounts for one of these.</param>
    private sealed record Listing(IReadOnlyList<Snapshot> Snapshots, RemovalList Removals, List<RekkordException> Errors, IReadOnlyCollection<ObjectInfo> Stored, IReadOnlyList<ObjectInfo> Untagged, int UnreadTags)
    {
        /// <summary>How many snapshots have no tag at all.</summary>
        public int LostTags => Math.Max(0, Untagged.Count - UnreadTags);
    }
}
