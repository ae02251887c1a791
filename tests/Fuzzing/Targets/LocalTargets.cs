using System.IO.Hashing;
using System.Text;
using Rekkord.Engine.Caching;
using Rekkord.Engine.Chunking;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Hashing;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Scanning;

namespace Rekkord.Fuzzing.Targets;

/// <summary>Local files: the cache, the tag cache (the file, what is sealed in it), the scan state (the file, its entries), and the configuration in both forms.</summary>
internal static class LocalTargets
{
    private static readonly Hash128 PathHash = new(0, 77);
    private static readonly Hash128 Status = new(0, 99);

    public static IEnumerable<FuzzTarget> All(FuzzRepository repository, string directory)
    {
        var cachePath = Path.Combine(directory, "cache", "fuzzed.cache");
        using (var writer = new FileCacheWriter(cachePath, repository.Keys))
        {
            writer.Add(PathHash, 0, [new CachedEntry("a"u8.ToArray(), Status, new byte[60], 4, 36, 0), new CachedEntry("b"u8.ToArray(), Status, new byte[20], 0, 0, 2)]);
            writer.Add(PathHash, 1, [new CachedEntry("c"u8.ToArray(), Status, new byte[30], 0, 0, 0)]);
            writer.AddChunks(PathHash, 2, new byte[72]);
            writer.Commit(files: 1, size: 2);
        }

        yield return new FuzzTarget("cache/file", [File.ReadAllBytes(cachePath)], bytes => ReadCache(cachePath, repository.Keys, bytes)) { Cost = 2, AllocationBound = 1 << 20 };

        foreach (var target in TagCaches(repository, directory))
            yield return target;
        foreach (var target in ScanStates(repository, directory))
            yield return target;
        yield return Configuration("config/toml", Path.Combine(directory, "fuzzed.toml"), Toml);
        yield return Configuration("config/ini", Path.Combine(directory, "fuzzed.conf"), Ini);
    }

    private static string Toml => """
        # A comment.
        [Repository]
        URL = "ssh://user@host/path"
        KeyFile = 'keys/master.key'
        [Settings]
        Threads = 4
        CompressionLevel = 3
        [Hooks]
        PreSaveDirectory = "hooks/pre"
        HookTimeout = "2h30m"
        TrustHookPermissions = false
        [Protection]
        RetainDuration = "30d"
        S3 = { Region = "eu", AccessKeyID = "a" }
        """;

    private static string Ini => """
        ; A comment.
        [Repository]
        URL = user@host:path   # here
        KeyFile = "keys/master key"
        [Settings]
        Threads=4
        [Hooks]
        HookTimeout = 10m
        TrustHookPermissions = no
        [SFTP]
        Fingerprint = SHA256:abc
        """;

    private static FuzzTarget Configuration(string name, string path, string seed) => new(name, [Encoding.UTF8.GetBytes(seed)], bytes =>
    {
        File.WriteAllBytes(path, bytes);
        _ = RekkordConfig.Load(new ConfigurationRequest { ConfigPath = path, WorkingDirectory = Path.GetDirectoryName(path) }, _ => null, []).Entries;
    }) { Words = Hostile.Configuration, Cost = 3 };

    private static void ReadCache(string path, KeyMaterial keys, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        using var cache = FileCache.Open(path, keys);
        var known = cache.OpenDirectory(PathHash);
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            if (known.Find(Encoding.ASCII.GetBytes(name)) is not { } entry)
                continue;
            Follow(new ChunkHistory(EarlierChunks.Of(entry.References)));
            Follow(new ChunkHistory(cache.OpenChunks(PathHash, entry.ListedChunks)));
        }
    }

    private static void Follow(ChunkHistory history)
    {
        for (var i = 0; i < 10; i++)
            history.Advance(history.Next is { Length: > 0 } next && i % 3 != 0 ? next.Length : 1000);
    }

    private static IEnumerable<FuzzTarget> TagCaches(FuzzRepository repository, string directory)
    {
        var path = Path.Combine(directory, "cache", "tags.cache");
        KeyValuePair<string, OpenedTag>[] tags =
        [
            new(ObjectName.For(ObjectName.Tags, new byte[32]), new OpenedTag(null, new byte[20])),
            new(ObjectName.For(ObjectName.Tags, repository.Keys.MasterPublicKey.AsSpan(1, 32)), new OpenedTag(repository.Writer.KeyId, new byte[30])),
        ];
        var body = TagCacheCodec.Encode(tags);
        yield return new FuzzTarget("tagcache/file", [TagCacheCodec.Seal(repository.Keys, tags)!], bytes =>
        {
            File.WriteAllBytes(path, bytes);
            _ = TagCache.Open(path, repository.Keys).Find(tags[0].Key)?.Payload.Length;
        }) { Cost = 2, AllocationBound = 1 << 20 };
        yield return new FuzzTarget("tagcache/body", [body], bytes => TagCacheCodec.Decode(bytes)) { AllocationBound = 1 << 20, Documented = typeof(InvalidDataException) };
    }

    private static IEnumerable<FuzzTarget> ScanStates(FuzzRepository repository, string directory)
    {
        var id = Convert.ToHexStringLower(repository.Keys.RepositoryId);
        const string Location = "/repository";
        var path = CacheLocation.ForScans(id, Location, directory);
        var packs = repository.Objects.Keys.Where(name => name.StartsWith("packs/", StringComparison.Ordinal)).ToHashSet();
        var state = ScanState.Load(id, Location, directory);
        foreach (var pack in packs)
            state.SetVerified(pack, full: true, DateTimeOffset.UnixEpoch, new(0, 1));
        state.Save(packs);
        var valid = File.ReadAllBytes(path);
        yield return new FuzzTarget("scanstate/file", [valid], Load) { Cost = 2 };
        yield return new FuzzTarget("scanstate/entries", [valid[..^sizeof(ulong)]], bytes => Load([.. bytes, .. BitConverter.GetBytes(XxHash3.HashToUInt64(bytes))])) { Cost = 2 };

        void Load(byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            var loaded = ScanState.Load(id, Location, directory);
            foreach (var pack in packs)
                _ = loaded.LastVerified(pack, full: false)?.ToString("u");
            loaded.Save(packs);
        }
    }
}
