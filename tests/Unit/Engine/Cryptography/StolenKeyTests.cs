using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Tests.Cryptography;

/// <summary>
/// What somebody can open who has a repository and a keyfile, and tries everything in the keyfile, and all that the format derives from
/// it, on everything that is sealed. It is written from docs/format.md and uses no code that refuses to try.
/// </summary>
public sealed class StolenKeyTests : IDisposable
{
    private static readonly string[] Secrets = ["geheimer-name", "vertraulicher Inhalt", "stiller Kanal", "laptop stolen"];

    // Every purpose in the format that a key is derived for.
    private static readonly string[] Purposes =
    [
        "master signing key", "master key id", "data key", "log key", "id key", "index key", "oid data", "oid tree", "oid chunk list",
        "oid snapshot", "gear", "pack directory", "index",
    ];

    private readonly TestRepository _repository = new();
    private readonly KeyMaterial _master;

    public StolenKeyTests()
    {
        _master = KeyFile.Read(_repository.KeyFilePath);

        // Small chunks and segments: each is tried with hundreds of keys.
        _repository.UseSmallPacks(packSize: 1 << 20);
        _repository.Write("geheimer-name", Encoding.UTF8.GetBytes("vertraulicher Inhalt"));
        _repository.Write("large", TestRepository.RandomBytes(1, 300_000));
        _repository.Save(new SaveRequest
        {
            Channel = "stiller Kanal",
            Paths = [FileName.FromText(_repository.Source)],
            CacheDirectory = _repository.CacheDirectory,
        });
        using var repository = _repository.Open();
        new KeyRevocation(repository, _ => { }).Run(new byte[16], false, "laptop stolen", CancellationToken.None);
        new SnapshotRecords(repository).WriteRemoval(new RemovalRecord(DateTimeOffset.UtcNow, [new(new byte[32])], []), CancellationToken.None);
    }

    public void Dispose()
    {
        _master.Dispose();
        _repository.Dispose();
    }

    [Theory]
    [InlineData(KeyRole.ReadWrite, "index, pack directory, pack key, removal, revocation, segment, snapshot, tag")]
    [InlineData(KeyRole.Prune, "index, pack directory, pack key, removal, revocation, segment, snapshot, tag")]
    [InlineData(KeyRole.WriteOnly, "index, pack directory")]
    [InlineData(KeyRole.LogOnly, "removal, revocation, tag")]
    public void A_keyfile_opens_what_its_role_says_and_nothing_else(KeyRole role, string expected)
    {
        using var stolen = _master.Derive(role);

        var opened = OpenAll(stolen);

        Assert.Equal(expected, string.Join(", ", opened.Select(part => part.What).Distinct().Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void With_a_WriteOnly_keyfile_no_content_name_or_channel_is_readable()
    {
        using var stolen = _master.Derive(KeyRole.WriteOnly);
        using var whole = _master.Derive(KeyRole.ReadWrite);

        Assert.Empty(FindSecrets(OpenAll(stolen)));
        Assert.Equal(Secrets, FindSecrets(OpenAll(whole)));
    }

    [Fact]
    public void What_a_WriteOnly_keyfile_opens_is_types_IDs_and_lengths_to_the_last_byte()
    {
        using var stolen = _master.Derive(KeyRole.WriteOnly);
        var blobs = 0;
        foreach (var directory in OpenAll(stolen).Where(part => part.What == "pack directory"))
        {
            // The reader raises an error when anything is left over.
            var reader = new TableOfContentsReader(directory.Bytes);
            while (reader.NextSegment(out _, out _))
            {
                while (reader.NextBlob(out _))
                    blobs++;
            }
        }

        // Four chunks of the large file at least, and a page of the directory.
        Assert.InRange(blobs, 5, 200);
    }

    private static IEnumerable<string> FindSecrets(IReadOnlyList<(string What, byte[] Bytes)> opened) =>
        Secrets.Where(secret => opened.Any(part => Expanded(part).AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0));

    /// <summary>What is opened is often compressed: with a length before it, or as a bare frame.</summary>
    private static byte[] Expanded((string What, byte[] Bytes) part)
    {
        try
        {
            if (part.What == "segment")
            {
                using var decompressor = new ZstdSharp.Decompressor();
                return decompressor.Unwrap(part.Bytes).ToArray();
            }

            return Compression.Decompress(part.Bytes, 1 << 28);
        }
        catch (Exception error) when (error is InvalidDataException or ZstdSharp.ZstdException)
        {
            return part.Bytes;
        }
    }

    private List<(string What, byte[] Bytes)> OpenAll(KeyMaterial stolen)
    {
        var parts = stolen.ToParts();
        var held = new[] { parts.Seed, parts.IdKey, parts.IndexKey, parts.DataPrivateKey, parts.LogPrivateKey, parts.SigningPrivateKey }.OfType<byte[]>().ToArray();
        byte[][] keys = [.. held, .. held.SelectMany(key => Purposes.Select(purpose => KeyDerivation.Derive(key, $"rekkord {purpose} v1")))];
        keys = [.. keys, .. keys.Select(key => Hpke.DerivePrivateKey(key))];

        var opened = new List<(string What, byte[] Bytes)>();
        foreach (var path in _repository.Objects(""))
        {
            var name = Path.GetRelativePath(_repository.Location, path);
            var bytes = File.ReadAllBytes(path);
            switch (name.Split('/')[0])
            {
                case "packs": OpenPack(name, bytes, keys, opened); break;
                case "index": TryAead("index", keys.SelectMany(key => Salted(key, bytes[4..36])), 0, bytes.AsSpan(36), bytes[..4], opened); break;
                case "snapshots": TryHpke("snapshot", keys, "rekkord snapshot v1\0", bytes[..4], bytes.AsSpan(4), opened); break;
                case "tags": TryHpke("tag", keys, "rekkord tag v1\0", bytes[..4], bytes.AsSpan(4), opened); break;
                case "removed": TryHpke("removal", keys, "rekkord removal v1\0", bytes[..4], bytes.AsSpan(4), opened); break;
                case "revoked": TryHpke("revocation", keys, "rekkord revocation v1\0", new byte[16], SealedDetails(bytes), opened); break;
            }
        }

        return opened;
    }

    private void OpenPack(string name, byte[] bytes, byte[][] keys, List<(string What, byte[] Bytes)> opened)
    {
        byte[] sealedKey = bytes[^121..^8], magic = bytes[..4];
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(^8));
        TryAead("pack directory", keys.SelectMany(key => Salted(key, sealedKey)), 0, bytes.AsSpan(bytes.Length - 121 - length, length), magic, opened);
        TryHpke("pack key", keys, "rekkord pack v1", magic, sealedKey, opened);

        // A pack's key that could be opened is tried on its segments.
        var packKeys = opened.Where(part => part.What == "pack key").Select(part => part.Bytes);
        byte[][] candidates = [.. keys, .. keys.SelectMany(key => Salted(key, sealedKey)), .. packKeys];
        using var store = DirectoryObjectStore.Open(_repository.Location);
        var reader = new TableOfContentsReader(PackFormat.ReadEnd(store, _master, name, bytes.Length, default).Contents);
        var offset = magic.Length;
        for (var ordinal = 0; reader.NextSegment(out var stored, out _); ordinal++, offset += stored)
        {
            while (reader.NextBlob(out _))
                continue;

            // Large files have many segments of the same kind; the first ones stand for all.
            if (ordinal < 3)
                TryAead("segment", candidates, ordinal, bytes.AsSpan(offset, stored), [], opened);
        }
    }

    private static IEnumerable<byte[]> Salted(byte[] key, byte[] salt) =>
        Purposes.Select(purpose => KeyDerivation.DeriveForObject(key, salt, $"rekkord {purpose} v1")).Append(key);

    private static void TryAead(
        string what, IEnumerable<byte[]> keys, int ordinal, ReadOnlySpan<byte> stored, byte[] associated, List<(string What, byte[] Bytes)> opened)
    {
        var nonce = new byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(nonce, ordinal);
        var content = new byte[stored.Length - 16];
        foreach (var key in keys)
        {
            try
            {
                using var aead = new AesGcm(key, 16);
                aead.Decrypt(nonce, stored[..^16], stored[^16..], content, associated);
                opened.Add((what, content));
                return;
            }
            catch (CryptographicException)
            {
                continue;
            }
        }
    }

    private void TryHpke(string what, byte[][] keys, string domain, byte[] associated, ReadOnlySpan<byte> stored, List<(string What, byte[] Bytes)> opened)
    {
        foreach (var key in keys)
        {
            try
            {
                opened.Add((what, Hpke.Aes256.Open(key, [.. Encoding.ASCII.GetBytes(domain), .. _master.RepositoryId], associated, stored)));
                return;
            }
            catch (CryptographicException)
            {
                continue;
            }
        }
    }

    /// <summary>The third field of the revocation's payload, which is the first field of its envelope.</summary>
    private byte[] SealedDetails(byte[] bytes)
    {
        var (payload, _) = SignedEnvelope.Unwrap(bytes[4..], "rekkord revocation v1\0"u8, _master.MasterPublicKey, _master.RepositoryId);
        var reader = new System.Formats.Cbor.CborReader(payload);
        reader.ReadStartMap();
        for (var skipped = 0; skipped < 5; skipped++)
            reader.SkipValue();
        return reader.ReadByteString();
    }
}
