using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Scanning;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Storage.Local;

namespace Rekkord.Engine.Integration.Tests;

/// <summary>A repository on a real file system that is full, read-only, or not the user's.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly TemporaryDirectory _disk = new();

    public void Dispose()
    {
        _disk.Run("sh", "-c", $"cd / && ! mountpoint -q '{_disk.Path}' || umount '{_disk.Path}'");
        _disk.Dispose();
        _repository.Dispose();
    }

    [RequiresRootFact]
    public void A_full_disk_ends_a_save_with_its_name_and_the_next_succeeds_once_there_is_room()
    {
        MoveRepositoryToSmallDisk();
        _repository.Write("kept", TestRepository.RandomBytes(1, 200_000));
        _repository.Save();
        File.WriteAllBytes(_disk["ballast"], new byte[1_500_000]);
        _repository.Write("large", TestRepository.RandomBytes(2, 3_000_000));

        var error = Assert.Throws<StorageException>(() => _repository.Save());

        Assert.Equal(("RepositoryFull", RekkordErrorKind.WriteError), (error.ErrorId, error.Kind));
        AssertSound();
        Assert.Equal(0, _repository.RestoreSource().ErrorCount);
        Assert.Equal(File.ReadAllBytes(Path.Combine(_repository.Source, "kept")), File.ReadAllBytes(Path.Combine(_repository.Destination, "kept")));

        File.Delete(_disk["ballast"]);
        Directory.Delete(_repository.Destination, recursive: true);
        AssertNextSaveWorks();
    }

    [RequiresRootFact]
    public void A_read_only_disk_ends_a_save_and_everything_on_it_restores()
    {
        MoveRepositoryToSmallDisk();
        _repository.Write("kept", TestRepository.RandomBytes(1, 200_000));
        _repository.Save();
        _disk.Run("mount", "-o", "remount,ro", _disk.Path);
        _repository.Write("more", TestRepository.RandomBytes(2, 200_000));

        Assert.Equal("RepositoryWriteError", Assert.Throws<StorageException>(() => _repository.Save()).ErrorId);
        AssertSound();
        Assert.Equal(0, _repository.RestoreSource().ErrorCount);

        _disk.Run("mount", "-o", "remount,rw", _disk.Path);
        Directory.Delete(_repository.Destination, recursive: true);
        AssertNextSaveWorks();
    }

    [RequiresRootFact]
    public void A_repository_that_another_user_may_not_read_is_told_and_not_taken_for_empty()
    {
        _disk.Run("mkdir", "-p", "store/packs/ab");
        _disk.Run("chmod", "-R", "755", ".");
        _disk.Run("chmod", "700", "store/packs");

        UnprivilegedThread.Run(() =>
            Assert.Equal("RepositoryReadError", Assert.Throws<StorageException>(() => DirectoryObjectStore.Open(_disk["store"]).List("packs/")).ErrorId));
    }

    [RequiresRootFact]
    public void A_cache_on_a_full_or_read_only_disk_costs_no_save_listing_or_scan()
    {
        for (var i = 0; i < 2000; i++)
            _repository.Write($"{i % 4}/{new string('n', 200)}{i}", "content"u8);
        foreach (var options in new[] { "size=4k", "size=400k", "size=400k,ro" })
        {
            _disk.Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", _disk.Path);
            var request = new SaveRequest { Channel = "test", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _disk["cache"] };
            for (var i = 0; i < 2; i++)
            {
                _repository.Warnings.Clear();
                using var repository = _repository.Open();
                var result = new SaveOperation(repository, request, _repository) { Files = new ChangingFileSystem { Keeper = ChangeTimeKeeper.Kernel } }.Run(CancellationToken.None);
                var scan = new ScanOperation(repository, new ScanRequest { CacheDirectory = _disk["cache"] }, _ => { }).Run(CancellationToken.None);

                Assert.False(result.IsPartial);
                Assert.Empty(scan.Problems);
                Assert.Contains(_repository.Warnings, warning => warning.Contains("The local cache", StringComparison.Ordinal));
            }

            Assert.Empty(Directory.GetFiles(_disk.Path, "*.tmp", SearchOption.AllDirectories));
            _disk.Run("sh", "-c", $"cd / && umount '{_disk.Path}'");
        }
    }

    /// <summary>Puts the repository on a tmpfs of four megabytes.</summary>
    private void MoveRepositoryToSmallDisk()
    {
        _disk.Run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", _disk.Path);
        _disk.Run("cp", "-a", _repository.Location, _disk["repository"]);
        _repository.OpenStore = _ => DirectoryObjectStore.Open(_disk["repository"]);
    }

    private void AssertSound() => Assert.Empty(_repository.Scan(new ScanRequest { Full = true }).Problems);

    private void AssertNextSaveWorks()
    {
        Assert.False(_repository.Save().IsPartial);
        Assert.Equal(0, _repository.RestoreSource().ErrorCount);
        Assert.Equal(TreeListing.Of(_repository.Source), TreeListing.Of(_repository.Destination));
        AssertSound();
    }
}
