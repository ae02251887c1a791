using System.Collections.Concurrent;
using System.Security.Cryptography;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Chunking;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage.Memory;
using Rekkord.Engine.Tests.Snapshots;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Engine.Tests.Cryptography;

/// <summary>No key seals two messages with one nonce: counted over many objects of the same content, which would show it at once.</summary>
public sealed class UniqueKeyTests : IDisposable
{
    private const int SegmentLength = 100;
    private const int Threads = 4;

    private readonly MemoryObjectStore _store = new();
    private readonly KeyMaterial _master = KeyMaterial.CreateMaster();

    public void Dispose()
    {
        _store.Dispose();
        _master.Dispose();
    }

    [Fact]
    public void Every_segment_of_every_pack_has_a_pair_of_key_and_nonce_of_its_own()
    {
        var packs = WritePacks(segments: 3000, packSize: 1000);

        var (keys, encapsulated, pairs, ciphertexts) = (new HashSet<string>(), new HashSet<string>(), new HashSet<string>(), new HashSet<string>());
        var segments = 0;
        foreach (var bytes in packs.Select(pack => _store[pack.Name]))
        {
            var sealedKey = bytes[^(PackFormat.SealedKeyLength + PackFormat.TrailerLength)..^PackFormat.TrailerLength];
            var key = PackFormat.OpenKey(_master, sealedKey);
            Assert.True(keys.Add(Convert.ToHexString(key)));
            Assert.True(encapsulated.Add(Convert.ToHexString(sealedKey[..65])));

            // Each segment opens with the nonce of its place, so that is the one which it was sealed with.
            using var aead = new AesGcm(key, 16);
            var end = bytes.Length - 8 - PackFormat.SealedKeyLength - BitConverter.ToInt32(bytes.AsSpan(bytes.Length - 8, 4));
            for (var (ordinal, offset) = (0, PackFormat.HeaderLength); offset < end; ordinal++, offset += SegmentLength + 16)
            {
                var nonce = new byte[12];
                PackFormat.WriteNonce(nonce, ordinal);
                aead.Decrypt(nonce, bytes.AsSpan(offset, SegmentLength), bytes.AsSpan(offset + SegmentLength, 16), new byte[SegmentLength]);
                Assert.True(pairs.Add(Convert.ToHexString([.. key, .. nonce])));
                Assert.True(ciphertexts.Add(Convert.ToHexString(bytes.AsSpan(offset, SegmentLength))));
                segments++;
            }
        }

        Assert.Equal(3000, segments);
        Assert.InRange(packs.Count, 300, 3000);
    }

    [Fact]
    public void Every_directory_index_snapshot_tag_keyfile_and_tag_cache_has_a_key_of_its_own()
    {
        var packs = WritePacks(segments: 200, packSize: 1);
        using var repository = RepositoryAccess.Initialize(new MemoryObjectStore(), KeyMaterial.FromSeed([.. _master.Seed], [.. _master.RepositoryId]));
        var store = new SnapshotStore(repository);
        using var passphrase = Passphrase.FromText("the same");

        // What makes the key: the pack's header, an index's salt, the encapsulated key of HPKE, a keyfile's and a tag cache's salt.
        var directories = packs.Select(pack => _store[pack.Name][^121..^8]);
        var indexes = Enumerable.Range(0, 200).Select(_ => IndexObject.Encode(_master, [], [packs[0]])[4..36]);
        var records = Enumerable.Range(0, 100).Select(_ => store.Records.Write(TestSummaries.Full(), [], default)).ToArray();
        var keyFiles = Enumerable.Range(0, 5).Select(_ => KeyFileSeal.Seal(passphrase, "content"u8)[8..40]);
        var tagCaches = Enumerable.Range(0, 200).Select(_ => TagCacheCodec.Seal(_master, [])![24..56]);

        AssertDistinct(200, directories);
        AssertDistinct(200, indexes);
        AssertDistinct(200, records.SelectMany(record => new[] { record.ObjectName, record.TagName }).Select(name => repository.Store.Read(name, 1 << 20)[4..69]));
        AssertDistinct(5, keyFiles);
        AssertDistinct(200, tagCaches);
    }

    [Fact]
    public void Every_part_of_every_file_cache_is_sealed_otherwise_though_all_hold_the_same()
    {
        using var directory = new TemporaryDirectory();
        var parts = new HashSet<string>();
        for (var i = 0; i < 100; i++)
        {
            var path = directory[$"{i}.cache"];
            using (var writer = new FileCacheWriter(path, _master))
            {
                for (var page = 0; page < 20; page++)
                    writer.AddChunks(default, page, new byte[SegmentLength]);
                writer.Commit(files: 1, size: 2);
            }

            var bytes = File.ReadAllBytes(path);
            for (var page = 0; page < 20; page++)
                Assert.True(parts.Add(Convert.ToHexString(bytes.AsSpan(CacheFormat.HeadLength + (page * (SegmentLength + CacheSeal.TagLength)), SegmentLength))));
        }
    }

    [Fact]
    public void Every_keyfile_signs_with_a_key_of_its_own()
    {
        var keys = Enumerable.Range(0, 50).Select(_ => _master.Derive(KeyRole.WriteOnly)).ToArray();

        AssertDistinct(50, keys.Select(key => key.SigningPrivateKey));
        AssertDistinct(50, keys.Select(key => key.KeyId));
        Array.ForEach(keys, key => key.Dispose());
    }

    [Fact]
    public void The_limits_of_AES_GCM_cannot_be_reached()
    {
        // NIST SP 800-38D: at most 2^39 - 256 bits in a message. A nonce is a number of 32 bits, and a segment takes 17 bytes at least.
        Assert.True(FormatLimits.Segment < (1L << 36) - 32);
        Assert.True(FormatLimits.Index < (1L << 36) - 32);
        Assert.True((int.MaxValue + (long)FormatLimits.Segment) / 17 < int.MaxValue);
    }

    private static void AssertDistinct(int count, IEnumerable<byte[]> values) =>
        Assert.Equal(count, values.Select(Convert.ToHexString).Distinct().Count());

    /// <summary>Writes the same segment again and again, from several threads.</summary>
    private List<StoredPack> WritePacks(int segments, int packSize)
    {
        var packs = new ConcurrentBag<StoredPack>();
        var descriptor = Descriptor.Create(_master, ChunkSizes.Default) with { PackSize = packSize };
        using var writer = new PackWriter(_store, _master, descriptor, PackKind.Data, packs.Add, default);
        var segment = new byte[SegmentLength];
        Parallel.For(0, segments, new ParallelOptions { MaxDegreeOfParallelism = Threads }, _ =>
            writer.Append(segment, SegmentMethod.Stored, [new BlobEntry(BlobType.Data, new Oid(SHA256.HashData(segment)), SegmentLength)]));
        writer.Finish();
        return [.. packs];
    }
}
