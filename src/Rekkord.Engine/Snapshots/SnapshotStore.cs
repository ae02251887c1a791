using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;
using Oid = Rekkord.Engine.Repository.Oid;

namespace Rekkord.Engine.Snapshots;

/// <summary>Writes, reads and lists the snapshots of a repository. Thread-safe.</summary>
public sealed class SnapshotStore
{
    private readonly RepositoryAccess _repository;
    private readonly Lazy<RevocationList> _revocations;

    // A tag is never overwritten, so one that was read once need not be read again.
    private readonly ConcurrentDictionary<string, Snapshot> _tags = new(StringComparer.Ordinal);

    // The same from one process to the next.
    private readonly Lazy<TagCache?> _cache;

    /// <summary>Works on an open repository. Which keys were revoked is read once.</summary>
    public SnapshotStore(RepositoryAccess repository)
    {
        _repository = repository;
        _revocations = new Lazy<RevocationList>(() => RevocationList.Load(repository));
        _cache = new Lazy<TagCache?>(() => repository.TagCachePath is { } path ? TagCache.Open(path, repository.Keys) : null);
    }

    /// <summary>The revocations that this store judges signatures by, read once.</summary>
    internal RevocationList Revocations => _revocations.Value;

    private static ReadOnlySpan<byte> SnapshotMagic => "RKS\u0001"u8;

    private static ReadOnlySpan<byte> TagMagic => "RKT\u0001"u8;

    private static ReadOnlySpan<byte> SnapshotDomain => "rekkord snapshot v1\0"u8;

    private static ReadOnlySpan<byte> TagDomain => "rekkord tag v1\0"u8;

    /// <summary>Lists the snapshots, oldest first, by their tags. Needs a key that can list.</summary>
    /// <param name="damaged">Told of each tag and revocation that cannot be read; the others are listed all the same.</param>
    /// <param name="cancellation">Stops between tags.</param>
    /// <exception cref="RekkordException">The key's role cannot list (<c>KeyRoleInsufficient</c>), or the store failed.</exception>
    public IReadOnlyList<Snapshot> List(Action<RekkordException> damaged, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(damaged);
        _ = _repository.Keys.LogPrivateKey;
        var names = _repository.List(ObjectName.Tags).Select(tag => tag.Name).ToArray();
        var found = new Snapshot?[names.Length];
        var errors = new RekkordException?[names.Length];
        var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Lazy<RecordOpener> OpenerOfTags() => new(() => new RecordOpener(_repository.Keys, _repository.Keys.LogPrivateKey), isThreadSafe: false);
        Parallel.For(0, names.Length, options, OpenerOfTags, (i, _, opener) =>
        {
            try
            {
                found[i] = _tags.TryGetValue(names[i], out var known) ? known : _tags[names[i]] = FindTag(names[i], opener);
            }
            catch (RekkordException error)
            {
                errors[i] = error;
            }

            return opener;
        }, opener =>
        {
            if (opener.IsValueCreated)
                opener.Value.Dispose();
        });
        _cache.Value?.Save(names.ToHashSet(StringComparer.Ordinal));

        foreach (var error in _revocations.Value.Damaged.Concat(errors))
        {
            if (error is not null)
                damaged(error);
        }

        return [.. found.OfType<Snapshot>().OrderBy(snapshot => snapshot.Summary.Time).ThenBy(snapshot => snapshot.TagName, StringComparer.Ordinal)];
    }

    /// <summary>
    /// Finds the snapshot that a user names: by OID, by the beginning of one (4 digits at least), or by channel (the newest one whose
    /// signature counts).
    /// </summary>
    /// <param name="reference">What the user gave.</param>
    /// <param name="cancellation">Stops between tags.</param>
    /// <param name="warn">Is told when newer snapshots of a channel are passed over, or may be.</param>
    /// <exception cref="RekkordException">There is none (<c>SnapshotNotFound</c>), several begin so (<c>SnapshotAmbiguous</c>), or the store failed.</exception>
    public Snapshot Find(string reference, CancellationToken cancellation, Action<string>? warn = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(reference);
        var unread = new List<RekkordException>();
        var all = List(unread.Add, cancellation);
        if (reference.Length >= 4 && reference.All(char.IsAsciiHexDigit))
        {
            var matches = all.Where(snapshot => snapshot.Id.ToString().StartsWith(reference, StringComparison.OrdinalIgnoreCase))
                .OrderBy(snapshot => snapshot.SignerStatus).DistinctBy(snapshot => snapshot.Id).ToArray();
            if (matches.Length == 1)
                return matches[0];
            if (matches.Length > 1)
            {
                throw new RekkordException(
                    "SnapshotAmbiguous",
                    RekkordErrorKind.InvalidArgument,
                    $"{matches.Length} snapshots have an ID that begins with '{reference}'. Give more of it.",
                    reference);
            }
        }

        var filed = all.Where(snapshot => snapshot.Summary.Channel == reference).ToArray();
        var newest = Array.FindLastIndex(filed, snapshot => snapshot.SignerStatus == SignerStatus.Trusted);
        var passedOver = filed.Length - 1 - newest;
        if (newest < 0)
            throw NotFound(reference, unread.Count, passedOver);

        // The newest snapshot may be one whose tag could not be read. What is damaged stays so, but a failure to read may pass.
        if (unread.FirstOrDefault(error => error.Kind != RekkordErrorKind.InvalidData) is { } failure)
            throw new RekkordException(failure.ErrorId, failure.Kind, $"Which snapshot of channel '{reference}' is the newest cannot be told: {failure.Message} Try again, or name a snapshot by its ID.", failure.Target, failure);
        if (unread.Count > 0)
            warn?.Invoke($"{unread.Count} tag(s) are damaged, and one of them may be that of a newer snapshot of channel '{reference}'. Run Invoke-RekkordScan.");
        if (passedOver > 0)
            warn?.Invoke($"{passedOver} newer snapshot(s) of channel '{reference}' are signed by a revoked key and were passed over. Get-RekkordSnapshot shows them.");
        return filed[newest];
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
        var (record, roots) = Read(tag.ObjectName);
        if (record.Id != tag.Id)
            throw new DamagedObjectException(tag.ObjectName, "it is not the snapshot that its tag names.");
        if (!SnapshotCodec.AreSame(tag.Summary, record.Summary))
            throw new DamagedObjectException(tag.TagName, $"it says something else of the snapshot {tag.Id} than that says itself.");
        CheckSigner(reference, tag, record, warn);
        return (tag, roots);
    }

    /// <summary>Whoever names a snapshot by its ID gets it, with a warning; the newest of a channel must be what it claims to be.</summary>
    private static void CheckSigner(string reference, Snapshot tag, Snapshot record, Action<string> warn)
    {
        if (tag.SignerStatus == SignerStatus.Trusted && record.SignerStatus == SignerStatus.Trusted)
            return;
        var what = $"The snapshot {tag.Id} is signed by the key {(record.SignerStatus == SignerStatus.Revoked ? record : tag).KeyId}, which was revoked: it may have been forged.";
        if (reference == tag.Summary.Channel || !tag.Id.ToString().StartsWith(reference, StringComparison.OrdinalIgnoreCase))
            throw new RekkordException("SignerRevoked", RekkordErrorKind.Security, $"{what} Nothing was read from it. Name it by its ID to use it all the same.", tag.Id.ToString());
        warn(what);
    }

    private RekkordException NotFound(string reference, int damagedCount, int passedOver) => new(
        "SnapshotNotFound",
        RekkordErrorKind.NotFound,
        $"No snapshot has the ID or channel '{reference}' in the repository '{_repository.Location}'."
        + (passedOver > 0 ? $" {passedOver} snapshot(s) of that channel are signed by a revoked key; each can be named by its ID." : "")
        + (damagedCount == 0 ? " Get-RekkordSnapshot lists what there is." : $" {damagedCount} tag(s) could not be read: run Invoke-RekkordScan."),
        reference);

    /// <summary>Writes a snapshot, then its tag. Everything it refers to must be durable.</summary>
    internal Snapshot Write(SnapshotSummary summary, IReadOnlyList<(byte[] Path, byte[] Entry)> roots)
    {
        var payload = SnapshotCodec.EncodeRecord(summary, roots);
        var oid = _repository.Hasher.Compute(BlobType.Snapshot, payload);
        var envelope = SignedEnvelope.Wrap(_repository.Keys, SnapshotDomain, payload);
        var (snapshotName, hash) = Put(ObjectName.Snapshots, SnapshotMagic, _repository.Descriptor.DataPublicKey, SnapshotDomain, envelope);
        var tagName = WriteTag(oid, hash, summary);
        return new Snapshot(oid, summary, snapshotName, tagName, _repository.Role == KeyRole.Master ? "" : Convert.ToHexStringLower(_repository.Keys.KeyId));
    }

    /// <summary>Files a snapshot under its channel.</summary>
    internal string WriteTag(Oid oid, byte[] snapshotHash, SnapshotSummary summary)
    {
        var payload = SnapshotCodec.EncodeTag(oid.ToArray(), snapshotHash, summary);
        var envelope = SignedEnvelope.Wrap(_repository.Keys, TagDomain, payload);
        return Put(ObjectName.Tags, TagMagic, _repository.Descriptor.LogPublicKey, TagDomain, envelope).Name;
    }

    /// <summary>Reads a tag.</summary>
    /// <exception cref="DamagedObjectException">It is damaged, or signed by a stranger.</exception>
    internal Snapshot ReadTag(string name)
    {
        using var opener = new RecordOpener(_repository.Keys, _repository.Keys.LogPrivateKey);
        return ReadTag(name, OpenTag(name, opener));
    }

    /// <summary>A tag that was opened before, or else the one in the store.</summary>
    private Snapshot FindTag(string name, Lazy<RecordOpener> opener)
    {
        var cache = _cache.Value;
        try
        {
            if (cache?.Find(name) is { } known)
                return ReadTag(name, known);
        }
        catch (DamagedObjectException error)
        {
            // What the cache has is no tag. Only the store's own bytes tell whether that one is damaged.
            Debug.WriteLine(error.Message);
        }

        var opened = OpenTag(name, opener.Value);
        var tag = ReadTag(name, opened);
        cache?.Add(name, opened);
        return tag;
    }

    private OpenedTag OpenTag(string name, RecordOpener opener)
    {
        var (payload, keyId) = Get(name, TagMagic, TagDomain, opener);
        return new OpenedTag(keyId, payload);
    }

    private Snapshot ReadTag(string name, OpenedTag opened)
    {
        try
        {
            var (oid, hash, summary) = SnapshotCodec.DecodeTag(opened.Payload);
            var keyId = Hex(opened.KeyId);
            return new Snapshot(new Oid(oid), summary, ObjectName.For(ObjectName.Snapshots, hash), name, keyId)
            {
                SignerStatus = _revocations.Value.TrustsTag(keyId, name) ? SignerStatus.Trusted : SignerStatus.Revoked,
            };
        }
        catch (InvalidDataException error)
        {
            throw new DamagedObjectException(name, "it cannot be parsed.", error);
        }
    }

    /// <summary>Reads a snapshot's record.</summary>
    /// <exception cref="DamagedObjectException">It is damaged, or signed by a stranger.</exception>
    internal (Snapshot Snapshot, IReadOnlyList<SnapshotRoot> Roots) Read(string name)
    {
        using var opener = new RecordOpener(_repository.Keys, _repository.Keys.DataPrivateKey);
        var (payload, keyId) = Get(name, SnapshotMagic, SnapshotDomain, opener);
        try
        {
            var (summary, roots) = SnapshotCodec.DecodeRecord(payload);
            var oid = _repository.Hasher.Compute(BlobType.Snapshot, payload);
            var trusted = _revocations.Value.TrustsSnapshot(Hex(keyId), oid);
            return (new Snapshot(oid, summary, name, "", Hex(keyId)) { SignerStatus = trusted ? SignerStatus.Trusted : SignerStatus.Revoked }, roots);
        }
        catch (InvalidDataException error)
        {
            throw new DamagedObjectException(name, "it cannot be parsed.", error);
        }
    }

    private static string Hex(byte[]? keyId) => keyId is null ? "" : Convert.ToHexStringLower(keyId);

    private (string Name, byte[] Hash) Put(string folder, ReadOnlySpan<byte> magic, byte[] publicKey, ReadOnlySpan<byte> domain, byte[] envelope)
    {
        byte[] bytes = [.. magic, .. Hpke.Aes256.Seal(publicKey, [.. domain, .. _repository.Keys.RepositoryId], magic, Compression.Compress(envelope))];
        var hash = SHA256.HashData(bytes);
        var name = ObjectName.For(folder, hash);
        using var writer = _repository.Store.Create();
        writer.Write(bytes);
        writer.Commit(name);
        return (name, hash);
    }

    private (byte[] Payload, byte[]? KeyId) Get(string name, ReadOnlySpan<byte> magic, ReadOnlySpan<byte> domain, RecordOpener opener)
    {
        var bytes = _repository.Store.Read(name, FormatLimits.Record);
        if (!SHA256.HashData(bytes).AsSpan().SequenceEqual(ObjectName.TryGetHash(name)))
            throw new DamagedObjectException(name, "its bytes are not those that its name was made from.");
        if (!bytes.AsSpan().StartsWith(magic))
            throw new DamagedObjectException(name, "it does not start as such an object does.");
        try
        {
            return opener.Open(domain, magic, bytes.AsSpan(magic.Length));
        }
        catch (Exception error) when (error is CryptographicException or InvalidDataException)
        {
            throw new DamagedObjectException(name, $"{error.Message.TrimEnd('.')}.", error);
        }
    }
}
