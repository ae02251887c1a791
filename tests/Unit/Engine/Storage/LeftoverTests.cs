using Rekkord.Engine.Caching;
using Rekkord.Engine.Storage.Local;
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
    public void Only_what_has_the_name_of_a_temporary_file_and_is_one_is_removed()
    {
        string[] others = ["tmp/notes", "tmp/ABCDEF0123456789ABCDEF0123456789", "tmp/0123456789abcdef0123456789abcdef.bak"];
        Directory.CreateDirectory(_directory["tmp"]);
        foreach (var name in others.Append(Leftover))
            File.WriteAllText(_directory[name], "");
        var fifo = $"tmp/{new string('f', 32)}";
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(_directory[fifo]);
        else
            _directory.Run("mkfifo", fifo);
        Directory.CreateDirectory(_directory[$"tmp/{new string('d', 32)}"]);

        Assert.Equal(1, DirectoryObjectStore.Open(_directory.Path).RemoveLeftovers(DateTimeOffset.MaxValue));

        Assert.False(File.Exists(_directory[Leftover]));
        Assert.All(others.Append(fifo), name => Assert.True(Path.Exists(_directory[name]), name));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_listing_waits_for_no_fifo_in_the_place_of_a_local_cache()
    {
        var path = _directory["tags.cache"];
        _directory.Run("mkfifo", path, _directory[$"tags.cache.{new string('a', 12)}.tmp"]);
        File.WriteAllText(_directory["precious.tmp"], "");
        File.SetLastWriteTimeUtc(_directory["precious.tmp"], DateTime.UtcNow.AddDays(-3));

        Assert.ThrowsAny<IOException>(() => CacheDirectory.Read(path, 100));
        CacheDirectory.RemoveLeftovers(path, DateTimeOffset.UtcNow.AddDays(9));

        Assert.True(File.Exists(_directory["precious.tmp"]));
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
