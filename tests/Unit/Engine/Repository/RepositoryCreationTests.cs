using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Tests.FileSystem;
using Rekkord.Engine.Tests.Reliability;

namespace Rekkord.Engine.Tests.Repository;

/// <summary>A keyfile that is to be replaced is the only key of another repository until the new one is there.</summary>
public sealed class RepositoryCreationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public RepositoryCreationTests()
    {
        using var first = RepositoryCreation.Run(_directory["first"], KeyPath, overwriteKeyFile: false);
    }

    public void Dispose() => _directory.Dispose();

    private string KeyPath => _directory["master.key"];

    [Fact]
    public void An_old_keyfile_is_replaced_when_the_repository_is_made()
    {
        using (RepositoryCreation.Run(_directory["second"], KeyPath, overwriteKeyFile: true))
            Assert.Empty(Directory.GetFiles(_directory.Path, "*.new"));

        using var second = RepositoryAccess.Open(DirectoryObjectStore.Open(_directory["second"]), KeyFile.Read(KeyPath));
    }

    [Fact]
    public void An_old_keyfile_is_kept_when_the_repository_cannot_be_made()
    {
        var old = File.ReadAllText(KeyPath);
        using var store = new FaultyStore(ObjectStore.Create(_directory["second"]), Fault.DiskFull, 0);

        Assert.ThrowsAny<RekkordException>(() => RepositoryCreation.Run(store, KeyPath, overwriteKeyFile: true));

        Assert.Equal(old, File.ReadAllText(KeyPath));
        Assert.Empty(Directory.GetFiles(_directory.Path, "*.new"));
        using var first = RepositoryAccess.Open(DirectoryObjectStore.Open(_directory["first"]), KeyFile.Read(KeyPath));
    }

    [Fact]
    public void The_keyfile_is_kept_when_the_store_denies_what_it_may_still_write()
    {
        var calls = new FaultyStore(ObjectStore.Create(_directory["tried"]));
        RepositoryCreation.Run(calls, _directory["tried.key"], overwriteKeyFile: false).Dispose();
        using var store = new FaultyStore(ObjectStore.Create(_directory["second"]), Fault.FailsOnce, calls.Calls - 1);

        var error = Assert.ThrowsAny<RekkordException>(() => RepositoryCreation.Run(store, _directory["second.key"], overwriteKeyFile: false));

        Assert.Contains(_directory["second.key"], error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(_directory["second.key"]), "The only key was deleted.");
    }

    [Fact]
    public void A_keyfile_that_opens_nothing_is_removed()
    {
        using var store = new FaultyStore(ObjectStore.Create(_directory["second"]), Fault.DiskFull, 0);

        Assert.ThrowsAny<RekkordException>(() => RepositoryCreation.Run(store, _directory["second.key"], overwriteKeyFile: false));

        Assert.False(File.Exists(_directory["second.key"]));
    }

    [Fact]
    public void Both_keyfiles_are_kept_when_nobody_can_tell_whether_the_repository_was_made()
    {
        var old = File.ReadAllText(KeyPath);
        var calls = new FaultyStore(ObjectStore.Create(_directory["tried"]));
        RepositoryCreation.Run(calls, _directory["tried.key"], overwriteKeyFile: false).Dispose();
        using var store = new FaultyStore(ObjectStore.Create(_directory["second"]), Fault.FailsAfterwards, calls.Calls - 1);

        var error = Assert.ThrowsAny<RekkordException>(() => RepositoryCreation.Run(store, KeyPath, overwriteKeyFile: true));

        Assert.Equal(old, File.ReadAllText(KeyPath));
        var kept = Assert.Single(Directory.GetFiles(_directory.Path, "*.new"));
        Assert.Contains(kept, error.Message, StringComparison.Ordinal);
        using var second = RepositoryAccess.Open(DirectoryObjectStore.Open(_directory["second"]), KeyFile.Read(kept));
    }
}
