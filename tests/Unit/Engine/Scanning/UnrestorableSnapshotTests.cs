using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Tests.Scanning;

/// <summary>Snapshots of somebody with a keyfile and bad intent: what a scan calls sound can be restored, and what cannot be is a problem.</summary>
public sealed class UnrestorableSnapshotTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly HostileSnapshot _snapshot;

    public UnrestorableSnapshotTests() => _snapshot = new HostileSnapshot(_repository);

    public void Dispose() => _repository.Dispose();

    internal static Dictionary<string, Func<HostileSnapshot, TreeEntry[]>> Bad { get; } = new()
    {
        ["a file longer than its chunks"] = snapshot => [snapshot.FileOf("file", "content") with { Size = 8 }],
        ["a file shorter than its chunks"] = snapshot => [snapshot.FileOf("file", "content") with { Size = 6 }],
        ["a chunk of another length than is said"] = snapshot => [snapshot.FileOf("file", "content") with { Size = 9, Chunks = Relabel(snapshot.FileOf("file", "content").Chunks, 9) }],
        ["a chunk of no length"] = snapshot => [snapshot.FileOf("file", "content") with { Chunks = new byte[][] { snapshot.FileOf("a", "content").Chunks.ToArray(), Relabel(snapshot.FileOf("b", "x").Chunks, 0) }.SelectMany(part => part).ToArray() }],
        ["a chunk of negative length"] = snapshot => [snapshot.FileOf("file", "content") with { Chunks = Relabel(snapshot.FileOf("file", "content").Chunks, -7) }],
        ["ranges behind the end of the file"] = snapshot => [snapshot.FileOf("file", "content") with { DataRanges = [new ByteRange(100, 7)], Size = 50 }],
        ["ranges shorter than the chunks"] = snapshot => [snapshot.FileOf("file", "content") with { DataRanges = [new ByteRange(0, 5)], Size = 50 }],
        ["a page called as a chunk"] = snapshot => [snapshot.FileOf("file", "content") with { Size = 1, Chunks = Relabel(snapshot.DirectoryOf("d").Chunks, 1) }],
        ["a chunk called as a page"] = snapshot => [HostileSnapshot.Entry("directory", FileKind.Directory) with { Chunks = snapshot.FileOf("f", "content").Chunks }],
        ["a page of another length than is said"] = snapshot => [snapshot.DirectoryOf("directory", snapshot.FileOf("file", "x")) is var directory ? directory with { Chunks = Relabel(directory.Chunks, 3) } : throw new InvalidOperationException()],
        ["two entries of one name"] = snapshot => [snapshot.FileOf("file", "one"), snapshot.FileOf("file", "two")],
        ["a page twice"] = snapshot => [snapshot.DirectoryOf("directory", snapshot.FileOf("file", "x")) is var directory ? directory with { Chunks = new byte[][] { directory.Chunks.ToArray(), directory.Chunks.ToArray() }.SelectMany(part => part).ToArray() } : throw new InvalidOperationException()],
        ["a name with a separator"] = snapshot => [snapshot.FileOf("a/b", "content")],
        ["a directory named .."] = snapshot => [snapshot.DirectoryOf("..", snapshot.FileOf("file", "content"))],
        ["a link without a target"] = _ => [HostileSnapshot.Entry("link", FileKind.SymbolicLink)],
        ["a link to nothing"] = _ => [HostileSnapshot.Entry("link", FileKind.SymbolicLink) with { LinkTarget = [] }],
        ["a chunk list that is none"] = snapshot => [HostileSnapshot.Entry("file", FileKind.File) with { Size = 7, ChunkLists = snapshot.FileOf("f", "content").Chunks[..Oid.Length] }],
    };

    public static TheoryData<string> Kinds => [.. Bad.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_cannot_be_restored_is_a_problem_of_the_snapshot_and_costs_nothing_else(string kind)
    {
        var id = _snapshot.Write([.. Bad[kind](_snapshot), _snapshot.FileOf("other", "sound")]);

        var problem = Assert.Single(_repository.Scan().Problems);
        var restored = _repository.Restore(new RestoreRequest { Snapshot = id, Path = "/root", Destination = _repository.Destination });

        Assert.Equal(ProblemKind.ContentInvalid, problem.Kind);
        Assert.Contains(id, problem.Snapshots);
        Assert.NotEqual(0, restored.ErrorCount);
        Assert.Equal("sound", File.ReadAllText(Path.Combine(_repository.Destination, "other")));
    }

    [Fact]
    public void Directories_that_name_each_other_many_times_do_not_keep_a_scan_busy()
    {
        var directory = _snapshot.DirectoryOf("0", _snapshot.FileOf("a/b", "content"));
        for (var level = 1; level <= 16; level++)
            directory = _snapshot.DirectoryOf($"{level}", directory with { Name = "a"u8.ToArray() }, directory with { Name = "b"u8.ToArray() });
        _snapshot.Write(directory);

        Assert.Equal(RepositoryProblem.KeptPaths, Assert.Single(_repository.Scan().Problems).PathCount);
    }

    [Fact]
    public void What_a_scan_calls_sound_is_restored()
    {
        var id = _snapshot.Write(
            _snapshot.DirectoryOf("directory", _snapshot.FileOf("file", "content")),
            HostileSnapshot.Entry("empty", FileKind.File),
            HostileSnapshot.Entry("hole", FileKind.File) with { Size = 100_000 },
            _snapshot.FileOf("sparse", "content") with { DataRanges = [new ByteRange(10, 3), new ByteRange(20, 4)], Size = 50 });

        Assert.Empty(_repository.Scan(new ScanRequest { Full = true }).Problems);
        var restored = _repository.Restore(new RestoreRequest { Snapshot = id, Path = "/root", Destination = _repository.Destination, Verify = true });

        Assert.Equal(0, restored.ErrorCount);
        Assert.Equal(4, restored.Files);
    }

    private static byte[] Relabel(ReadOnlyMemory<byte> reference, int length)
    {
        var changed = new byte[ChunkReference.EncodedLength];
        (ChunkReference.Decode(reference.Span) with { Length = length }).Encode(changed);
        return changed;
    }
}
