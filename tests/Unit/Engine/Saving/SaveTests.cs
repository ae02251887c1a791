namespace Rekkord.Engine.Tests.Saving;

public sealed class SaveTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_saved_tree_is_restored_equal()
    {
        _repository.Write("a/small.txt", "hello"u8);
        _repository.Write("a/empty", []);
        _repository.Write("large.bin", TestRepository.RandomBytes(1, 20_000_000));

        var saved = _repository.Save();
        var restored = _repository.RestoreSource();

        Assert.False(saved.IsPartial);
        Assert.Equal(3, saved.Snapshot.Summary.Files);
        Assert.Equal(0, restored.ErrorCount);
        Assert.Equal("hello"u8.ToArray(), File.ReadAllBytes(Path.Combine(_repository.Destination, "a/small.txt")));
        Assert.Empty(File.ReadAllBytes(Path.Combine(_repository.Destination, "a/empty")));
        Assert.Equal(TestRepository.RandomBytes(1, 20_000_000), File.ReadAllBytes(Path.Combine(_repository.Destination, "large.bin")));
        Assert.Empty(_repository.Scan(new() { Full = true }).Problems);
    }

    [Fact]
    public void A_second_save_of_an_unchanged_tree_stores_no_new_pack()
    {
        for (var i = 0; i < 200; i++)
            _repository.Write($"d{i % 7}/f{i}", TestRepository.RandomBytes(i, i * 997));
        var first = _repository.Save();
        var second = _repository.Save();

        Assert.Equal(1, first.NewDataPacks);
        Assert.Equal(0, second.NewDataPacks);
        Assert.Equal(0, second.NewMetadataPacks);
        Assert.Equal(0, second.Snapshot.Summary.AddedSize);
    }
}
