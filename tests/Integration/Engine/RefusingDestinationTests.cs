using Rekkord.Engine.FileSystem;
using static Rekkord.Engine.Integration.Tests.UnusualFileSystem;

namespace Rekkord.Engine.Integration.Tests;

/// <summary>A destination that refuses links, or files of a length that nothing was written to, still gets every content.</summary>
public sealed class RefusingDestinationTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly HostileSnapshot _hostile;

    public RefusingDestinationTests() => _hostile = new HostileSnapshot(_repository);

    public void Dispose() => _repository.Dispose();

    [RequiresMountFact(Python, Fuse, Mounting)]
    public void Where_no_link_can_be_made_each_name_has_the_content_and_the_error_says_which()
    {
        var first = _hostile.FileOf("a", "content") with { HardLink = (1, 2) };
        _hostile.Write(
            first,
            first with { Name = "b"u8.ToArray() },
            first with { Name = "c"u8.ToArray() },
            HostileSnapshot.Entry("l", FileKind.SymbolicLink) with { LinkTarget = "a"u8.ToArray() });
        using var fileSystem = new UnusualFileSystem("refuses-links,refuses-symlinks");

        var result = _repository.Restore(new() { Snapshot = "hostile", Path = "/root", Destination = fileSystem.Destination, Verify = true });

        foreach (var name in new[] { "a", "b", "c" })
            Assert.Equal("content", File.ReadAllText(Path.Combine(fileSystem.Destination, name)));
        Assert.Equal(3, result.VerifiedFiles);
        Assert.Equal(["HardLinkNotMade b", "HardLinkNotMade c", "FileAccessDenied l"], result.Errors.Select(error => $"{error.ErrorId} {Path.GetFileName(error.Target)}"));
        Assert.All(result.Errors, error => Assert.DoesNotContain(".rekkord-", error.Message, StringComparison.Ordinal));
        Assert.Equal(["a", "b", "c"], Directory.GetFileSystemEntries(fileSystem.Destination).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [RequiresMountFact(Python, Fuse, Mounting)]
    public void A_sparse_file_comes_back_where_no_file_can_be_lengthened_but_by_writing()
    {
        _hostile.Write(_hostile.FileOf("sparse", "data") with { Size = 5000, DataRanges = [new ByteRange(1000, 4)] });
        using var fileSystem = new UnusualFileSystem("refuses-truncate");

        var result = _repository.Restore(new() { Snapshot = "hostile", Path = "/root", Destination = fileSystem.Destination, Verify = true });

        Assert.Equal((0, 1), (result.ErrorCount, result.VerifiedFiles));
        Assert.Equal(5000, new FileInfo(Path.Combine(fileSystem.Destination, "sparse")).Length);
    }
}
