using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage.Memory;

namespace Rekkord.Engine.Tests.Index;

public sealed class IndexWriterTests : IDisposable
{
    private const int PackCount = 20;

    private readonly MemoryObjectStore _store = new();
    private readonly RepositoryAccess _repository;
    private readonly IndexWriter _writer;

    public IndexWriterTests()
    {
        _repository = RepositoryAccess.Initialize(_store, KeyMaterial.CreateMaster());
        _writer = new IndexWriter(_repository);
    }

    public void Dispose()
    {
        _repository.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void An_index_is_written_while_packs_still_come_and_each_pack_is_in_one()
    {
        for (var i = 0; i < PackCount; i++)
            _writer.Add(MakePack(i, directoryLength: 1 << 20), default);
        var before = ReadIndexes();
        _writer.Finish(default);
        var after = ReadIndexes();

        Assert.Equal([8, 8], before.Select(index => index.Count));
        Assert.Equal(3, after.Count);
        Assert.Equal(Enumerable.Range(0, PackCount), after.SelectMany(index => index.Select(pack => (int)pack.Hash[0])).Order());
    }

    [Fact]
    public void Of_no_packs_no_index_is_written()
    {
        _writer.Finish(default);

        Assert.Empty(ReadIndexes());
    }

    [Fact]
    public void Packs_that_several_threads_add_are_each_in_one_index()
    {
        Parallel.For(0, PackCount, i => _writer.Add(MakePack(i, directoryLength: 3 << 20), default));
        _writer.Finish(default);

        Assert.Equal(Enumerable.Range(0, PackCount), ReadIndexes().SelectMany(index => index.Select(pack => (int)pack.Hash[0])).Order());
    }

    private static StoredPack MakePack(int number, int directoryLength)
    {
        var hash = new byte[32];
        hash[0] = (byte)number;
        return new StoredPack(hash, number, new byte[PackFormat.SealedKeyLength], new byte[directoryLength]);
    }

    private List<IReadOnlyList<StoredPack>> ReadIndexes() =>
        [.. _store.List(ObjectName.Indexes).Select(index => IndexObject.Read(_repository, index.Name, default).Packs)];
}
