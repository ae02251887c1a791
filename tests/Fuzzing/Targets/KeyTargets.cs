using System.Security.Cryptography;
using System.Text;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Fuzzing.Targets;

/// <summary>The descriptor, keyfiles of every role with and without a passphrase, certificates and revocations.</summary>
internal static class KeyTargets
{
    private const string Label = "REKKORD KEY";
    private const string SealedLabel = "REKKORD ENCRYPTED KEY";

    public static IEnumerable<FuzzTarget> All(FuzzRepository repository) => [.. Descriptors(repository), .. KeyFiles(repository), .. Revocations(repository)];

    private static IEnumerable<FuzzTarget> Descriptors(FuzzRepository repository)
    {
        var valid = repository.Store[ObjectName.Descriptor];
        yield return new FuzzTarget("descriptor/object", [valid], bytes => Open(repository, repository.Keys, bytes));
        yield return new FuzzTarget("descriptor/body", [valid[16..^P256.SignatureLength]], body =>
        {
            byte[] head = [.. valid[..12], .. BitConverter.GetBytes(body.Length)];
            byte[] signed = [.. head, .. body];
            Open(repository, repository.Keys, [.. signed, .. P256.Sign(repository.Keys.SigningPrivateKey, [.. "rekkord descriptor v1\0"u8, .. signed])]);
        }) { IsCbor = true, Cost = 2 };
    }

    private static IEnumerable<FuzzTarget> KeyFiles(FuzzRepository repository)
    {
        List<byte[]> contents =
        [
            KeyFileCodec.Encode(repository.Keys.ToParts()),
            .. new[] { KeyRole.ReadWrite, KeyRole.WriteOnly, KeyRole.LogOnly }.Select(role => KeyFileCodec.Encode(repository.Keys.Derive(role).ToParts())),
        ];
        List<byte[]> maps = [.. contents.Select(content => content[..^32])];
        using var passphrase = Passphrase.FromText("correct horse");
        var sealedBytes = KeyFileSeal.Seal(passphrase, contents[0]);
        yield return new FuzzTarget(
            "keyfile/text",
            [.. contents.Select(content => Pem(Label, content)), Pem(SealedLabel, KeyFileCodec.AddChecksum(sealedBytes))],
            text => Use(repository, KeyFile.Decode(text, "fuzzed.key", KeyFileOptions.Default)));
        yield return new FuzzTarget("keyfile/content", maps, map => Use(repository, Decode(Label, KeyFileCodec.AddChecksum(map), KeyFileOptions.Default)))
        {
            IsCbor = true,
            Cost = 2,
        };
        yield return new FuzzTarget("keyfile/sealed", [sealedBytes], bytes => Use(repository, Decode(SealedLabel, KeyFileCodec.AddChecksum(bytes), KeyFileOptions.Default)));

        // What a passphrase opens. The 600,000 iterations make this the slowest of all: it is the layer before, reached another way.
        yield return new FuzzTarget("keyfile/passphrase", maps, map =>
        {
            using var passphrase = Passphrase.FromText("correct horse");
            var bytes = KeyFileCodec.AddChecksum(KeyFileSeal.Seal(passphrase, KeyFileCodec.AddChecksum(map)));
            Use(repository, Decode(SealedLabel, bytes, new KeyFileOptions { GetPassphrase = () => Passphrase.FromText("correct horse") }));
        }) { IsCbor = true, Cost = 300 };

        var certificate = repository.Writer.Certificate;
        yield return new FuzzTarget("certificate/body", [certificate[..^P256.SignatureLength]], body =>
        {
            byte[] signed = [.. body, .. P256.Sign(repository.Keys.SigningPrivateKey, [.. "rekkord certificate v1\0"u8, .. body])];
            Certificate.Verify(signed, repository.Keys.MasterPublicKey, repository.Keys.RepositoryId);
            var parts = repository.Writer.ToParts() with { Certificate = signed };
            using var signer = new KeyMaterial(parts with { SigningPrivateKey = [.. parts.SigningPrivateKey!] });
            var payload = repository.OpenPayload(RecordKind.Tag, repository.In(ObjectName.Tags)[0]);
            repository.With(ObjectName.Tags, repository.SealPayload(RecordKind.Tag, payload, signer), name => new SnapshotRecords(repository.Access).ReadTag(name, default));
        }) { IsCbor = true, Cost = 10, Documented = typeof(CryptographicException) };
    }

    private static IEnumerable<FuzzTarget> Revocations(FuzzRepository repository)
    {
        var id = repository.Writer.KeyId;
        var name = ObjectName.ForRevocation(id);
        var oids = new HashSet<Oid> { new(new byte[32]), new(SHA256.HashData(id)) };
        var valid = RevocationCodec.Encode(new Revocation(Convert.ToHexStringLower(id), DateTimeOffset.UnixEpoch, "Lost.", oids) { Tags = oids, Removals = oids }, repository.Keys, repository.Access.Descriptor);
        var domain = "rekkord revocation v1\0"u8.ToArray();
        var payload = SignedEnvelope.Unwrap(valid[4..], domain, repository.Keys.MasterPublicKey, repository.Keys.RepositoryId).Payload;
        var reader = new System.Formats.Cbor.CborReader(payload);
        reader.ReadStartMap();
        for (var i = 0; i < 5; i++)
            reader.SkipValue();
        var frame = Hpke.Aes256.Open(repository.Keys.LogPrivateKey, [.. domain, .. repository.Keys.RepositoryId], id, reader.ReadByteString());

        yield return new FuzzTarget("revocation/object", [valid], Read) { IsCbor = true, Cost = 5 };
        yield return new FuzzTarget("revocation/payload", [payload], bytes => Read([.. valid[..4], .. SignedEnvelope.Wrap(repository.Keys, domain, bytes)])) { IsCbor = true, Cost = 10 };
        yield return new FuzzTarget("revocation/frame", [frame], ReadFrame) { Cost = 10, AllocationBound = 3L * FormatLimits.Record };
        yield return new FuzzTarget("revocation/details", [Compression.Decompress(frame, FormatLimits.Record)], bytes => ReadFrame(Compression.Compress(bytes))) { IsCbor = true, Cost = 10 };

        void ReadFrame(byte[] bytes)
        {
            var writer = new System.Formats.Cbor.CborWriter();
            writer.WriteStartMap(3);
            writer.WriteInt32(1);
            writer.WriteByteString(id);
            writer.WriteInt32(2);
            writer.WriteInt64(1);
            writer.WriteInt32(3);
            writer.WriteByteString(Hpke.Aes256.Seal(repository.Access.Descriptor.LogPublicKey, [.. domain, .. repository.Keys.RepositoryId], id, bytes));
            writer.WriteEndMap();
            Read([.. valid[..4], .. SignedEnvelope.Wrap(repository.Keys, domain, writer.Encode())]);
        }

        void Read(byte[] bytes) => repository.WithNamed(name, bytes, _ =>
        {
            RevocationList.Load(repository.Access, default);
            RevocationList.Find(repository.Access, id, default);
        });
    }

    private static byte[] Pem(string label, byte[] content) => Encoding.ASCII.GetBytes($"Words before.\n{PemEncoding.WriteString(label, content)}\nWords after.\n");

    private static KeyMaterial Decode(string label, byte[] content, KeyFileOptions options) =>
        KeyFile.Decode(Encoding.ASCII.GetBytes(PemEncoding.WriteString(label, content)), "fuzzed.key", options);

    /// <summary>Does with keys that were read what commands do with them.</summary>
    private static void Use(FuzzRepository repository, KeyMaterial keys)
    {
        using (keys)
        {
            using var opened = RepositoryAccess.Open(new SharedStore(repository.Store), keys);
            if (keys.CanList)
                new SnapshotStore(opened).List(_ => { }, CancellationToken.None);
            if (keys.Role != KeyRole.LogOnly)
            {
                opened.RequireWriting(default);
                _ = opened.Chunker.FindCut(new byte[70_000]);
                SignedEnvelope.Wrap(keys, "domain"u8, opened.Hasher.Compute(BlobType.Data, "content"u8).ToArray());
                IndexLoader.ForSaving(opened, _ => { }, _ => true, seed: 1).Load(_ => { }, CancellationToken.None);
            }
        }
    }

    private static void Open(FuzzRepository repository, KeyMaterial keys, byte[] descriptor) => repository.WithNamed(ObjectName.Descriptor, descriptor, name =>
    {
        var opened = RepositoryAccess.Open(new SharedStore(repository.Store), keys);
        _ = opened.CreatedTime.ToString("u");
        _ = opened.Chunker.FindCut(new byte[70_000]);
        PackFormat.SealKey(opened.Descriptor, new byte[32]);
    });
}
