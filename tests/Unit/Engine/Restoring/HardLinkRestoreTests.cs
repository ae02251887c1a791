using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Machine;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Tests.Restoring;

/// <summary>Entries are one file when they have one number and are the same; what cannot be linked still has its content.</summary>
public sealed class HardLinkRestoreTests : IDisposable
{
    private static readonly (ulong, ulong) Number = (1, 2);

    private readonly TestRepository _repository = new();
    private readonly HostileSnapshot _hostile;

    public HardLinkRestoreTests() => _hostile = new HostileSnapshot(_repository);

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_file_that_got_the_number_of_another_keeps_its_own_content_and_its_own_links()
    {
        var old = _hostile.FileOf("a", "old mail") with { HardLink = Number };
        var current = _hostile.FileOf("z", "invoice!") with { HardLink = Number };
        _hostile.Write(old, old with { Name = "b"u8.ToArray() }, current with { Name = "y"u8.ToArray() }, current);

        var result = RestoreHostile();

        Assert.Equal((0, 4), (result.ErrorCount, result.VerifiedFiles));
        Assert.Equal(["old mail", "old mail", "invoice!", "invoice!"], new[] { "a", "b", "y", "z" }.Select(Read));
        Assert.Equal((true, true, false), (AreOne("a", "b"), AreOne("y", "z"), AreOne("a", "z")));
        Assert.Contains(_repository.Warnings, warning => warning.Contains("separate files", StringComparison.Ordinal));
        Assert.Contains("/y'", Assert.Single(_repository.Details), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_differ_in_what_all_names_of_a_file_share_are_no_links()
    {
        var file = _hostile.FileOf("a", "content") with { HardLink = Number };
        TreeEntry Other(string name, Func<FileMetadata, FileMetadata> change) => file with { Name = FileName.FromText(name), Metadata = change(file.Metadata) };
        _hostile.Write(
            file,
            Other("born", metadata => metadata with { CreatedTime = new FileTime(5, 5) }),
            Other("changed", metadata => metadata with { ModifiedTime = new FileTime(5, 5) }),
            Other("mode", metadata => metadata with { Mode = 0x180 }),
            HostileSnapshot.Entry("type", FileKind.SymbolicLink) with { HardLink = Number, LinkTarget = "a"u8.ToArray() });

        Assert.Equal(0, RestoreHostile().ErrorCount);

        foreach (var name in new[] { "born", "changed", "mode" })
            Assert.Equal(("content", false), (Read(name), AreOne("a", name)));
        Assert.Equal("a", new FileInfo(PathOf("type")).LinkTarget);
    }

    [Fact]
    public void Names_of_a_file_whose_content_was_cut_in_two_ways_are_one_file()
    {
        var whole = _hostile.FileOf("a", "one and two") with { HardLink = Number };
        byte[] chunks = [.. _hostile.FileOf("", "one ").Chunks.Span, .. _hostile.FileOf("", "and two").Chunks.Span];
        _hostile.Write(whole, whole with { Name = "b"u8.ToArray(), Chunks = chunks });

        Assert.Equal(0, RestoreHostile().ErrorCount);

        Assert.True(AreOne("a", "b"));
        Assert.Empty(_repository.Details);
    }

    private RestoreResult RestoreHostile() =>
        _repository.Restore(new() { Snapshot = "hostile", Path = "/root", Destination = _repository.Destination, Verify = true });

    private string PathOf(string name) => Path.Combine(_repository.Destination, name);

    private string Read(string name) => File.ReadAllText(PathOf(name));

    private bool AreOne(string name, string other)
    {
        using var directory = MachineFileSystem.Current.CreateDestination(FileName.FromText(_repository.Destination));
        return directory.TryGetIdentity(FileName.FromText(name)) == directory.TryGetIdentity(FileName.FromText(other));
    }
}
