using System.Buffers.Binary;
using System.IO.Hashing;
using Rekkord.Engine.Caching;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Tests.Caching;

/// <summary>Whatever becomes of the cache, a save gives the same snapshot as without one.</summary>
public sealed class DamagedCacheTests : IDisposable
{
    // Files that have just been made are not cached, since their times cannot vouch for them yet: these were made long ago.
    private static readonly string Source = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    private delegate void Forgery(Span<byte> head, ReadOnlySpan<byte> name, Span<byte> entry);

    private readonly TestRepository _repository = new();
    private readonly byte[] _tree;
    private readonly byte[] _cache;

    public DamagedCacheTests()
    {
        (_tree, _) = Save();
        _cache = File.ReadAllBytes(CacheFile);
    }

    private string CacheFile => Assert.Single(Directory.GetFiles(_repository.CacheDirectory, "files-*.cache", SearchOption.AllDirectories));

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_whole_cache_is_used_and_gives_the_same_snapshot()
    {
        var (tree, unchanged) = Save();

        Assert.Equal(_tree, tree);
        Assert.True(unchanged > 0, "Nothing was taken from the cache.");
    }

    [Fact]
    public void What_it_knows_of_one_copy_of_a_repository_is_not_believed_of_another_that_lacks_the_content()
    {
        foreach (var path in _repository.Objects("packs").Concat(_repository.Objects("index")))
            File.Delete(path);

        var (tree, unchanged) = Save();

        Assert.Equal((_tree.Length, 0), (tree.Length, unchanged));
        Assert.NotEmpty(_repository.Objects("packs"));
    }

    [Fact]
    public void A_cache_with_any_byte_changed_gives_the_same_snapshot()
    {
        foreach (var i in TestLength.Choose([.. Enumerable.Range(0, _cache.Length)], 25))
        {
            var damaged = _cache.ToArray();
            damaged[i] ^= 0x41;
            AssertSame(damaged);
        }
    }

    [Fact]
    public void A_cache_that_was_cut_short_or_grew_gives_the_same_snapshot()
    {
        foreach (var length in TestLength.Choose([.. Enumerable.Range(0, _cache.Length)], 10))
            AssertSame(_cache[..length]);
        AssertSame([.. _cache, 0]);
        AssertSame([.. _cache, .. _cache]);
    }

    [Fact]
    public void The_cache_of_another_repository_gives_the_same_snapshot()
    {
        using var other = new TestRepository();
        other.Save(Request(other));
        AssertSame(File.ReadAllBytes(Assert.Single(Directory.GetFiles(other.CacheDirectory, "files-*.cache", SearchOption.AllDirectories))));
    }

    [Fact]
    public void A_cache_of_content_that_the_repository_lost_gives_the_same_snapshot()
    {
        foreach (var pack in _repository.Objects("packs"))
            File.Delete(pack);

        var (tree, unchanged) = Save();

        Assert.Equal(_tree, tree);
        Assert.Equal(0, unchanged);
        Assert.All(_repository.Scan(new() { Full = true }).Problems, problem => Assert.Empty(problem.Snapshots));
    }

    [Fact]
    public void Entries_that_are_malformed_are_not_taken_from_a_cache_whose_hashes_are_right() =>
        AssertSame(Forge((_, _, entry) => entry[0] = 0xff));

    [Fact]
    public void Entries_of_other_names_are_not_taken_from_a_cache_whose_hashes_are_right() =>
        AssertSame(Forge((_, name, entry) => entry[entry.IndexOf(name) + name.Length - 1] ^= 1));

    [Fact]
    public void Entries_whose_references_the_cache_hides_are_not_taken_when_their_content_is_lost()
    {
        File.WriteAllBytes(CacheFile, Forge((head, _, _) => BinaryPrimitives.WriteInt32LittleEndian(head[14..], 0)));
        foreach (var pack in _repository.Objects("packs"))
            File.Delete(pack);

        Assert.Equal(0, Save().Unchanged);
        Assert.All(_repository.Scan(new() { Full = true }).Problems, problem => Assert.Empty(problem.Snapshots));
    }

    /// <summary>Changes each entry of the cache, and makes the hashes of the records right again.</summary>
    private byte[] Forge(Forgery forge)
    {
        var cache = _cache.ToArray();
        var foot = cache.AsSpan(cache.Length - CacheFormat.FootLength);
        var table = cache.AsSpan((int)BinaryPrimitives.ReadInt64LittleEndian(foot)..(cache.Length - foot.Length));
        for (; !table.IsEmpty; table = table[CacheFormat.TableEntryLength..])
        {
            var record = cache.AsSpan((int)BinaryPrimitives.ReadInt64LittleEndian(table[20..]), BinaryPrimitives.ReadInt32LittleEndian(table[28..]));
            var body = record[..^CacheFormat.HashLength];
            for (var rest = body; !rest.IsEmpty;)
            {
                var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(rest);
                var entryLength = BinaryPrimitives.ReadInt32LittleEndian(rest[2..]);
                var content = rest[CacheFormat.EntryHeadLength..];
                var listedLength = BinaryPrimitives.ReadInt32LittleEndian(rest[6..]);
                forge(rest[..CacheFormat.EntryHeadLength], content[..nameLength], content.Slice(nameLength, entryLength));
                rest = content[(nameLength + entryLength + listedLength)..];
            }

            BinaryPrimitives.WriteUInt64LittleEndian(record[body.Length..], XxHash3.HashToUInt64(body));
        }

        return cache;
    }

    private void AssertSame(byte[] cache)
    {
        File.WriteAllBytes(CacheFile, cache);
        Assert.Equal(_tree, Save().Tree);
        Assert.Empty(_repository.Failed);
    }

    private static SaveRequest Request(TestRepository repository) => new()
    {
        Channel = "test",
        Paths = [FileName.FromText(Source)],
        Exclude = [new("System.*"), new("Microsoft.*"), new("*.so")],
        CacheDirectory = repository.CacheDirectory,
    };

    private (byte[] Tree, long Unchanged) Save()
    {
        var result = _repository.Save(Request(_repository));
        using var repository = _repository.Open();
        var (_, roots) = new SnapshotRecords(repository).Read(result.Snapshot.ObjectName, default);
        return (Assert.Single(roots).Entry.Chunks.ToArray(), result.UnchangedFiles);
    }
}
