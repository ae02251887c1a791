using System.Security.Cryptography;
using System.Text;
using Rekkord.Engine.Chunking;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Memory;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Fuzzing;

/// <summary>
/// A repository in memory whose keys everybody may know, with one of each object, and the seals of the format, so that what lies
/// behind a seal can be changed and sealed again as somebody with the keyfile could.
/// </summary>
internal sealed class FuzzRepository : IDisposable
{
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public FuzzRepository()
    {
        Access = RepositoryAccess.Initialize(Store, KeyMaterial.FromSeed([.. Seed], [.. Seed[..16]]), new ChunkSizes(4096, 8192, 65536));
        Writer = Access.Keys.Derive(KeyRole.ReadWrite);
        Objects = new Dictionary<string, byte[]>(StringComparer.Ordinal);
    }

    public MemoryObjectStore Store { get; } = new();

    public RepositoryAccess Access { get; }

    /// <summary>A keyfile of the repository that is not the master's.</summary>
    public KeyMaterial Writer { get; }

    public KeyMaterial Keys => Access.Keys;

    /// <summary>The objects that <see cref="Save"/> found after the save, by name.</summary>
    public Dictionary<string, byte[]> Objects { get; }

    /// <summary>Saves a directory, as a user would.</summary>
    public void Save(string directory, string cacheDirectory)
    {
        var request = new SaveRequest { Channel = "fuzz", Paths = [Encoding.UTF8.GetBytes(directory)], Tags = ["release", "v2"], Note = "before the upgrade", CacheDirectory = cacheDirectory };
        new SaveOperation(Access, request, new SilentObserver()).Run(CancellationToken.None);

        // Of a snapshot that there is not, so that the one that was saved stays in the lists.
        var records = new SnapshotRecords(Access);
        var removed = records.WriteRemoval(new RemovalRecord(DateTimeOffset.UnixEpoch, [new Oid(Seed)], []), default);
        records.WriteRemoval(new RemovalRecord(DateTimeOffset.UnixEpoch, [new Oid(Seed)], [new Oid(ObjectName.TryGetHash(removed))]), default);
        new CondemnedRecord(CondemnedKind.Mark) { Packs = [new Oid(Seed)], Snapshots = [new Oid(Seed)], Removals = [new Oid(ObjectName.TryGetHash(removed))] }.Write(Access, default);
        foreach (var found in Store.List("", default))
            Objects[found.Name] = Store[found.Name];
    }

    /// <summary>The objects of a folder.</summary>
    public List<byte[]> In(string folder) => [.. Objects.Where(pair => pair.Key.StartsWith(folder, StringComparison.Ordinal)).Select(pair => pair.Value)];

    /// <summary>Lets an action see one more object, under the name that its bytes have.</summary>
    public void With(string folder, byte[] bytes, Action<string> action)
    {
        var hash = SHA256.HashData(bytes);
        WithNamed(folder == ObjectName.Packs ? ObjectName.ForPack(hash) : ObjectName.For(folder, hash), bytes, action);
    }

    /// <summary>Lets an action see one more object.</summary>
    public void WithNamed(string name, byte[] bytes, Action<string> action)
    {
        var before = Store.Exists(name, default) ? Store[name] : null;
        Store[name] = bytes;
        try
        {
            action(name);
        }
        finally
        {
            if (before is null)
                Store.Remove(name);
            else
                Store[name] = before;
        }
    }

    /// <summary>Seals a snapshot or tag of which only the outermost layer is right.</summary>
    public byte[] SealFrame(RecordKind kind, byte[] compressed) =>
        [.. kind.Magic, .. Hpke.Aes256.Seal(kind.PublicKey(Access.Descriptor), [.. kind.Domain, .. Keys.RepositoryId], kind.Magic, compressed)];

    public byte[] SealEnvelope(RecordKind kind, byte[] envelope) => SealFrame(kind, Compression.Compress(envelope));

    public byte[] SealPayload(RecordKind kind, byte[] payload, KeyMaterial signer) => SealEnvelope(kind, SignedEnvelope.Wrap(signer, kind.Domain, payload));

    /// <summary>Opens a snapshot or tag down to its compressed envelope.</summary>
    public byte[] OpenFrame(RecordKind kind, byte[] bytes) =>
        Hpke.Aes256.Open(kind.PrivateKey(Keys), [.. kind.Domain, .. Keys.RepositoryId], kind.Magic, bytes.AsSpan(kind.Magic.Length));

    public byte[] OpenEnvelope(RecordKind kind, byte[] bytes) => Compression.Decompress(OpenFrame(kind, bytes), FormatLimits.Record);

    public byte[] OpenPayload(RecordKind kind, byte[] bytes) =>
        SignedEnvelope.Unwrap(OpenEnvelope(kind, bytes), kind.Domain, Keys.MasterPublicKey, Keys.RepositoryId).Payload;

    /// <summary>Signs the compressed body of an index.</summary>
    public byte[] SignIndex(byte[] compressed)
    {
        var signature = SignedEnvelope.Wrap(Keys, "rekkord index v1\0"u8, SHA256.HashData(compressed));
        return [.. BitConverter.GetBytes(signature.Length), .. signature, .. compressed];
    }

    /// <summary>Seals an index of which only the outermost layer is right.</summary>
    public byte[] SealIndex(byte[] content)
    {
        byte[] head = [.. "RKI\u0001"u8, .. Seed];
        var output = new byte[head.Length + content.Length + 16];
        head.CopyTo(output, 0);
        using var aead = new AesGcm(KeyDerivation.DeriveForObject(Keys.IndexKey, Seed, "rekkord index v1"), 16);
        aead.Encrypt(new byte[12], content, output.AsSpan(head.Length, content.Length), output.AsSpan(^16..), head.AsSpan(0, 4));
        return output;
    }

    /// <summary>Seals a mark of which only the outermost layer is right.</summary>
    public byte[] SealMark(byte[] envelope)
    {
        byte[] head = [.. "RKM\u0001"u8, .. Seed];
        var output = new byte[head.Length + envelope.Length + 16];
        head.CopyTo(output, 0);
        using var aead = MarkCipher(Seed);
        aead.Encrypt(new byte[12], envelope, output.AsSpan(head.Length, envelope.Length), output.AsSpan(^16..), head.AsSpan(0, 4));
        return output;
    }

    /// <summary>Opens a mark down to its envelope.</summary>
    public byte[] OpenMark(byte[] bytes)
    {
        var envelope = new byte[bytes.Length - 36 - 16];
        using var aead = MarkCipher(bytes.AsSpan(4, 32));
        aead.Decrypt(new byte[12], bytes.AsSpan(36, envelope.Length), bytes.AsSpan(^16..), envelope, bytes.AsSpan(0, 4));
        return envelope;
    }

    private AesGcm MarkCipher(ReadOnlySpan<byte> salt) => KeyDerivation.CreateCipher(Keys.IndexKey, salt, "rekkord condemned v1", 16);

    /// <summary>A pack with any segments and any directory.</summary>
    public byte[] SealPack(byte[][] segments, byte[] directory)
    {
        var key = Seed;
        var sealedKey = PackFormat.SealKey(Access.Descriptor, key);
        List<byte> output = [.. PackFormat.Magic];
        using var aead = new AesGcm(key, PackFormat.TagLength);
        for (var i = 0; i < segments.Length; i++)
        {
            var nonce = new byte[PackFormat.NonceLength];
            PackFormat.WriteNonce(nonce, i);
            var sealedSegment = new byte[segments[i].Length + PackFormat.TagLength];
            aead.Encrypt(nonce, segments[i], sealedSegment.AsSpan(0, segments[i].Length), sealedSegment.AsSpan(segments[i].Length));
            output.AddRange(sealedSegment);
        }

        var sealedDirectory = new byte[directory.Length + PackFormat.EndOverhead];
        PackFormat.SealEnd(Keys, sealedKey, directory, sealedDirectory);
        output.AddRange(sealedDirectory);
        return [.. output];
    }

    /// <summary>Stores blobs that stay.</summary>
    public void Keep(IEnumerable<(BlobType Type, byte[] Bytes)> blobs)
    {
        StoreBlobs(blobs);
        foreach (var found in Store.List("", default))
            Objects[found.Name] = Store[found.Name];
    }

    /// <summary>Writes a snapshot of one directory, whose page is given, and the blobs it needs that <see cref="Keep"/> did not store.</summary>
    public Snapshot WriteSnapshot(string channel, byte[] rootEntry, IEnumerable<(BlobType Type, byte[] Bytes)> blobs)
    {
        StoreBlobs(blobs);
        var summary = new SnapshotSummary { Channel = channel, Time = DateTimeOffset.UnixEpoch, Paths = ["/root"u8.ToArray()] };
        return new SnapshotRecords(Access).Write(summary, [("/root"u8.ToArray(), rootEntry)], default);
    }

    private void StoreBlobs(IEnumerable<(BlobType Type, byte[] Bytes)> blobs)
    {
        using var sink = new WriteSession(Access, new OidSet(), new IndexWriter(Access), [], 1, default);
        using var packer = sink.CreateDataPacker();
        foreach (var (type, bytes) in blobs)
            _ = type == BlobType.Data ? sink.StoreData(packer, bytes) : sink.StoreMetadata(type, bytes);
        packer.Flush();
        sink.Finish();
    }

    /// <summary>Forgets what was stored since the last <see cref="Save"/> or <see cref="Keep"/>.</summary>
    public void Reset()
    {
        foreach (var left in Store.List("", default).Where(found => !Objects.ContainsKey(found.Name)))
            Store.Remove(left.Name);
    }

    public void Dispose()
    {
        Writer.Dispose();
        Access.Dispose();
    }
}
