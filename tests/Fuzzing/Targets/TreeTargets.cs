using System.Diagnostics;
using System.Text;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Trees;

namespace Rekkord.Fuzzing.Targets;

/// <summary>Pages, entries and chunk lists: as bytes, and as hostile trees that are restored, which must change nothing outside their destination.</summary>
internal static class TreeTargets
{
    private static readonly byte[] Content = Encoding.ASCII.GetBytes(new string('c', 3000));

    /// <summary>The targets.</summary>
    /// <param name="repository">An empty repository, so that a restore has little to open beside what it restores.</param>
    /// <param name="directory">Where to restore.</param>
    public static IEnumerable<FuzzTarget> All(FuzzRepository repository, string directory)
    {
        var entries = Entries(repository);
        var encoder = new TreeEntryEncoder();
        List<byte[]> encoded = [.. entries.Select(encoder.Encode)];
        List<byte[]> pages = [Page(entries), Page([.. entries.AsEnumerable().Reverse()]), Page([])];
        var list = References(repository, 3);
        repository.Keep([(BlobType.Data, Content), (BlobType.ChunkList, list), (BlobType.Tree, Page([Entry("inner", FileKind.File)])), (BlobType.Tree, Page([]))]);
        yield return new FuzzTarget("tree/entry", encoded, bytes => TreeEntryDecoder.DecodeEntry(bytes)) { IsCbor = true, Documented = typeof(InvalidDataException), Words = Hostile.Names };
        yield return new FuzzTarget("tree/page", pages, bytes => TreeEntryDecoder.DecodePage(bytes)) { IsCbor = true, Documented = typeof(InvalidDataException), Words = Hostile.Names };
        yield return new FuzzTarget("restore/page", pages, page => Restore(repository, directory, [(BlobType.Tree, page)], DirectoryOf(repository, "root", page)))
        {
            IsCbor = true,
            Cost = 40,
            AllocationBound = 256L * 1024 * 1024,
            Words = Hostile.Names,
        };
        yield return new FuzzTarget("restore/chunklist", [list], bytes =>
        {
            var file = Entry("listed", FileKind.File) with { Size = 3L * Content.Length, ChunkLists = repository.Access.Hasher.Compute(BlobType.ChunkList, bytes).ToArray() };
            var page = Page([file]);
            Restore(repository, directory, [(BlobType.ChunkList, bytes), (BlobType.Tree, page)], DirectoryOf(repository, "root", page));
        }) { Cost = 40, AllocationBound = 256L * 1024 * 1024 };
    }

    private static List<TreeEntry> Entries(FuzzRepository repository)
    {
        var empty = Page([]);
        var inner = Page([Entry("inner", FileKind.File)]);
        return
        [
            Entry("a", FileKind.File) with { Size = Content.Length, Chunks = References(repository, 1) },
            Entry("b", FileKind.File) with { Size = 3L * Content.Length, ChunkLists = repository.Access.Hasher.Compute(BlobType.ChunkList, References(repository, 3)).ToArray() },
            Entry("c", FileKind.File) with { Size = 1 << 20, Chunks = References(repository, 1), DataRanges = [new(4096, 1000), new(65536, 2000)] },
            Entry("d", FileKind.File) with { Size = 1 << 20 },
            DirectoryOf(repository, "e", empty),
            Entry("link", FileKind.SymbolicLink) with { LinkTarget = "a"u8.ToArray(), HardLink = (1, 2) },
            Entry("trap", FileKind.SymbolicLink) with { LinkTarget = "../../outside"u8.ToArray() },
            DirectoryOf(repository, "trap", inner),
            Entry("twin", FileKind.File) with { HardLink = (1, 3) },
            Entry("twin2", FileKind.File) with { HardLink = (1, 3) },
            Entry("v", FileKind.Fifo),
            Entry("w", FileKind.Socket),
            Entry("x", FileKind.CharacterDevice) with { SpecialDevice = (1UL << 32) | 3 },
            Entry("y", FileKind.BlockDevice) with { SpecialDevice = (7UL << 32) | 200 },
        ];
    }

    private static TreeEntry Entry(string name, FileKind kind) => new()
    {
        Name = Encoding.UTF8.GetBytes(name),
        Metadata = new FileMetadata
        {
            Kind = kind,
            Mode = 0x1ff,
            ModifiedTime = new FileTime(1, 2),
            ExtendedAttributes = [new("user.a"u8.ToArray(), "1"u8.ToArray())],
        },
    };

    private static TreeEntry DirectoryOf(FuzzRepository repository, string name, byte[] page)
    {
        var reference = new byte[ChunkReference.EncodedLength];
        new ChunkReference(repository.Access.Hasher.Compute(BlobType.Tree, page), page.Length).Encode(reference);
        return Entry(name, FileKind.Directory) with { Chunks = reference };
    }

    private static byte[] References(FuzzRepository repository, int count)
    {
        var references = new byte[count * ChunkReference.EncodedLength];
        for (var i = 0; i < count; i++)
            new ChunkReference(repository.Access.Hasher.Compute(BlobType.Data, Content), Content.Length).Encode(references.AsSpan(i * ChunkReference.EncodedLength));
        return references;
    }

    private static byte[] Page(List<TreeEntry> entries)
    {
        var head = new byte[CborHead.ArrayLength(entries.Count)];
        CborHead.WriteArray(head, entries.Count);
        return [.. head, .. entries.SelectMany(new TreeEntryEncoder().Encode)];
    }

    private static void Restore(FuzzRepository repository, string directory, (BlobType, byte[])[] blobs, TreeEntry root)
    {
        var outside = Directory.CreateDirectory(Path.Combine(directory, "outside")).FullName;
        var canary = Path.Combine(outside, "canary");
        File.WriteAllText(canary, "untouched");
        var before = Describe(directory);
        var destination = Path.Combine(directory, "destination");
        try
        {
            var snapshot = repository.WriteSnapshot("restored", new TreeEntryEncoder().Encode(root), blobs);
            var request = new RestoreRequest { Snapshot = snapshot.Id.ToString(), Destination = destination, Verify = true, Threads = 1 };
            new RestoreOperation(repository.Access, request, new SilentObserver()).Run(CancellationToken.None);
        }
        finally
        {
            repository.Reset();
            if (Directory.Exists(destination))
                Remove(destination);
        }

        var after = Describe(directory);
        if (after != before)
            throw new UnreachableException($"A restore changed what lies outside its destination. Before: {before} After: {after}");
    }

    /// <summary>All that lies beside the destination, with the times at which it was changed.</summary>
    private static string Describe(string directory) => string.Join(' ', new DirectoryInfo(directory).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
        .Where(entry => !entry.FullName.StartsWith(Path.Combine(directory, "destination"), StringComparison.Ordinal))
        .Select(entry => $"{entry.FullName}:{entry.LastWriteTimeUtc.Ticks}:{entry.UnixFileMode}")
        .Order(StringComparer.Ordinal));

    /// <summary>Removes a tree. Its names need not be text, and then .NET cannot.</summary>
    private static void Remove(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            using var removal = Process.Start("rm", ["-rf", "--", directory]);
            removal.WaitForExit();
        }
    }
}
