using System.Diagnostics;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Machine;
using Rekkord.Engine.Saving;

namespace Rekkord.Engine.Integration.Tests;

/// <summary>Extended attributes that cannot be read cost no content: what is left out is named, in each save again.</summary>
public sealed class RefusedAttributeTests : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private const string Fuse = "/usr/lib/python3/dist-packages/fusepy.py";
    private const int Eperm = 1, Eio = 5, TooBig = 7, Eacces = 13, Erange = 34, Enodata = 61, NotSupported = 95;

    private readonly TestRepository _repository = new();
    private readonly TemporaryDirectory _directory = new();
    private Process? _fileSystem;

    private string Mount => _directory["mount"];

    public void Dispose()
    {
        if (_fileSystem is not null)
        {
            _directory.Run("umount", "--lazy", Mount);
            _fileSystem.WaitForExit();
            _fileSystem.Dispose();
        }

        _directory.Run("sh", "-c", "! mountpoint -q mount || umount mount");
        _directory.Dispose();
        _repository.Dispose();
    }

    [RequiresMountFact(Python, Fuse, "fusermount")]
    public void An_attribute_that_is_refused_is_named_and_the_content_is_saved()
    {
        foreach (var error in new[] { NotSupported, Eacces, Eperm, Eio, TooBig, Erange })
        {
            MountFileSystem($"get {error}");
            AssertSaved(entry => $"Cannot read the extended attribute 'trusted.refused' of '{entry}'", "", "file", "link");
            UnmountFileSystem();
        }
    }

    [RequiresMountFact(Python, Fuse, "fusermount")]
    public void A_list_that_is_refused_is_reported_and_the_content_is_saved()
    {
        foreach (var error in new[] { Eacces, Eperm, Eio, TooBig, Erange })
        {
            MountFileSystem($"list {error}");
            AssertSaved(entry => $"Cannot read the extended attributes of '{entry}'", "", "file", "link");
            UnmountFileSystem();
        }
    }

    [RequiresMountFact(Python, Fuse, "fusermount")]
    public void A_file_system_that_says_it_has_none_has_none()
    {
        foreach (var mode in new[] { $"list {NotSupported}", $"list {Enodata}", $"get {Enodata}" })
        {
            MountFileSystem(mode);
            AssertSaved(_ => "");
            UnmountFileSystem();
        }
    }

    [RequiresMountFact(Python, Fuse, "fusermount")]
    public void Of_more_attributes_than_an_entry_can_have_the_first_are_saved()
    {
        MountFileSystem("many");

        var error = Assert.Single(Save().Errors, error => error.Target == Path.Combine(Mount, "file"));

        Assert.Contains("31 of them are left out, the first is 'user.0069'", error.Message, StringComparison.Ordinal);
        using var source = MachineFileSystem.Current.OpenDirectory(FileName.FromText(Mount));
        var read = source.GetExtendedAttributes("file"u8.ToArray(), refused: _ => { });
        Assert.Equal(70, read.Count);
        Assert.Equal("small"u8, read[0].Value);
        Assert.Throws<FileSystemException>(() => source.GetExtendedAttributes("file"u8.ToArray()));
        AssertContent();
        Assert.Empty(_repository.Scan(new() { Full = true }).Problems);
    }

    [RequiresMountFact("setfattr", "setfacl", "getfacl", "python3")]
    public void A_list_that_is_too_long_for_the_kernel_costs_neither_the_content_nor_the_acl()
    {
        _directory.Run("sh", "-c", "mkdir mount && mount -t tmpfs tmpfs mount && printf 'the content' > mount/file && setfacl -m u:54321:r mount/file");
        _directory.Run("python3", "-c", "import os\nfor i in range(300): os.setxattr('mount/file', ('user.%0250d' % i)[:255], b'')");

        AssertSaved(entry => $"Cannot read the extended attributes of '{entry}': the list of them is longer than the 64 KiB", "file");

        _repository.Restore(new() { Snapshot = "test", Path = Mount, Destination = _directory["restored"] });
        _directory.Run("sh", "-c", "getfacl -cn restored/file | grep -q user:54321:r");
    }

    private void AssertSaved(Func<string, string> message, params string[] entries)
    {
        // Again and again: nothing vouches for what is not saved whole.
        for (var i = 0; i < 2; i++)
        {
            var result = Save();
            Assert.Equal(entries.Length > 0, result.IsPartial);
            Assert.Equal(entries.Select(entry => Path.Combine(Mount, entry).TrimEnd('/')).Order(StringComparer.Ordinal), result.Errors.Select(error => error.Target!).Order(StringComparer.Ordinal));
            Assert.All(result.Errors, error => Assert.StartsWith(message(error.Target!), error.Message, StringComparison.Ordinal));
            Assert.All(result.Errors, error => Assert.True(error.Kind is RekkordErrorKind.ReadError or RekkordErrorKind.PermissionDenied));
        }

        AssertContent();
    }

    private void AssertContent()
    {
        var restored = _repository.Restore(new() { Snapshot = "test", Path = Mount, Destination = _repository.Destination, Force = true });

        Assert.Equal(0, restored.ErrorCount);
        Assert.Equal("the content", File.ReadAllText(Path.Combine(_repository.Destination, "file")));
    }

    private SaveResult Save() => _repository.Save(Mount);

    private void MountFileSystem(string mode)
    {
        Directory.CreateDirectory(Mount);
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "refusing_file_system.py"), mode, Mount];
        _fileSystem = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true })!;
        Assert.Equal("ready", _fileSystem.StandardOutput.ReadLine());
    }

    private void UnmountFileSystem()
    {
        _directory.Run("umount", "--lazy", Mount);
        _fileSystem!.WaitForExit();
        _fileSystem.Dispose();
        _fileSystem = null;
    }
}
