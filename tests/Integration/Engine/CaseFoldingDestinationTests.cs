using System.Diagnostics;
using Rekkord.Engine.Restoring;

namespace Rekkord.Engine.Integration.Tests;

/// <summary>A destination to which 'A' and 'a' are the same name: of what would be one file, one is restored, and the other is reported.</summary>
public sealed class CaseFoldingDestinationTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly TemporaryDirectory _directory = new();
    private string? _device;

    public CaseFoldingDestinationTests()
    {
        _repository.Write("A", "upper"u8);
        _repository.Write("a", "lower case"u8);
        _repository.Write("D/same", "in D"u8);
        _repository.Write("d/same", "in d, too"u8);
        _repository.Write("other", "other"u8);
        _repository.Save();
    }

    private string Mount => _directory["mount"];

    public void Dispose()
    {
        if (_device is not null)
        {
            _directory.Run("umount", "--lazy", Mount);
            _directory.Run("losetup", "-d", _device);
        }

        _directory.Dispose();
        _repository.Dispose();
    }

    [RequiresMountFact("mkfs.exfat", "mount.exfat-fuse", "losetup")]
    public void Names_that_fold_to_one_are_restored_once_and_reported_once()
    {
        MountFoldingFileSystem();

        AssertNothingIsLostSilently(Restore(force: false), "a", "d", "d/same");
    }

    [RequiresMountFact("mkfs.exfat", "mount.exfat-fuse", "losetup")]
    public void What_was_restored_is_not_replaced_with_force_either()
    {
        MountFoldingFileSystem();
        Directory.CreateDirectory(Path.Combine(Mount, "destination"));
        File.WriteAllText(Path.Combine(Mount, "destination/other"), "of before");

        AssertNothingIsLostSilently(Restore(force: true), "a", "d", "d/same");
    }

    [RequiresMountFact("mkfs.exfat", "mount.exfat-fuse", "losetup")]
    public void Saved_paths_that_fold_to_one_are_told_apart_from_those_that_share_their_beginning()
    {
        MountFoldingFileSystem();
        _repository.Save([.. new[] { "D/same", "d/same", "other" }.Select(name => Path.Combine(_repository.Source, name))]);

        var result = _repository.Restore(new() { Snapshot = "test", Destination = Path.Combine(Mount, "destination"), Force = true });

        var root = Path.Join(Mount, "destination", _repository.Source);
        Assert.Equal("FileExists", Assert.Single(result.Errors).ErrorId);
        Assert.Equal("in D", File.ReadAllText(Path.Combine(root, "d/same")));
        Assert.Equal("other", File.ReadAllText(Path.Combine(root, "other")));
    }

    private void AssertNothingIsLostSilently(RestoreResult result, params string[] reported)
    {
        string Read(string name) => File.ReadAllText(Path.Combine(Mount, "destination", name));

        Assert.Equal("other", Read("other"));
        Assert.Equal("upper", Read("a"));
        Assert.Equal("in D", Read("d/same"));
        Assert.All(result.Errors, error => Assert.Equal("FileExists", error.ErrorId));
        Assert.Equal(
            reported.Select(name => Path.Combine(Mount, "destination", name)),
            result.Errors.Select(error => error.Target).Order(StringComparer.Ordinal));
        Assert.Equal(["A", "D", "other"], Directory.GetFileSystemEntries(Path.Combine(Mount, "destination")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private RestoreResult Restore(bool force) => _repository.Restore(new()
    {
        Snapshot = "test",
        Path = _repository.Source,
        Destination = Path.Combine(Mount, "destination"),
        Force = force,
        Verify = true,
    });

    private void MountFoldingFileSystem()
    {
        Directory.CreateDirectory(Mount);
        _directory.Run("truncate", "-s", "16M", "image");
        _directory.Run("mkfs.exfat", "image");
        using var attach = Process.Start(new ProcessStartInfo("losetup", ["-f", "--show", _directory["image"]]) { RedirectStandardOutput = true })!;
        var device = attach.StandardOutput.ReadToEnd().Trim();
        attach.WaitForExit();
        Assert.Equal(0, attach.ExitCode);
        try
        {
            _directory.Run("mount.exfat-fuse", device, Mount);
            _device = device;
        }
        finally
        {
            if (_device is null)
                _directory.Run("losetup", "-d", device);
        }
    }
}
