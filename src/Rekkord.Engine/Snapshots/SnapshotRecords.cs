using System.Security.Cryptography;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Snapshots;

/// <summary>Writes and reads the records of snapshots, their tags and their removals, one at a time. Thread-safe.</summary>
internal sealed class SnapshotRecords
{
    private readonly RepositoryAccess _repository;
    private readonly Lock _lock = new();
    private RevocationList? _revocations;

    /// <summary>Works on an open repository. Which keys were revoked is read once.</summary>
    public SnapshotRecords(RepositoryAccess repository) => _repository = repository;

    private static ReadOnlySpan<byte> SnapshotMagic => "RKS\u0001"u8;

    private static ReadOnlySpan<byte> TagMagic => "RKT\u0001"u8;

    private static ReadOnlySpan<byte> SnapshotDomain => "rekkord snapshot v1\0"u8;

    private static ReadOnlySpan<byte> TagDomain => "rekkord tag v1\0"u8;

    private static ReadOnlySpan<byte> RemovalMagic => "RKD\u0001"u8;

    private static ReadOnlySpan<byte> RemovalDomain => "rekkord removal v1\0"u8;

    /// <summary>The revocations that signatures are judged by, read once.</summary>
    public RevocationList LoadRevocations(CancellationToken cancellation)
    {
        lock (_lock)
            return _revocations ??= RevocationList.Load(_repository, cancellation);
    }

    /// <summary>Writes a snapshot, then its tag. Everything it refers to must be durable.</summary>
    /// <param name="summary">What is told of it.</param>
    /// <param name="roots">What was saved.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <param name="confirm">Is told the name of the snapshot's object before it gets its tag. If it fails, there is no tag.</param>
    public Snapshot Write(SnapshotSummary summary, IReadOnlyList<(byte[] Path, byte[] Entry)> roots, CancellationToken cancellation, Action<string>? confirm = null)
    {
        var payload = SnapshotCodec.EncodeRecord(summary, roots);
        var oid = _repository.Hasher.Compute(BlobType.Snapshot, payload);
        var envelope = SignedEnvelope.Wrap(_repository.Keys, SnapshotDomain, payload);
        var (snapshotName, hash) = Put(ObjectName.Snapshots, SnapshotMagic, _repository.Descriptor.DataPublicKey, SnapshotDomain, envelope, cancellation);
        confirm?.Invoke(snapshotName);
        var tagName = WriteTag(oid, hash, summary, cancellation);
        return new Snapshot(oid, summary, snapshotName, tagName, _repository.Role == KeyRole.Master ? "" : Convert.ToHexStringLower(_repository.Keys.KeyId));
    }

    /// <summary>Files a snapshot under its channel.</summary>
    public string WriteTag(Oid oid, byte[] snapshotHash, SnapshotSummary summary, CancellationToken cancellation)
    {
        var payload = SnapshotCodec.EncodeTag(oid.ToArray(), snapshotHash, summary);
        var envelope = SignedEnvelope.Wrap(_repository.Keys, TagDomain, payload);
        return Put(ObjectName.Tags, TagMagic, _repository.Descriptor.LogPublicKey, TagDomain, envelope, cancellation).Name;
    }

    /// <summary>What the tag says of a snapshot that was just written.</summary>
    public static OpenedTag OpenedTagOf(Snapshot written, KeyMaterial keys) => new(
        keys.Role == KeyRole.Master ? null : keys.KeyId,
        SnapshotCodec.EncodeTag(written.Id.ToArray(), ObjectName.TryGetHash(written.ObjectName)!, written.Summary));

    /// <summary>Reads a tag.</summary>
    /// <exception cref="DamagedObjectException">It is damaged, or signed by a stranger.</exception>
    public Snapshot ReadTag(string name, CancellationToken cancellation)
    {
        using var opener = new RecordOpener(_repository.Keys, _repository.Keys.LogPrivateKey);
        return ReadTag(name, OpenTag(name, opener, cancellation), cancellation);
    }

    /// <summary>Reads what a tag says, before it is parsed.</summary>
    /// <exception cref="DamagedObjectException">It is damaged, or signed by a stranger.</exception>
    public OpenedTag OpenTag(string name, RecordOpener opener, CancellationToken cancellation)
    {
        var (payload, keyId) = Get(name, TagMagic, TagDomain, opener, cancellation);
        return new OpenedTag(keyId, payload);
    }

    /// <summary>Reads what a tag says from a copy of it that has its name.</summary>
    /// <exception cref="DamagedObjectException">It is damaged, or signed by a stranger.</exception>
    public static OpenedTag OpenTag(string name, ReadOnlySpan<byte> bytes, RecordOpener opener)
    {
        var (payload, keyId) = Open(name, bytes, TagMagic, TagDomain, opener);
        return new OpenedTag(keyId, payload);
    }

    /// <summary>Parses what a tag says.</summary>
    /// <exception cref="DamagedObjectException">It cannot be parsed.</exception>
    public Snapshot ReadTag(string name, OpenedTag opened, CancellationToken cancellation)
    {
        try
        {
            var (oid, hash, summary) = SnapshotCodec.DecodeTag(opened.Payload);
            var keyId = Hex(opened.KeyId);
            return new Snapshot(new Oid(oid), summary, ObjectName.For(ObjectName.Snapshots, hash), name, keyId)
            {
                SignerStatus = LoadRevocations(cancellation).TrustsTag(keyId, name) ? SignerStatus.Trusted : SignerStatus.Revoked,
            };
        }
        catch (InvalidDataException error)
        {
            throw new DamagedObjectException(name, "it cannot be parsed.", error);
        }
    }

    /// <summary>Reads a snapshot's record.</summary>
    /// <exception cref="DamagedObjectException">It is damaged, or signed by a stranger.</exception>
    public (Snapshot Snapshot, IReadOnlyList<SnapshotRoot> Roots) Read(string name, CancellationToken cancellation)
    {
        using var opener = new RecordOpener(_repository.Keys, _repository.Keys.DataPrivateKey);
        var (payload, keyId) = Get(name, SnapshotMagic, SnapshotDomain, opener, cancellation);
        try
        {
            var (summary, roots) = SnapshotCodec.DecodeRecord(payload);
            var oid = _repository.Hasher.Compute(BlobType.Snapshot, payload);
            var trusted = LoadRevocations(cancellation).TrustsSnapshot(Hex(keyId), oid);
            return (new Snapshot(oid, summary, name, "", Hex(keyId)) { SignerStatus = trusted ? SignerStatus.Trusted : SignerStatus.Revoked }, roots);
        }
        catch (InvalidDataException error)
        {
            throw new DamagedObjectException(name, "it cannot be parsed.", error);
        }
    }

    /// <summary>Writes that snapshots are removed, or back.</summary>
    /// <returns>The name of the object that says so.</returns>
    public string WriteRemoval(RemovalRecord record, CancellationToken cancellation)
    {
        var envelope = SignedEnvelope.Wrap(_repository.Keys, RemovalDomain, record.Encode());
        return Put(ObjectName.Removals, RemovalMagic, _repository.Descriptor.LogPublicKey, RemovalDomain, envelope, cancellation).Name;
    }

    /// <summary>Reads which snapshots an object removes or brings back.</summary>
    /// <exception cref="DamagedObjectException">It is damaged, or signed by a key that may not remove.</exception>
    public RemovalRecord ReadRemoval(string name, CancellationToken cancellation)
    {
        using var opener = new RecordOpener(_repository.Keys, _repository.Keys.LogPrivateKey);
        var (payload, keyId) = Get(name, RemovalMagic, RemovalDomain, opener, cancellation, KeyPermission.Remove);
        try
        {
            return RemovalRecord.Decode(payload) with { KeyId = Hex(keyId) };
        }
        catch (InvalidDataException error)
        {
            throw new DamagedObjectException(name, "it cannot be parsed.", error);
        }
    }

    private static string Hex(byte[]? keyId) => keyId is null ? "" : Convert.ToHexStringLower(keyId);

    private (string Name, byte[] Hash) Put(string folder, ReadOnlySpan<byte> magic, byte[] publicKey, ReadOnlySpan<byte> domain, byte[] envelope, CancellationToken cancellation)
    {
        byte[] bytes = [.. magic, .. Hpke.Aes256.Seal(publicKey, [.. domain, .. _repository.Keys.RepositoryId], magic, Compression.Compress(envelope))];
        var hash = SHA256.HashData(bytes);
        var name = ObjectName.For(folder, hash);
        _repository.Store.Put(name, bytes, cancellation);
        return (name, hash);
    }

    private (byte[] Payload, byte[]? KeyId) Get(string name, ReadOnlySpan<byte> magic, ReadOnlySpan<byte> domain, RecordOpener opener, CancellationToken cancellation, KeyPermission permission = KeyPermission.Save)
    {
        var bytes = _repository.Store.Read(name, FormatLimits.Record, cancellation);
        if (!SHA256.HashData(bytes).AsSpan().SequenceEqual(ObjectName.TryGetHash(name)))
            throw new DamagedObjectException(name, "its bytes do not match its name.");
        return Open(name, bytes, magic, domain, opener, permission);
    }

    private static (byte[] Payload, byte[]? KeyId) Open(string name, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> magic, ReadOnlySpan<byte> domain, RecordOpener opener, KeyPermission permission = KeyPermission.Save)
    {
        if (!bytes.StartsWith(magic))
            throw new DamagedObjectException(name, "it does not start like an object of its kind.");
        try
        {
            return opener.Open(domain, magic, bytes[magic.Length..], permission);
        }
        catch (Exception error) when (error is CryptographicException or InvalidDataException)
        {
            throw new DamagedObjectException(name, $"{error.Message.TrimEnd('.')}.", error);
        }
    }
}
