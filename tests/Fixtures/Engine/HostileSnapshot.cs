using System.Text;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Packs;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Tests;

/// <summary>Makes a snapshot of entries of a test's choice, as somebody with bad intent, or a bug, and the right key could.</summary>
internal sealed class HostileSnapshot
{
    private readonly TestRepository _repository;
    private readonly List<(BlobType Type, byte[] Bytes)> _blobs = [];
    private readonly BlobHasher _hasher;

    public HostileSnapshot(TestRepository repository)
    {
        _repository = repository;
        using var keys = KeyFile.Read(repository.KeyFilePath);
        _hasher = new BlobHasher(keys.IdKey);
    }

    public static TreeEntry Entry(string name, FileKind kind) => new()
    {
        Name = FileName.FromText(name),
        Metadata = new FileMetadata { Kind = kind, Mode = 0x1ed, ModifiedTime = new FileTime(1, 0) },
    };

    public TreeEntry FileOf(string name, string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        return Entry(name, FileKind.File) with { Size = bytes.Length, Chunks = Store(BlobType.Data, bytes) };
    }

    public TreeEntry DirectoryOf(string name, params TreeEntry[] entries) =>
        Entry(name, FileKind.Directory) with { Chunks = Store(BlobType.Tree, Page(entries)) };

    /// <summary>A directory whose one page no pack holds.</summary>
    public TreeEntry LostDirectory(string name) => Entry(name, FileKind.Directory) with { Chunks = Reference(BlobType.Tree, [0xff]) };

    /// <summary>Writes what was made, and a snapshot of it in the channel "hostile", saved as "/root".</summary>
    /// <returns>The snapshot's ID.</returns>
    public string Write(params TreeEntry[] entries) => WriteRoot("/root", DirectoryOf("root", entries));

    /// <summary>The same of one directory, saved under a path.</summary>
    public string WriteRoot(string path, TreeEntry root)
    {
        using var repository = _repository.Open();
        using (var sink = new WriteSession(repository, new OidSet(), new IndexWriter(repository), [], 1, default))
        {
            using var packer = sink.CreateDataPacker();
            foreach (var (type, bytes) in _blobs)
            {
                if (type == BlobType.Data)
                    sink.StoreData(packer, bytes);
                else
                    sink.StoreMetadata(type, bytes);
            }

            packer.Flush();
            sink.Finish();
        }

        return new SnapshotRecords(repository).Write(
            new SnapshotSummary { Channel = "hostile", Time = DateTimeOffset.UtcNow, Paths = [FileName.FromText(path)] },
            [(FileName.FromText(path), new TreeEntryEncoder().Encode(root))], default).Id.ToString();
    }

    private static byte[] Page(TreeEntry[] entries)
    {
        var head = new byte[CborHead.ArrayLength(entries.Length)];
        CborHead.WriteArray(head, entries.Length);
        return [.. head, .. entries.SelectMany(new TreeEntryEncoder().Encode)];
    }

    private byte[] Store(BlobType type, byte[] bytes)
    {
        _blobs.Add((type, bytes));
        return Reference(type, bytes);
    }

    private byte[] Reference(BlobType type, byte[] bytes)
    {
        var reference = new byte[ChunkReference.EncodedLength];
        new ChunkReference(_hasher.Compute(type, bytes), bytes.Length).Encode(reference);
        return reference;
    }
}
