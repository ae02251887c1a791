using System.Buffers.Binary;
using System.Text;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Objects;

namespace Rekkord.Engine.Tests.Caching;

/// <summary>
/// The cache of opened tags tells what was put into it to whoever has the key, and a damaged or forged one tells nothing.
/// </summary>
public sealed class TagCacheTests : IDisposable
{
    private static readonly string[] Names = [.. Enumerable.Range(0, TagCache.ChangesWorthWriting).Select(i => ObjectName.For(ObjectName.Tags, TestRepository.RandomBytes(i, 32)))];

    private readonly TemporaryDirectory _directory = new();
    private readonly KeyMaterial _keys = KeyMaterial.FromSeed(TestRepository.RandomBytes(1, 32), TestRepository.RandomBytes(2, 16));

    private string CachePath => _directory["cache/repository/tags.cache"];

    public void Dispose()
    {
        _keys.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Every_tag_is_found_as_it_was_added()
    {
        Write();

        var cache = TagCache.Open(CachePath, _keys);

        Assert.Equal(Names.Select((_, i) => Describe(Tag(i))), Names.Select(name => Describe(cache.Find(name))));
        Assert.Null(cache.Find(ObjectName.For(ObjectName.Tags, new byte[32])));
    }

    [Fact]
    public void A_single_tag_is_remembered_where_it_lies_on_another_machine()
    {
        foreach (var isDistant in (bool[])[false, true])
        {
            var cache = TagCache.Open(CachePath, _keys, isDistant);
            cache.Add(Names[0], Tag(0));
            cache.Save(new HashSet<string> { Names[0] });

            Assert.Equal(isDistant, TagCache.Open(CachePath, _keys).Find(Names[0]) is not null);
        }
    }

    [Fact]
    public void A_cache_that_is_cut_off_or_has_any_bit_changed_knows_nothing()
    {
        var bytes = TagCacheCodec.Seal(_keys, [new(Names[0], Tag(0)), new(Names[1], Tag(1))])!;
        AssertFound(_keys, bytes, expected: true);

        foreach (var mutated in Mutations.Truncations(bytes).Concat(Mutations.BitFlips(bytes)).Append([.. bytes, 0]))
            AssertFound(_keys, mutated, expected: false);
    }

    [Fact]
    public void A_cache_of_another_key_or_another_repository_knows_nothing()
    {
        using var otherKey = KeyMaterial.FromSeed(TestRepository.RandomBytes(3, 32), [.. _keys.RepositoryId]);
        using var otherRepository = KeyMaterial.FromSeed([.. _keys.Seed], TestRepository.RandomBytes(4, 16));
        var bytes = TagCacheCodec.Seal(_keys, [new(Names[0], Tag(0))])!;

        AssertFound(otherKey, bytes, expected: false);
        AssertFound(otherRepository, bytes, expected: false);

        // Nor when it is made to look as if it were of that one.
        otherRepository.RepositoryId.CopyTo(bytes, 8);
        AssertFound(otherRepository, bytes, expected: false);
    }

    [Fact]
    public void What_is_no_file_is_as_if_there_were_none()
    {
        Directory.CreateDirectory(CachePath);

        Assert.Null(TagCache.Open(CachePath, _keys).Find(Names[0]));
        Assert.Null(TagCache.Open(_directory["none/tags.cache"], _keys).Find(Names[0]));
        Assert.Null(TagCache.Open("/dev/null", _keys).Find(Names[0]));
    }

    [Fact]
    public void A_file_that_is_too_large_is_not_read()
    {
        using (var file = File.Create(_directory["large"]))
            file.SetLength(TagCacheCodec.MaximumLength + 1L);

        Assert.InRange(Mutations.Allocated(() => TagCache.Open(_directory["large"], _keys)), 0, 1024 * 1024);
    }

    [Fact]
    public void What_would_be_too_large_is_not_written()
    {
        Write();
        var before = File.ReadAllBytes(CachePath);

        var cache = TagCache.Open(CachePath, _keys);
        foreach (var name in Names)
            cache.Add(name, new OpenedTag(null, new byte[TagCacheCodec.MaximumLength / Names.Length]));
        cache.Save(Names.ToHashSet());

        Assert.Equal(before, File.ReadAllBytes(CachePath));
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(5, 0)]
    [InlineData(16, 5)]
    [InlineData(0, 6)]
    [InlineData(0, int.MaxValue)]
    [InlineData(0, -1)]
    [InlineData(0, int.MinValue)]
    public void An_entry_of_an_impossible_length_is_malformed(byte keyIdLength, int payloadLength)
    {
        var body = TagCacheCodec.Encode([new(Names[0], new OpenedTag(null, new byte[5]))]);
        Assert.Single(TagCacheCodec.Decode(body));

        body[32] = keyIdLength;
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(33), payloadLength);

        Assert.Throws<InvalidDataException>(() => TagCacheCodec.Decode(body));
        Assert.Throws<InvalidDataException>(() => TagCacheCodec.Decode(body.AsMemory(0, 36)));
    }

    [Fact]
    public void The_file_tells_nothing_and_only_its_user_can_read_it()
    {
        Write();

        var bytes = File.ReadAllBytes(CachePath);
        Assert.Equal(-1, bytes.AsSpan().IndexOf("secret host"u8));
        Assert.Equal(-1, bytes.AsSpan().IndexOf(ObjectName.TryGetHash(Names[0])));
        Assert.Equal([CachePath], Directory.GetFiles(_directory["cache"], "*", SearchOption.AllDirectories));
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(CachePath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory["cache/repository"]));
    }

    [Fact]
    public void The_last_of_two_writers_wins()
    {
        var (one, other) = (TagCache.Open(CachePath, _keys), TagCache.Open(CachePath, _keys));
        Add(one);
        foreach (var name in Names)
            other.Add(name, new OpenedTag(null, new byte[] { 7 }));

        one.Save(Names.ToHashSet());
        other.Save(Names.ToHashSet());

        Assert.Equal("07", Describe(TagCache.Open(CachePath, _keys).Find(Names[0])));
    }

    [Fact]
    public void What_a_killed_writer_left_is_removed_when_it_is_old()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(CachePath)!);
        var (old, young) = ($"{CachePath}.aaaaaaaaaaaa.tmp", $"{CachePath}.bbbbbbbbbbbb.tmp");
        File.WriteAllText(old, "half a cache");
        File.WriteAllText(young, "half a cache");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-2));

        Write();

        Assert.False(File.Exists(old));
        Assert.True(File.Exists(young));
    }

    private static OpenedTag Tag(int i) => new(i % 2 == 0 ? null : TestRepository.RandomBytes(i, 16), Encoding.UTF8.GetBytes($"secret host {i}"));

    private static string Describe(OpenedTag? tag) =>
        tag is { } known ? Convert.ToHexStringLower(known.KeyId ?? []) + Convert.ToHexStringLower(known.Payload.Span) : "unknown";

    private static void Add(TagCache cache)
    {
        for (var i = 0; i < Names.Length; i++)
            cache.Add(Names[i], Tag(i));
    }

    private void Write()
    {
        var cache = TagCache.Open(CachePath, _keys);
        Add(cache);
        cache.Save(Names.ToHashSet());
    }

    private void AssertFound(KeyMaterial keys, byte[] bytes, bool expected)
    {
        var path = _directory["mutated.cache"];
        File.WriteAllBytes(path, bytes);
        var cache = TagCache.Open(path, keys);
        Assert.Equal(expected ? Describe(Tag(0)) : "unknown", Describe(cache.Find(Names[0])));
    }
}
