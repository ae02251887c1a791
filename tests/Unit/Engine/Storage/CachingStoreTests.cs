using System.Security.Cryptography;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Caching;
using Rekkord.Engine.Storage.Memory;

namespace Rekkord.Engine.Tests.Storage;

/// <summary>Copies on this machine spare reading, and are never believed.</summary>
public sealed class CachingStoreTests : ObjectStoreContract
{
    private const long MaximumSize = 10_000;

    private readonly TemporaryDirectory _directory = new();
    private readonly MemoryObjectStore _memory = new();
    private readonly List<string> _read = [];
    private readonly List<string> _notes = [];

    private string Copies => Path.Combine(_directory.Path, "copies");

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public void What_was_read_once_is_not_read_from_the_store_again()
    {
        var (name, bytes) = Add(1);

        Assert.Equal(bytes, Store.Read(name, bytes.Length));
        Assert.Equal(bytes, Store.Read(name, bytes.Length));
        using var later = Open();
        Assert.Equal(bytes, later.Read(name, bytes.Length));

        Assert.Equal([name], _read);
    }

    [Fact]
    public void What_was_put_is_not_read_from_the_store()
    {
        var bytes = TestRepository.RandomBytes(1, 100);
        var name = NameOf(bytes);

        Assert.True(Store.Put(name, bytes));

        Assert.Equal(bytes, Store.Read(name, bytes.Length));
        Assert.Empty(_read);
    }

    [Fact]
    public void A_copy_that_is_damaged_is_not_believed_and_is_made_again()
    {
        var (name, bytes) = Add(1);
        Store.Read(name, bytes.Length);
        Overwrite(name, bytes.Length);

        Assert.Equal(bytes, Store.Read(name, bytes.Length));
        Assert.Equal(bytes, Store.Read(name, bytes.Length));

        Assert.Equal([name, name], _read);
    }

    [Fact]
    public void What_is_damaged_in_the_store_is_not_kept()
    {
        var (name, bytes) = Add(1);
        _memory[name] = bytes[..^1];

        Assert.Equal(bytes[..^1], Store.Read(name, bytes.Length));
        _memory[name] = bytes;

        Assert.Equal(bytes, Store.Read(name, bytes.Length));
    }

    [Fact]
    public void The_oldest_copies_go_when_there_may_be_fewer_than_there_are()
    {
        var (old, oldBytes) = Add(1);
        var (name, bytes) = Add(2);
        Store.Read(old, oldBytes.Length);
        Store.Read(name, bytes.Length);
        File.SetLastWriteTimeUtc(Path.Combine(Copies, old), DateTime.UtcNow.AddDays(-1));

        using var smaller = Open(maximumSize: bytes.Length);

        Assert.Equal([Path.GetFileName(name)], Directory.GetFiles(Path.Combine(Copies, "index")).Select(Path.GetFileName));
        Assert.Equal(bytes, smaller.Read(name, bytes.Length));
        Assert.Equal([old, name], _read);
    }

    [Fact]
    public void A_listing_removes_the_copies_of_what_is_gone()
    {
        var (name, bytes) = Add(1);
        var (gone, _) = Add(2);
        Store.Read(name, bytes.Length);
        Store.Read(gone, bytes.Length);
        _memory.Delete(gone);

        Assert.Equal([name], Store.List("index/").Select(found => found.Name));

        Assert.Throws<StorageException>(() => Store.Read(gone, bytes.Length));
        Store.Read(name, bytes.Length);
        Assert.Equal([name, gone, gone], _read);
    }

    [Fact]
    public void Copies_take_no_more_room_than_they_may()
    {
        var objects = Enumerable.Range(0, 20).Select(seed => Add(seed, 1000)).ToList();

        foreach (var (name, bytes) in objects.Concat(objects))
            Assert.Equal(bytes, Store.Read(name, bytes.Length));

        Assert.InRange(Directory.EnumerateFiles(Copies, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length), 9_000, MaximumSize);
    }

    [Fact]
    public void Other_folders_and_parts_of_objects_are_read_from_the_store()
    {
        var bytes = TestRepository.RandomBytes(1, 100);
        var pack = NameOf(bytes, "packs/ab/");
        var (index, _) = Add(2);
        _memory[pack] = bytes;

        Store.Read(pack, bytes.Length);
        Store.Read(pack, bytes.Length);
        Store.Read(index, 10, new byte[20]);
        Store.Read(index, 10, new byte[20]);

        Assert.Equal([pack, pack, index, index], _read);
    }

    [Fact]
    public void Where_no_copies_can_be_made_the_store_is_used_without()
    {
        Directory.Delete(Copies, recursive: true);
        File.WriteAllText(Copies, "not a directory");
        var (name, bytes) = Add(1);

        using var store = Open();
        Assert.Equal(bytes, store.Read(name, bytes.Length));
        Assert.Equal(bytes, store.Read(name, bytes.Length));

        Assert.Equal([name, name], _read);
        Assert.Contains(Copies, Assert.Single(_notes));
    }

    protected override ValueTask<IObjectStore> OpenAsync() => ValueTask.FromResult(Open());

    private IObjectStore Open(long maximumSize = MaximumSize) => CachingStore.Open(
        new WatchedStore(_memory, (name, _, _) => _read.Add(name)), Copies, ["index/"], maximumSize, _notes.Add, default);

    private (string Name, byte[] Bytes) Add(int seed, int length = 100)
    {
        var bytes = TestRepository.RandomBytes(seed, length);
        var name = NameOf(bytes);
        _memory[name] = bytes;
        return (name, bytes);
    }

    private void Overwrite(string name, int length)
    {
        var copy = Path.Combine(Copies, name);
        File.Delete(copy);
        File.WriteAllBytes(copy, new byte[length]);
    }

    private static string NameOf(byte[] bytes, string folder = "index/") => folder + Convert.ToHexStringLower(SHA256.HashData(bytes));
}
