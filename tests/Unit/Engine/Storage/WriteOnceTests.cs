using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Local;
using Rekkord.Engine.Tests.FileSystem.Linux;

namespace Rekkord.Engine.Tests.Storage;

/// <summary>An object in a directory is made by one writer, and only what is durable is reported as made.</summary>
public sealed class WriteOnceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Of_writers_that_commit_at_the_same_moment_one_makes_the_object_and_it_is_that_ones()
    {
        const int writers = 4, rounds = 300;
        var store = DirectoryObjectStore.Open(_directory.Path);
        var made = new bool[writers, rounds];
        using var barrier = new Barrier(writers);
        var threads = Enumerable.Range(0, writers).Select(number => new Thread(() =>
        {
            for (var round = 0; round < rounds; round++)
            {
                using var writer = store.Create();
                writer.Write([(byte)number]);
                barrier.SignalAndWait();
                made[number, round] = writer.Commit($"index/{round}");
            }
        })).ToList();

        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        for (var round = 0; round < rounds; round++)
        {
            var winner = Assert.Single(Enumerable.Range(0, writers), number => made[number, round]);
            Assert.Equal([(byte)winner], store.Read($"index/{round}", 100));
        }

        Assert.Empty(Directory.GetFiles(_directory["tmp"]));
    }

    [RequiresRootFact]
    public void An_object_whose_name_could_not_be_made_durable_is_not_reported_as_stored()
    {
        // A directory that cannot be read cannot be opened to flush it, while names can be made in it.
        Directory.CreateDirectory(_directory["tmp"]);
        Directory.CreateDirectory(_directory["tags"]);
        _directory.Run("chmod", "777", ".", "tmp");
        _directory.Run("chmod", "333", "tags");

        UnprivilegedThread.Run(() =>
        {
            using var writer = DirectoryObjectStore.Open(_directory.Path).Create();
            writer.Write([1]);
            Assert.Equal("RepositoryWriteError", Assert.Throws<StorageException>(() => writer.Commit("tags/one")).ErrorId);
        });
    }
}
