using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Tests.Storage;

public sealed class DirectoryObjectStoreTests : ObjectStoreContract
{
    private readonly TemporaryDirectory _directory = new();

    // It has no pages, and flushes each object to the disk.
    protected override int ListedObjects => 100;

    protected override ValueTask<IObjectStore> OpenAsync() => ValueTask.FromResult<IObjectStore>(DirectoryObjectStore.CreateOrOpen(_directory["store"]));

    [Fact]
    public void What_a_killed_writer_left_is_removed_once_it_is_old()
    {
        // Nothing runs any more that would dispose of a killed process's writer.
        var leftover = Path.Combine(_directory["store"], "tmp", new string('a', 32));
        Directory.CreateDirectory(Path.GetDirectoryName(leftover)!);
        File.WriteAllText(leftover, "half an object");
        var written = new DateTimeOffset(File.GetLastWriteTimeUtc(leftover));

        Assert.Empty(Store.List(""));
        Assert.Equal(0, Store.RemoveLeftovers(written));
        Assert.True(File.Exists(leftover));
        Assert.Equal(1, Store.RemoveLeftovers(written.AddSeconds(1)));
        Assert.False(File.Exists(leftover));
    }

    [Fact]
    public void A_directory_that_does_not_exist_is_not_made_when_a_repository_is_opened()
    {
        Assert.Equal("RepositoryNotFound", Assert.Throws<StorageException>(() => DirectoryObjectStore.Open(_directory["none"])).ErrorId);
        Assert.False(Directory.Exists(_directory["none"]));
    }

    [Fact]
    public void A_file_in_the_place_of_the_directory_is_told()
    {
        File.WriteAllText(_directory["file"], "");

        Assert.Equal("RepositoryWriteError", Assert.Throws<StorageException>(() => DirectoryObjectStore.CreateOrOpen(_directory["file"])).ErrorId);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Dispose();
    }
}
