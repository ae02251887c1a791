using System.Formats.Cbor;
using System.Security.Cryptography;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Snapshots;

/// <summary>
/// A signed word about what is to be deleted. All names are hashes of objects. A mark that names nothing only tells the time of the store. docs/format.md lists
/// the fields, and docs/decisions/prune.md says what follows from it.
/// </summary>
/// <param name="Kind">Whether it is deleted from now on.</param>
internal sealed record CondemnedRecord(CondemnedKind Kind)
{
    private const int SaltLength = 32;
    private const int TagLength = 16;
    private const int HeadLength = 4 + SaltLength;
    private const int Fields = 7;

    /// <summary>The object that holds it, by its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The ID, in hex, of the keyfile that signed it; empty: the master key.</summary>
    public string KeyId { get; init; } = "";

    /// <summary>When the store got it, by the store's clock.</summary>
    public DateTimeOffset StoredTime { get; init; }

    /// <summary>When it was written, by the clock of who signed it.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The packs.</summary>
    public IReadOnlyList<Oid> Packs { get; init; } = [];

    /// <summary>The snapshots that were removed.</summary>
    public IReadOnlyList<Oid> Snapshots { get; init; } = [];

    /// <summary>The removals that say so. Without them in force, a snapshot stays.</summary>
    public IReadOnlyList<Oid> Removals { get; init; } = [];

    /// <summary>Packs that hold copies of what is still needed of the others.</summary>
    public IReadOnlyList<Oid> Copies { get; init; } = [];

    /// <summary>The tags of the snapshots.</summary>
    public IReadOnlyList<Oid> Tags { get; init; } = [];

    private static ReadOnlySpan<byte> Magic => "RKM\u0001"u8;

    private static ReadOnlySpan<byte> Domain => "rekkord condemned v1\0"u8;

    /// <summary>Signs the record, seals it so that every key that writes can read it, and stores it.</summary>
    /// <returns>The record with its name and the time that the store gave it.</returns>
    /// <exception cref="StorageException">The store failed.</exception>
    public CondemnedRecord Write(RepositoryAccess repository, CancellationToken cancellation)
    {
        var envelope = SignedEnvelope.Wrap(repository.Keys, Domain, Encode());
        var bytes = new byte[HeadLength + envelope.Length + TagLength];
        Magic.CopyTo(bytes);
        RandomNumberGenerator.Fill(bytes.AsSpan(Magic.Length, SaltLength));
        using (var aead = CreateCipher(repository.Keys, bytes.AsSpan(Magic.Length, SaltLength)))
            aead.Encrypt(stackalloc byte[12], envelope, bytes.AsSpan(HeadLength, envelope.Length), bytes.AsSpan(^TagLength..), Magic);
        var name = ObjectName.For(ObjectName.Condemned, SHA256.HashData(bytes));
        repository.Store.Put(name, bytes, cancellation);
        var stored = repository.Store.Find(name, cancellation) ?? throw StorageException.NotFound(repository.Location, name);
        return this with { Name = name, StoredTime = stored.ModifiedTime };
    }

    /// <summary>Reads a record.</summary>
    /// <exception cref="DamagedObjectException">It is damaged, or signed by a key that may not remove.</exception>
    /// <exception cref="StorageException">There is none, or reading failed.</exception>
    public static CondemnedRecord Read(RepositoryAccess repository, ObjectInfo found, CancellationToken cancellation)
    {
        var bytes = repository.Store.Read(found.Name, FormatLimits.Record, cancellation);
        if (!SHA256.HashData(bytes).AsSpan().SequenceEqual(ObjectName.TryGetHash(found.Name)))
            throw new DamagedObjectException(found.Name, "its bytes do not match its name.");
        if (bytes.Length < HeadLength + TagLength || !bytes.AsSpan().StartsWith(Magic))
            throw new DamagedObjectException(found.Name, "it does not start like an object of its kind.");
        try
        {
            var envelope = new byte[bytes.Length - HeadLength - TagLength];
            using (var aead = CreateCipher(repository.Keys, bytes.AsSpan(Magic.Length, SaltLength)))
                aead.Decrypt(stackalloc byte[12], bytes.AsSpan(HeadLength, envelope.Length), bytes.AsSpan(^TagLength..), envelope, Magic);
            var signers = new TrustedSigners(repository.Keys.MasterPublicKey, repository.Keys.RepositoryId);
            var (payload, keyId) = SignedEnvelope.Unwrap(envelope, Domain, signers, KeyPermission.Remove);
            return Decode(payload) with { Name = found.Name, StoredTime = found.ModifiedTime, KeyId = keyId is null ? "" : Convert.ToHexStringLower(keyId) };
        }
        catch (Exception error) when (error is CryptographicException or InvalidDataException)
        {
            throw new DamagedObjectException(found.Name, $"{error.Message.TrimEnd('.')}.", error);
        }
    }

    private static AesGcm CreateCipher(KeyMaterial keys, ReadOnlySpan<byte> salt) => KeyDerivation.CreateCipher(keys.IndexKey, salt, "rekkord condemned v1", TagLength);

    private byte[] Encode()
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(Fields);
        writer.WriteInt32(1);
        writer.WriteInt32((int)Kind);
        writer.WriteInt32(2);
        writer.WriteInt64(Time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks);
        var key = 3;
        foreach (var hashes in new[] { Packs, Snapshots, Removals, Copies, Tags })
        {
            writer.WriteInt32(key++);
            writer.WriteByteString([.. hashes.Order().SelectMany(hash => hash.ToArray())]);
        }

        writer.WriteEndMap();
        return writer.Encode();
    }

    private static CondemnedRecord Decode(byte[] payload)
    {
        try
        {
            var reader = new CborReader(payload, CborConformanceMode.Canonical);
            reader.ReadStartMap();
            var kind = (CondemnedKind)Next(reader, 1).ReadInt32();
            var ticks = Next(reader, 2).ReadInt64();
            var hashes = new Oid[Fields - 2][];
            for (var i = 0; i < hashes.Length; i++)
                hashes[i] = Split(Next(reader, i + 3).ReadByteString());
            reader.ReadEndMap();
            if (reader.BytesRemaining != 0 || kind is not (CondemnedKind.Mark or CondemnedKind.Sweep))
                throw new CborContentException("There is more than the record, or its kind is unknown.");
            return new CondemnedRecord(kind)
            {
                Time = DateTimeOffset.UnixEpoch.AddTicks(ticks), Packs = hashes[0], Snapshots = hashes[1], Removals = hashes[2], Copies = hashes[3], Tags = hashes[4],
            };
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException or OverflowException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException("A record of what is condemned is malformed.", error);
        }
    }

    private static Oid[] Split(byte[] bytes) => bytes.Length % Oid.Length == 0
        ? [.. bytes.Chunk(Oid.Length).Select(hash => new Oid(hash))]
        : throw new CborContentException("A list in it is cut off.");

    private static CborReader Next(CborReader reader, int key) =>
        reader.ReadInt32() == key ? reader : throw new CborContentException("A field is missing.");
}

/// <summary>What a <see cref="CondemnedRecord"/> says. Stored; the values never change.</summary>
internal enum CondemnedKind
{
    /// <summary>Nothing needs this. It may be deleted after a time, unless that has changed.</summary>
    Mark = 1,

    /// <summary>This is deleted from now on.</summary>
    Sweep = 2,
}
