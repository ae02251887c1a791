using Rekkord.Engine.Chunking;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage.Memory;
using Rekkord.Engine.Tests.Objects;

namespace Rekkord.Engine.Tests.Packs;

/// <summary>Stored packs and indexes, whole and malformed.</summary>
public sealed class PackAndIndexTests : IDisposable
{
    private readonly MemoryObjectStore _store = new();
    private readonly KeyMaterial _master = KeyMaterial.CreateMaster();
    private readonly Descriptor _descriptor;
    private readonly StoredPack _pack;

    public PackAndIndexTests()
    {
        _descriptor = Descriptor.Create(_master, ChunkSizes.Default);
        _pack = WritePack(TestRepository.RandomBytes(1, 100), new byte[5000]);
    }

    public void Dispose()
    {
        _store.Dispose();
        _master.Dispose();
    }

    [Fact]
    public void A_packs_name_is_the_hash_of_its_bytes_and_its_directory_is_read_back()
    {
        var bytes = _store[_pack.Name];

        Assert.Equal(System.Security.Cryptography.SHA256.HashData(bytes), _pack.Hash);
        Assert.Equal(bytes.Length, _pack.Size);
        Assert.Equal(_pack.Contents.ToArray(), PackFormat.ReadEnd(_store, _master, _pack.Name, _pack.Size, default).Contents);
        Assert.Equal(_pack.Contents.ToArray(), PackFormat.ReadEnd(_store, _master.Derive(KeyRole.WriteOnly), _pack.Name, _pack.Size, default).Contents);
    }

    [Fact]
    public void Two_packs_of_the_same_content_share_no_bytes_that_would_tell()
    {
        var other = WritePack(TestRepository.RandomBytes(1, 100), new byte[5000]);

        Assert.NotEqual(_pack.Hash, other.Hash);
        Assert.NotEqual(_store[_pack.Name][4..104], _store[other.Name][4..104]);
    }

    [Fact]
    public void A_malformed_pack_gives_an_error_that_names_it_or_the_directory_it_had()
    {
        var whole = _store[_pack.Name];
        foreach (var bytes in Malformed.From(whole, 500))
        {
            _store["packs/malformed"] = bytes;
            try
            {
                // What lies in the segments does not concern the directory.
                Assert.Equal(_pack.Contents.ToArray(), PackFormat.ReadEnd(_store, _master, "packs/malformed", bytes.Length, default).Contents);
            }
            catch (DamagedObjectException error)
            {
                Assert.Equal("packs/malformed", error.Target);
            }
        }
    }

    [Fact]
    public void An_index_is_read_as_it_was_written()
    {
        var second = WritePack(TestRepository.RandomBytes(2, 100));
        var index = IndexObject.Encode(_master, [], [_pack, second]);

        using var reader = _master.Derive(KeyRole.WriteOnly);
        var read = Decode(reader, index);
        var packs = read.Packs;

        Assert.Equal("", read.KeyId);
        Assert.Equal([(_pack.Name, _pack.Size), (second.Name, second.Size)], packs.Select(pack => (pack.Name, pack.Size)));
        Assert.Equal(_pack.Contents.ToArray(), packs[0].Contents.ToArray());
        Assert.Equal(second.Contents.ToArray(), packs[1].Contents.ToArray());
    }

    [Fact]
    public void A_malformed_index_gives_an_error_that_names_it()
    {
        var index = IndexObject.Encode(_master, [], [_pack]);
        foreach (var bytes in Malformed.From(index, 500).Where(bytes => !bytes.AsSpan().SequenceEqual(index)))
            Assert.Equal(NameOf(bytes), Assert.Throws<DamagedObjectException>(() => Decode(_master, bytes)).Target);
        using var other = KeyMaterial.CreateMaster();
        Assert.Throws<DamagedObjectException>(() => Decode(other, index));
    }

    [Fact]
    public void An_index_tells_which_keyfile_signed_it_and_is_refused_when_no_key_of_the_repository_did()
    {
        using var writer = _master.Derive(KeyRole.WriteOnly);
        using var stranger = KeyMaterial.CreateMaster();
        using var impostor = new KeyMaterial(new KeyParts
        {
            Role = KeyRole.WriteOnly,
            RepositoryId = writer.RepositoryId,
            KeyId = writer.KeyId,
            MasterPublicKey = writer.MasterPublicKey,
            Certificate = writer.Certificate,
            IndexKey = [.. writer.IndexKey],
            SigningPrivateKey = [.. stranger.SigningPrivateKey],
        });
        var signed = IndexObject.Encode(writer, [], [_pack]);

        Assert.Equal(Convert.ToHexStringLower(writer.KeyId), Decode(_master, signed).KeyId);
        Assert.Throws<DamagedObjectException>(() => Decode(_master, IndexObject.Encode(impostor, [], [_pack])));
    }

    [Fact]
    public void An_index_under_another_name_than_that_of_its_bytes_is_refused()
    {
        var index = IndexObject.Encode(_master, [], [_pack]);
        var signers = new TrustedSigners(_master.MasterPublicKey, _master.RepositoryId);

        Assert.Throws<DamagedObjectException>(() => IndexObject.Decode(_master, signers, ObjectName.For(ObjectName.Indexes, new byte[32]), index));
    }

    private static StoredIndex Decode(KeyMaterial keys, byte[] index)
    {
        var signers = new TrustedSigners(keys.MasterPublicKey, keys.RepositoryId);
        return IndexObject.Decode(keys, signers, NameOf(index), index);
    }

    private static string NameOf(byte[] index) => ObjectName.For(ObjectName.Indexes, System.Security.Cryptography.SHA256.HashData(index));

    [Fact]
    public void A_blob_is_read_back_and_one_of_another_type_or_another_content_is_not()
    {
        using var repository = RepositoryAccess.Initialize(new MemoryObjectStore(), KeyMaterial.CreateMaster());
        var content = TestRepository.RandomBytes(3, 5000);
        var oid = repository.Hasher.Compute(BlobType.Data, content);
        var claimed = TestOids.Random(1);
        var index = new BlobIndex();
        using (var packs = new PackWriter(repository.Store, repository.Keys, repository.Descriptor, PackKind.Data, index.Add, default))
        using (var packer = new SegmentPacker(packs, repository.Descriptor.SegmentSize, compressionLevel: 1))
        {
            packer.Add(BlobType.Data, oid, content);
            packer.Add(BlobType.Data, claimed, content);
            packer.Flush();
            packs.Finish();
        }

        using var reader = new BlobReader(repository, index, default);

        using (var blob = reader.Read(BlobType.Data, oid))
            Assert.Equal(content, blob.Bytes.ToArray());
        Assert.Throws<DamagedObjectException>(() => reader.Read(BlobType.Tree, oid));
        Assert.Throws<DamagedObjectException>(() => reader.Read(BlobType.Data, claimed));
        Assert.Throws<DamagedObjectException>(() => reader.Read(BlobType.Data, TestOids.Random(2)));
        Assert.NotEqual(oid, repository.Hasher.Compute(BlobType.Tree, content));
    }

    private StoredPack WritePack(params byte[][] segments)
    {
        StoredPack? stored = null;
        using var writer = new PackWriter(_store, _master, _descriptor, PackKind.Data, pack => stored = pack, default);
        for (var i = 0; i < segments.Length; i++)
            writer.Append(segments[i], SegmentMethod.Stored, [new BlobEntry(BlobType.Data, TestOids.Random(i), segments[i].Length)]);
        writer.Finish();
        return stored!;
    }
}
