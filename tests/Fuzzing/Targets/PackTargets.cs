using System.Security.Cryptography;
using System.Text;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Storage;
using Oid = Rekkord.Engine.Objects.Oid;

namespace Rekkord.Fuzzing.Targets;

/// <summary>Packs (the object, its directory, a segment in it) and indexes (the object, what is sealed in it, the compressed body, the body).</summary>
internal static class PackTargets
{
    // An index may have 128 MiB once decompressed, a segment 64.
    private const long WithDecompression = 3L * FormatLimits.Segment;

    public static IEnumerable<FuzzTarget> All(FuzzRepository repository)
    {
        var (segment, directory) = Small(repository);
        var sound = repository.SealPack([segment], directory);
        yield return new FuzzTarget("pack/object", [sound, .. repository.In(ObjectName.Packs)], bytes => repository.With(ObjectName.Packs, bytes, name => ReadAll(repository, name)))
        {
            Cost = 20,
            AllocationBound = WithDecompression,
        };
        yield return new FuzzTarget(
            "pack/directory", [directory], bytes => repository.With(ObjectName.Packs, repository.SealPack([segment], bytes), name => ReadAll(repository, name)))
        {
            Cost = 20,
            AllocationBound = WithDecompression,
        };
        yield return new FuzzTarget("pack/segment", [segment], bytes => repository.With(
            ObjectName.Packs,
            repository.SealPack([bytes], DirectoryOf(repository, bytes.Length + PackFormat.TagLength)),
            name => ReadAll(repository, name))) { Cost = 20, AllocationBound = WithDecompression };

        var indexes = repository.In(ObjectName.Indexes);
        var bodies = repository.Store.List(ObjectName.Packs, default).Select(pack => Body(repository, pack.Name, pack.Size)).ToList();
        yield return new FuzzTarget("index/object", indexes, bytes => repository.With(ObjectName.Indexes, bytes, _ => ReadAll(repository, null)))
        {
            Cost = 20,
            AllocationBound = WithDecompression,
        };
        yield return new FuzzTarget("index/content", [.. bodies.Select(body => repository.SignIndex(Compression.Compress(body)))], bytes => DecodeIndex(repository, repository.SealIndex(bytes)))
        {
            AllocationBound = WithDecompression,
            Cost = 2,
        };
        yield return new FuzzTarget("index/frame", [.. bodies.Select(body => Compression.Compress(body))], bytes => DecodeIndex(repository, repository.SealIndex(repository.SignIndex(bytes))))
        {
            AllocationBound = WithDecompression,
            Cost = 2,
        };
        yield return new FuzzTarget("index/body", bodies, bytes => DecodeIndex(repository, repository.SealIndex(repository.SignIndex(Compression.Compress(bytes))))) { Cost = 2 };
    }

    /// <summary>A segment of two blobs, compressed, and the directory of a pack with nothing else.</summary>
    private static (byte[] Segment, byte[] Directory) Small(FuzzRepository repository)
    {
        using var compressor = new ZstdSharp.Compressor(3);
        var segment = compressor.Wrap(Blobs.SelectMany(blob => blob).ToArray()).ToArray();
        return (segment, DirectoryOf(repository, segment.Length + PackFormat.TagLength));
    }

    private static byte[][] Blobs { get; } = [Encoding.ASCII.GetBytes(new string('a', 500)), Encoding.ASCII.GetBytes(new string('b', 700))];

    private static byte[] DirectoryOf(FuzzRepository repository, int storedLength)
    {
        var writer = new TableOfContentsWriter();
        writer.Add(storedLength, SegmentMethod.Zstandard, [.. Blobs.Select(blob => new BlobEntry(BlobType.Data, repository.Access.Hasher.Compute(BlobType.Data, blob), blob.Length))]);
        return writer.ToArray(PackKind.Data);
    }

    /// <summary>The body of an index of one pack, by docs/format.md, section 4.2.</summary>
    private static byte[] Body(FuzzRepository repository, string name, long size)
    {
        var (directory, sealedKey) = PackFormat.ReadEnd(repository.Store, repository.Keys, name, size, default);
        return
        [
            .. BitConverter.GetBytes(1), .. new byte[32],
            .. ObjectName.TryGetHash(name)!, .. BitConverter.GetBytes(size), .. sealedKey, .. BitConverter.GetBytes(directory.Length), .. directory,
        ];
    }

    private static void DecodeIndex(FuzzRepository repository, byte[] bytes)
    {
        var index = new BlobIndex();
        var signers = new TrustedSigners(repository.Keys.MasterPublicKey, repository.Keys.RepositoryId);
        foreach (var pack in IndexObject.Decode(repository.Keys, signers, ObjectName.For(ObjectName.Indexes, SHA256.HashData(bytes)), bytes).Packs)
            Tolerate(() => index.Add(pack));
    }

    /// <summary>Loads all that the repository has, as every command does, and verifies and reads all of one pack.</summary>
    private static void ReadAll(FuzzRepository repository, string? pack)
    {
        var index = new BlobIndex();
        var packs = new List<StoredPack>();
        IndexLoader.ForReading(repository.Access, _ => { }).Load(
            found =>
            {
                index.Add(found);
                packs.Add(found);
            },
            CancellationToken.None);
        using var verifier = new PackVerifier(repository.Access);
        using var blobs = new BlobReader(repository.Access, index, default);
        foreach (var found in packs.Where(found => found.Name == pack))
        {
            verifier.Verify(found, openSegments: true, _ => { }, _ => { }, CancellationToken.None);
            foreach (var (type, oid) in BlobsOf(found))
                Tolerate(() => blobs.Read(type, oid).Dispose());
        }
    }

    private static List<(BlobType Type, Oid Oid)> BlobsOf(StoredPack pack)
    {
        var found = new List<(BlobType, Oid)>();
        foreach (var blob in TableOfContentsReader.BlobsOf(pack))
            found.Add((blob.Type, blob.Oid));
        return found;
    }

    /// <summary>One blob or pack that is refused does not keep a reader from the next.</summary>
    private static void Tolerate(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is DamagedObjectException or InvalidDataException)
        {
            GC.KeepAlive(error);
        }
    }
}
