using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage.Local;
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
    public void A_protection_that_the_store_cannot_give_is_refused_before_anything_is_made()
    {
        var error = Assert.ThrowsAny<RekkordException>(() => RepositoryCreation.Run(
            _directory["second"], _directory["second.key"], overwriteKeyFile: false, options: new StoreOptions { RetainDuration = TimeSpan.FromDays(1) }));

        Assert.Equal("RetentionUnsupported", error.ErrorId);
        Assert.False(Directory.Exists(_directory["second"]) || File.Exists(_directory["second.key"]));
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_repository_is_made_whose_keyfile_may_not_survive_a_power_cut(bool overwrite)
    {
        var path = overwrite ? KeyPath : _directory["second.key"];
        var old = File.ReadAllText(KeyPath);
        var files = new FaultyStorageFiles((kind, _) => kind == StorageStepKind.FlushDirectory);

        var error = Assert.Throws<RekkordException>(() => Make(path, overwrite, files));

        Assert.Equal("KeyFileNotDurable", error.ErrorId);
        Assert.Contains("No repository was made", error.Message, StringComparison.Ordinal);
        Assert.Contains("It was removed.", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_directory["second"], ObjectName.Descriptor)));
        Assert.Equal([KeyPath], Directory.GetFiles(_directory.Path));
        Assert.Equal(old, File.ReadAllText(KeyPath));
    }

    [Fact]
    public void A_keyfile_of_no_repository_that_cannot_be_removed_is_named()
    {
        var files = new FaultyStorageFiles((kind, _) => kind is StorageStepKind.FlushDirectory or StorageStepKind.RemoveName);

        var error = Assert.Throws<RekkordException>(() => Make(_directory["second.key"], overwrite: false, files));

        Assert.Equal("KeyFileNotDurable", error.ErrorId);
        Assert.Contains(_directory["second.key"], error.Message, StringComparison.Ordinal);
        Assert.Contains("could not be removed", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_directory["second"], ObjectName.Descriptor)));
    }

    [Fact]
    public void A_replaced_keyfile_that_may_not_survive_a_power_cut_opens_the_repository_that_the_error_says_is_there()
    {
        var flushes = 0;
        var files = new FaultyStorageFiles((kind, _) => kind == StorageStepKind.FlushDirectory && ++flushes == 2);

        var error = Assert.Throws<RekkordException>(() => Make(KeyPath, overwrite: true, files));

        Assert.Equal("KeyFileNotDurable", error.ErrorId);
        Assert.Equal(KeyPath, error.Target);
        Assert.Contains("The repository was made", error.Message, StringComparison.Ordinal);
        using var second = RepositoryAccess.Open(DirectoryObjectStore.Open(_directory["second"]), KeyFile.Read(KeyPath));
    }

    private void Make(string keyFile, bool overwrite, FaultyStorageFiles files) =>
        RepositoryCreation.Run(ObjectStore.Create(_directory["second"]), keyFile, overwrite, passphrase: null, files).Dispose();
}
