using Rekkord.Engine.Storage;
using Rekkord.Engine.Tests.FileSystem;
using Rekkord.Engine.Tests.FileSystem.Linux;

namespace Rekkord.Engine.Tests.Storage;

/// <summary>What killed writers left is tidied up and never in the way.</summary>
public sealed class LeftoverTests : IDisposable
{
    private const string Leftover = "tmp/0123456789abcdef0123456789abcdef";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [RequiresRootFact]
    public void A_leftover_that_cannot_be_removed_is_no_error()
    {
        // Root may do everything: another user's thread finds a directory in which it can remove nothing.
        Directory.CreateDirectory(_directory["tmp"]);
        File.WriteAllText(_directory[Leftover], "");
        _directory.Run("chmod", "755", ".", "tmp");
        var removed = -1;

        UnprivilegedThread.Run(() => removed = DirectoryObjectStore.Open(_directory.Path).RemoveLeftovers(DateTimeOffset.MaxValue));

        Assert.Equal(0, removed);
        Assert.True(File.Exists(_directory[Leftover]));
        Assert.Equal(1, DirectoryObjectStore.Open(_directory.Path).RemoveLeftovers(DateTimeOffset.MaxValue));
    }

    [Fact]
    public void What_a_live_writer_has_open_is_not_taken_for_a_leftover()
    {
        var store = DirectoryObjectStore.Open(_directory.Path);
        using (var writer = store.Create())
        {
            writer.Write([1]);
            Assert.Equal(0, store.RemoveLeftovers(DateTimeOffset.MaxValue));
            Assert.True(writer.Commit("index/one"));
        }

        Assert.Equal([1], store.Read("index/one", 10));
    }
}
