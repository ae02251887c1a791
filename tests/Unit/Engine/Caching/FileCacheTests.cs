using Rekkord.Engine.Caching;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Tests.Caching;

/// <summary>The cache tells what was put into it, and a damaged one nothing else.</summary>
public sealed class FileCacheTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly KeyMaterial _keys = KeyMaterial.CreateMaster();

    private string CachePath => _directory["cache/files.cache"];

    public void Dispose()
    {
        _keys.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Every_entry_of_every_page_is_found_in_name_order()
    {
        Write();

        using var cache = FileCache.Open(CachePath, _keys);
        Assert.Equal((1, 2), (cache.Files, cache.Size));

        foreach (var path in Paths)
            Assert.Equal(Names.Select(name => Describe(Entry(path, name))), Find(cache, path, Names).Select(found => Describe(found!)));
    }

    [Fact]
    public void Names_that_are_new_or_gone_do_not_hide_the_others()
    {
        Write();
        using var cache = FileCache.Open(CachePath, _keys);
        var directory = cache.OpenDirectory(Paths[0]);

        Assert.Null(directory.Find("a"u8));
        Assert.Equal(Status(Names[2]), directory.Find(Names[2])!.StatusHash);
        Assert.Null(directory.Find([.. Names[2], 0]));
        Assert.Equal(Status(Names[5]), directory.Find(Names[5])!.StatusHash);
        Assert.Null(directory.Find("zzz"u8));
    }

    [Fact]
    public void A_directory_that_is_not_in_it_and_an_empty_cache_have_nothing()
    {
        Write();
        using var cache = FileCache.Open(CachePath, _keys);

        Assert.All(Find(cache, new(0, 99), Names), found => Assert.Null(found));
        Assert.All(Find(FileCache.Empty, Paths[0], Names), found => Assert.Null(found));
        Assert.All(Find(FileCache.Open(_directory["none"], _keys), Paths[0], Names), found => Assert.Null(found));
        Assert.All(Find(FileCache.Open(_directory.Path, _keys), Paths[0], Names), found => Assert.Null(found));
    }

    [Fact]
    public void The_cache_of_another_repository_is_not_used()
    {
        Write();

        using var other = KeyMaterial.CreateMaster();
        using var cache = FileCache.Open(CachePath, other);

        Assert.All(Find(cache, Paths[0], Names), found => Assert.Null(found));
    }

    [Fact]
    public void A_cache_that_is_cut_off_anywhere_knows_nothing()
    {
        Write();

        AssertNothingWrongIsFound(Mutations.Truncations(File.ReadAllBytes(CachePath)), mayFind: false);
    }

    [Fact]
    public void A_cache_with_any_byte_changed_never_tells_anything_else_than_was_put_into_it()
    {
        Write();
        var bytes = File.ReadAllBytes(CachePath);

        AssertNothingWrongIsFound(
            Enumerable.Range(0, bytes.Length).Select(place => bytes.Select((value, i) => (byte)(i == place ? value ^ 0x41 : value)).ToArray()), mayFind: true);
    }

    [Fact]
    public void Scrambled_caches_raise_nothing()
    {
        Write();

        AssertNothingWrongIsFound(Mutations.Scrambles(File.ReadAllBytes(CachePath), 1_000, seed: 3), mayFind: true);
    }

    [Fact]
    public void A_table_that_the_file_does_not_have_takes_no_memory()
    {
        Write();
        var bytes = File.ReadAllBytes(CachePath);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - sizeof(int)), int.MaxValue);
        File.WriteAllBytes(CachePath, bytes);

        var allocated = Mutations.Allocated(() => FileCache.Open(CachePath, _keys).Dispose());

        Assert.InRange(allocated, 0, 1024 * 1024);
    }

    [Fact]
    public void A_record_in_the_place_of_another_is_not_taken()
    {
        Write();
        var bytes = File.ReadAllBytes(CachePath);
        var length = (bytes.Length - CacheFormat.HeadLength - CacheFormat.FootLength - CacheSeal.TagLength - (4 * CacheFormat.TableEntryLength)) / 2;
        var records = bytes.AsSpan(CacheFormat.HeadLength, 2 * length);
        var first = records[..length].ToArray();
        records[length..].CopyTo(records);
        first.CopyTo(records[length..]);
        File.WriteAllBytes(CachePath, bytes);

        using var cache = FileCache.Open(CachePath, _keys);

        foreach (var path in Paths)
            Assert.All(Find(cache, path, Names), found => Assert.Null(found));
    }

    [Fact]
    public void It_shows_nobody_without_the_key_a_name_or_an_entry()
    {
        using (var writer = new FileCacheWriter(CachePath, _keys))
        {
            writer.Add(new(0, 1), 0, [new CachedEntry("a-secret-name"u8.ToArray(), new(0, 1), "what is kept of it"u8.ToArray(), 0, 0, 0)]);
            writer.Commit(files: 1, size: 2);
        }

        var bytes = File.ReadAllBytes(CachePath).AsSpan();
        Assert.Equal(-1, bytes.IndexOf("secret"u8));
        Assert.Equal(-1, bytes.IndexOf("what is"u8));
        Assert.Equal(-1, bytes.IndexOf(BitConverter.GetBytes(1L).Concat(BitConverter.GetBytes(0L)).ToArray()));
    }

    [Fact]
    public void The_chunks_of_a_large_file_are_found_in_all_parts_and_those_of_a_missing_part_are_unknown()
    {
        const int part = CacheFormat.ChunksPartLength / ChunkReference.EncodedLength;
        var references = TestRepository.RandomBytes(3, 2 * CacheFormat.ChunksPartLength + 100 * ChunkReference.EncodedLength);
        using (var writer = new FileCacheWriter(CachePath, _keys))
        {
            writer.AddChunks(new(0, 5), 0, new byte[7]); // of a reading that did not count
            for (var i = 0; i < 3; i++)
                writer.AddChunks(new(0, 5), i, references.AsSpan(i * CacheFormat.ChunksPartLength, i < 2 ? CacheFormat.ChunksPartLength : 100 * ChunkReference.EncodedLength));
            writer.Commit(files: 1, size: 2);
        }

        using var cache = FileCache.Open(CachePath, _keys);
        var chunks = cache.OpenChunks(new(0, 5), (2 * part) + 100);
        foreach (var i in new[] { 0, 1, part - 1, part, (2 * part) - 1, 2 * part, (2 * part) + 99, part - 1, 0 })
            Assert.Equal(references.AsSpan(i * ChunkReference.EncodedLength, ChunkReference.EncodedLength), chunks[i]);
        Assert.Equal(((2 * part) + 100, 3), (chunks.Count, chunks.Parts));

        // More than there are: what is missing is not there, what comes before is.
        var more = cache.OpenChunks(new(0, 5), CachedChunks.MaximumCount);
        Assert.Equal(new byte[ChunkReference.EncodedLength], more[(3L * part) + 7]);
        Assert.Equal(3L * part, more.Count);
        Assert.Equal(references.AsSpan(0, ChunkReference.EncodedLength), more[0]);
        Assert.True(cache.OpenChunks(new(0, 6), 5).ReadPart(0).IsEmpty);
    }

    [Fact]
    public void The_old_cache_stays_until_the_new_one_is_whole()
    {
        Write();
        var before = File.ReadAllBytes(CachePath);

        using (var writer = new FileCacheWriter(CachePath, _keys))
        {
            writer.Add(new(0, 7), 0, []);
            Assert.Equal(before, File.ReadAllBytes(CachePath));
        }

        Assert.Equal([CachePath], Directory.GetFiles(_directory["cache"]));
        Assert.Equal(before, File.ReadAllBytes(CachePath));
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_given_up_with_a_reason()
    {
        File.WriteAllText(_directory["cache"], "a file where the directory should be");

        using var writer = new FileCacheWriter(CachePath, _keys);
        writer.Add(new(0, 1), 0, []);
        writer.Commit(files: 1, size: 2);

        Assert.NotEmpty(writer.Failure!);
        Assert.False(File.Exists(CachePath));
    }

    [Fact]
    public void Nobody_else_can_look_into_the_directory_of_caches()
    {
        Write();

        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory["cache"]));
    }

    private static readonly Hash128[] Paths = [new(0, 11), new(ulong.MaxValue, ulong.MaxValue)];

    private static readonly byte[][] Names = [[1], "b"u8.ToArray(), "bb"u8.ToArray(), "c"u8.ToArray(), [0xc3, 0x28], [0xff, 0xff, 0xff]];

    private static Hash128 Status(byte[] name) => new((ulong)name[0] << 26, (uint)name.Length);

    private static CachedEntry Entry(Hash128 path, byte[] name)
    {
        var entry = TestRepository.RandomBytes((int)(path.Low & 0xff) + name.Length, 85);
        return name.Length == 2
            ? new CachedEntry(name, Status(name), entry, 0, 0, 5)
            : new CachedEntry(name, Status(name), entry, 10, 2 * ChunkReference.EncodedLength, 0);
    }

    private static string Describe(CachedEntry entry) =>
        $"{entry.StatusHash} {Convert.ToHexStringLower(entry.Entry)} {Convert.ToHexStringLower(entry.References.Span)} {entry.ListedChunks}";

    private static CachedEntry?[] Find(FileCache cache, Hash128 path, byte[][] names)
    {
        var directory = cache.OpenDirectory(path);
        return [.. names.Select(name => directory.Find(name))];
    }

    /// <summary>Two directories of two pages each.</summary>
    private void Write()
    {
        using var writer = new FileCacheWriter(CachePath, _keys);
        foreach (var path in Paths)
        {
            writer.Add(path, 0, [.. Names[..4].Select(name => Entry(path, name))]);
            writer.Add(path, 1, [.. Names[4..].Select(name => Entry(path, name))]);
        }

        writer.Commit(files: 1, size: 2);
        Assert.Null(writer.Failure);
    }

    private void AssertNothingWrongIsFound(IEnumerable<byte[]> caches, bool mayFind)
    {
        var path = _directory["mutated.cache"];
        foreach (var bytes in caches)
        {
            File.WriteAllBytes(path, bytes);
            using var cache = FileCache.Open(path, _keys);
            foreach (var directory in Paths)
            {
                foreach (var (name, found) in Names.Zip(Find(cache, directory, Names)))
                {
                    Assert.True(mayFind || found is null, "A cache that is cut off was used.");
                    if (found is { } entry)
                        Assert.Equal(Describe(Entry(directory, name)), Describe(entry));
                }
            }
        }
    }
}
