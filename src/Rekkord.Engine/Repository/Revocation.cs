using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Objects;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Repository;

/// <summary>The master key's statement that a keyfile's signature no longer counts, except on what it had signed until then.</summary>
/// <param name="KeyId">The keyfile's ID, as 32 hex digits.</param>
/// <param name="Time">When it was revoked.</param>
/// <param name="Reason">Why, as the person who did it said; empty if they gave no reason.</param>
/// <param name="Snapshots">The IDs of its snapshots that stay good.</param>
public sealed record Revocation(string KeyId, DateTimeOffset Time, string Reason, IReadOnlySet<Oid> Snapshots)
{
    /// <summary>The hashes in the names of its tags that stay good. A tag can file an old snapshot anew, so the snapshot's ID alone says nothing of it.</summary>
    internal IReadOnlySet<Oid> Tags { get; init; } = new HashSet<Oid>();

    /// <summary>The hashes in the names of its removals of snapshots that stay good.</summary>
    internal IReadOnlySet<Oid> Removals { get; init; } = new HashSet<Oid>();
}

/// <summary>
/// The bytes of a revocation: that and when a key was revoked, signed by the master key and readable by all, because a WriteOnly keyfile
/// must see its own; why, and what stays good, sealed to the log key. docs/format.md lists the fields.
/// </summary>
internal static class RevocationCodec
{
    /// <summary>The longest reason, in bytes of UTF-8.</summary>
    public const int MaximumReasonLength = 4096;

    private static ReadOnlySpan<byte> Magic => "RKV\u0001"u8;

    private static ReadOnlySpan<byte> Domain => "rekkord revocation v1\0"u8;

    /// <summary>Encodes and signs.</summary>
    public static byte[] Encode(Revocation revocation, KeyMaterial master, Descriptor descriptor)
    {
        var keyId = Convert.FromHexString(revocation.KeyId);
        var details = new CborWriter(CborConformanceMode.Canonical);
        details.WriteStartMap(4);
        details.WriteInt32(1);
        details.WriteTextString(revocation.Reason);
        details.WriteInt32(2);
        details.WriteByteString(Join(revocation.Snapshots));
        details.WriteInt32(3);
        details.WriteByteString(Join(revocation.Tags));
        details.WriteInt32(4);
        details.WriteByteString(Join(revocation.Removals));
        details.WriteEndMap();

        var payload = new CborWriter(CborConformanceMode.Canonical);
        payload.WriteStartMap(3);
        payload.WriteInt32(1);
        payload.WriteByteString(keyId);
        payload.WriteInt32(2);
        payload.WriteInt64(revocation.Time.ToUnixTimeSeconds());
        payload.WriteInt32(3);
        payload.WriteByteString(Hpke.Aes256.Seal(descriptor.LogPublicKey, [.. Domain, .. master.RepositoryId], keyId, Compression.Compress(details.Encode())));
        payload.WriteEndMap();
        return [.. Magic, .. SignedEnvelope.Wrap(master, Domain, payload.Encode())];
    }

    /// <summary>Reads what everybody can, and the rest if the keys can list.</summary>
    /// <exception cref="DamagedObjectException">It is damaged, is of another key than its name says, or the master key did not sign it.</exception>
    public static Revocation Decode(byte[] bytes, string name, KeyMaterial keys)
    {
        try
        {
            if (!bytes.AsSpan().StartsWith(Magic))
                throw new InvalidDataException("it does not start like an object of its kind.");
            var (payload, signer) = SignedEnvelope.Unwrap(bytes[Magic.Length..], Domain, keys.MasterPublicKey, keys.RepositoryId);
            if (signer is not null)
                throw new InvalidDataException("it is not signed by the master key.");
            return DecodePayload(payload, name, keys);
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException or OverflowException or CryptographicException or InvalidDataException or ArgumentException)
        {
            throw new DamagedObjectException(name, $"{error.Message.TrimEnd('.')}.", error);
        }
    }

    private static Revocation DecodePayload(byte[] payload, string name, KeyMaterial keys)
    {
        var reader = new CborReader(payload, CborConformanceMode.Canonical);
        reader.ReadStartMap();
        var keyId = Next(reader, 1).ReadByteString();
        var time = DateTimeOffset.FromUnixTimeSeconds(Next(reader, 2).ReadInt64());
        var details = Next(reader, 3).ReadByteString();
        reader.ReadEndMap();
        if (ObjectName.ForRevocation(keyId) != name)
            throw new InvalidDataException("it belongs to a different key than its name says.");

        var revocation = new Revocation(Convert.ToHexStringLower(keyId), time, "", new HashSet<Oid>());
        return keys.CanList ? ReadDetails(revocation, Hpke.Aes256.Open(keys.LogPrivateKey, [.. Domain, .. keys.RepositoryId], keyId, details)) : revocation;
    }

    private static Revocation ReadDetails(Revocation revocation, byte[] compressed)
    {
        var reader = new CborReader(Compression.Decompress(compressed, FormatLimits.Record), CborConformanceMode.Canonical);
        reader.ReadStartMap();
        var reason = Next(reader, 1).ReadTextString();
        var snapshots = Split(Next(reader, 2).ReadByteString());
        var tags = Split(Next(reader, 3).ReadByteString());
        var removals = Split(Next(reader, 4).ReadByteString());
        reader.ReadEndMap();
        return Encoding.UTF8.GetByteCount(reason) <= MaximumReasonLength
            ? revocation with { Reason = reason, Snapshots = snapshots, Tags = tags, Removals = removals }
            : throw new InvalidDataException("its reason is too long.");
    }

    private static byte[] Join(IReadOnlySet<Oid> ids) => [.. ids.Order().SelectMany(id => id.ToArray())];

    private static HashSet<Oid> Split(byte[] bytes) => bytes.Length % Oid.Length == 0
        ? [.. bytes.Chunk(Oid.Length).Select(id => new Oid(id))]
        : throw new InvalidDataException("a list in it is cut off.");

    private static CborReader Next(CborReader reader, int key) =>
        reader.ReadInt32() == key ? reader : throw new CborContentException("a field is missing");
}
