using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage.Memory;
using Rekkord.Engine.Tests.Storage;

namespace Rekkord.Engine.Tests.Index;

public sealed class BlobReaderTests
{
    private const int BlobLength = 4 * 1024 * 1024;
    private const int SegmentLength = 2 * BlobLength;

    // How much of opened segments is kept.
    private const int KeptSegments = 64 * 1024 * 1024 / SegmentLength;

    [Theory]
    [InlineData(KeptSegments, KeptSegments)]
    [InlineData(KeptSegments + 1, 2 * (KeptSegments + 1))]
    public void Segments_are_kept_as_long_as_they_fit_the_memory_that_they_may_take(int segments, int expectedReads)
    {
        var read = 0;
        var store = new WatchedStore(new MemoryObjectStore(), (name, offset, _) => read += IsSegment(name, offset) ? 1 : 0);
        using var repository = RepositoryAccess.Initialize(store, KeyMaterial.CreateMaster());
        var index = new BlobIndex();
        var oids = WriteBlobs(repository, index, 2 * segments);
        using var reader = new BlobReader(repository, index, default);

        foreach (var oid in oids.Concat(oids))
            reader.Read(BlobType.Data, oid).Dispose();

        Assert.Equal(expectedReads, read);
    }

    private static bool IsSegment(string name, long offset) => name.StartsWith(ObjectName.Packs, StringComparison.Ordinal) && offset > 0;

    private static List<Oid> WriteBlobs(RepositoryAccess repository, BlobIndex index, int count)
    {
        var oids = new List<Oid>();
        using var packs = new PackWriter(repository.Store, repository.Keys, repository.Descriptor, PackKind.Data, index.Add, default);
        using var packer = new SegmentPacker(packs, SegmentLength, compressionLevel: 1);
        for (var i = 0; i < count; i++)
        {
            var content = new byte[BlobLength];
            content[0] = (byte)i;
            oids.Add(repository.Hasher.Compute(BlobType.Data, content));
            packer.Add(BlobType.Data, oids[^1], content);
        }

        packer.Flush();
        packs.Finish();
        return oids;
    }
}
