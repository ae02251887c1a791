using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Machine;
using Rekkord.Engine.Index;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Snapshots;
using Rekkord.Engine.Storage.Memory;
using Rekkord.Engine.Tests.FileSystem.Linux;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Tests.Saving;

/// <summary>
/// Files and directories that change while they are saved, small ones (read whole by a worker) and large ones (read in pieces). What
/// is missed is reported with its path and makes the save partial, and the cache is never told of it: the next save reads the file again.
/// </summary>
public sealed class MisbehavingSourceTests : IDisposable
{
    private const int Small = 10_000;
    private const int Large = 6_000_000;

    private readonly TestRepository _repository = new();

    public MisbehavingSourceTests() => _repository.Write("stable", "stays as it is"u8);

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData(Small, "grow")]
    [InlineData(Small, "shrink")]
    [InlineData(Small, "change in place")]
    [InlineData(Small, "change in place and put the time back")]
    [InlineData(Large, "grow")]
    [InlineData(Large, "shrink")]
    [InlineData(Large, "change in place")]
    [InlineData(Large, "change in place and put the time back")]
    public void A_file_that_changes_once_while_it_is_read_is_read_again_and_saved_as_it_became(int size, string how)
    {
        var path = WriteLongAgo("file", size);

        var result = Save(new ChangingFileSystem { Read = On(path, read => read == 1, () => Change(path, how, 1)) });

        Assert.False(result.IsPartial);
        AssertRestores(path);
        AssertNextSaveIsRight(path, isCached: true);
    }

    [Theory]
    [InlineData(Small, "grow")]
    [InlineData(Small, "shrink")]
    [InlineData(Small, "change in place")]
    [InlineData(Small, "change in place and put the time back")]
    [InlineData(Large, "grow")]
    [InlineData(Large, "shrink")]
    [InlineData(Large, "change in place")]
    [InlineData(Large, "change in place and put the time back")]
    public void A_file_that_changes_each_time_it_is_read_is_reported_and_read_again_by_the_next_save(int size, string how)
    {
        var path = WriteLongAgo("file", size);
        var times = 0;

        var result = Save(new ChangingFileSystem { Read = On(path, _ => true, () => Change(path, how, ++times)) });

        AssertReported(result, path, "SourceChanged");
        Assert.Equal(0, _repository.RestoreSource().ErrorCount);
        Assert.Contains(_repository.Warnings, warning => warning.Contains("file' changed while it was saved", StringComparison.Ordinal));
        AssertNextSaveIsRight(path, isCached: false);
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public void A_file_that_is_replaced_while_it_is_read_is_saved_as_it_was_opened(int size)
    {
        var old = TestRepository.RandomBytes(1, size);
        var path = _repository.Write("file", old);

        var result = Save(new ChangingFileSystem { Read = On(path, read => read == 1, () => Replace(path, TestRepository.RandomBytes(2, size))) });

        Assert.False(result.IsPartial);
        Assert.Equal(old, Restored("file"));
        AssertNextSaveIsRight(path, isCached: false);
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public void A_file_that_is_deleted_while_it_is_read_is_saved_whole(int size)
    {
        var content = TestRepository.RandomBytes(1, size);
        var path = _repository.Write("file", content);

        var result = Save(new ChangingFileSystem { Read = On(path, read => read == 1, () => File.Delete(path)) });

        Assert.False(result.IsPartial);
        Assert.Equal(content, Restored("file"));
        Save(new ChangingFileSystem());
        Assert.Null(Restored("file"));
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public void A_file_that_is_gone_when_its_turn_comes_is_named_in_a_warning_and_left_out(int size)
    {
        var path = _repository.Write("file", TestRepository.RandomBytes(1, size));

        var result = Save(new ChangingFileSystem { Opening = opened => DeleteIf(opened == path, path) });

        Assert.False(result.IsPartial);
        Assert.Contains(_repository.Warnings, warning => warning.Contains($"'{path}' was gone", StringComparison.Ordinal));
        Assert.Null(Restored("file"));
        Assert.NotNull(Restored("stable"));
    }

    [Theory]
    [InlineData(Small, "FileAccessDenied", RekkordErrorKind.PermissionDenied)]
    [InlineData(Small, "FileReadError", RekkordErrorKind.ReadError)]
    [InlineData(Large, "FileAccessDenied", RekkordErrorKind.PermissionDenied)]
    [InlineData(Large, "FileReadError", RekkordErrorKind.ReadError)]
    public void A_file_that_cannot_be_opened_or_read_is_reported_marked_and_read_again_by_the_next_save(int size, string errorId, RekkordErrorKind kind)
    {
        var path = _repository.Write("file", TestRepository.RandomBytes(1, size));
        void Fail() => throw new FileSystemException(errorId, kind, $"Cannot read '{path}': refused.", path, 5);

        foreach (var files in new[]
        {
            new ChangingFileSystem { Opening = opened => { if (opened == path) Fail(); } },
            new ChangingFileSystem { Read = On(path, read => read == 1, Fail) },
            new ChangingFileSystem { Read = On(path, read => read == (size == Small ? 1 : 2), Fail) },
        })
        {
            var result = Save(files);

            AssertReported(result, path, errorId);
            var restored = _repository.Restore(new() { Snapshot = "test", Path = _repository.Source, Destination = _repository.Destination, Force = true });
            Assert.Equal("ContentNotSaved", Assert.Single(restored.Errors).ErrorId);
            Assert.False(File.Exists(Path.Combine(_repository.Destination, "file")));
        }

        AssertNextSaveIsRight(path, isCached: false);
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public void A_file_with_something_else_in_its_place_when_its_turn_comes_is_reported_and_not_read(int size)
    {
        List<(string Name, Action<string> Replace)> others =
        [
            ("directory", path => Directory.CreateDirectory(path)),
            ("link", path => File.CreateSymbolicLink(path, "/etc/passwd")),
        ];
        if (!OperatingSystem.IsWindows())
            others.Add(("fifo", path => Run("mkfifo", path)));
        foreach (var (name, replace) in others)
        {
            var path = _repository.Write(name, TestRepository.RandomBytes(1, size));
            var result = Save(new ChangingFileSystem
            {
                Opening = opened =>
                {
                    if (opened != path)
                        return;
                    File.Delete(path);
                    replace(path);
                },
            });

            AssertReported(result, path, "NotARegularFile");
            var entry = Entries(result).Single(entry => FileName.ToDisplay(entry.Name) == name);
            Assert.Equal((EntryFlags.Unreadable, 0L), (entry.Flags, entry.Size));
            Assert.Contains(_repository.Restore(new() { Snapshot = "test", Path = _repository.Source, Destination = $"{_repository.Destination}-{name}" }).Errors, error => error.ErrorId == "ContentNotSaved");
            if (name == "directory")
                Directory.Delete(path);
            else
                File.Delete(path);
        }
    }

    [Fact]
    public void A_file_that_is_much_larger_when_read_than_when_listed_is_saved_whole()
    {
        var path = _repository.Write("file", TestRepository.RandomBytes(1, Small));

        var result = Save(new ChangingFileSystem { Opening = opened => { if (opened == path) File.WriteAllBytes(path, TestRepository.RandomBytes(2, Large)); } });

        Assert.False(result.IsPartial);
        AssertRestores(path);
        AssertNextSaveIsRight(path, isCached: true);
    }

    [Fact]
    public void A_directory_that_vanishes_before_or_after_it_is_listed_is_named_in_a_warning_and_the_rest_is_saved()
    {
        foreach (var vanishing in new[] { _repository.Source, Path.Combine(_repository.Source, "directory") })
        {
            _repository.Write("directory/file", TestRepository.RandomBytes(1, Small));
            var directory = Path.Combine(_repository.Source, "directory");

            var result = Save(new ChangingFileSystem { Listed = listed => { if (listed == vanishing) Directory.Delete(directory, recursive: true); } });

            Assert.False(result.IsPartial);
            Assert.Contains(_repository.Warnings, warning => warning.Contains($"'{directory}", StringComparison.Ordinal) && warning.Contains("was gone", StringComparison.Ordinal));
            Assert.NotNull(Restored("stable"));
            Assert.Null(Restored("directory/file"));
            _repository.Warnings.Clear();
        }
    }

    [Fact]
    public void A_directory_that_cannot_be_listed_is_reported_and_marked_and_listed_again_by_the_next_save()
    {
        var path = _repository.Write("directory/file", TestRepository.RandomBytes(1, Small));
        var directory = Path.GetDirectoryName(path)!;

        var result = Save(new ChangingFileSystem
        {
            Listed = listed =>
            {
                if (listed == directory)
                    throw new FileSystemException("FileReadError", RekkordErrorKind.ReadError, $"Cannot list '{directory}': refused.", directory, 5);
            },
        });

        AssertReported(result, directory, "FileReadError");
        Assert.Equal("ContentNotSaved", Assert.Single(_repository.RestoreSource().Errors).ErrorId);
        AssertNextSaveIsRight(path, isCached: false);
    }

    [Theory]
    [InlineData(Small, 0)]
    [InlineData(Small, 5)]
    [InlineData(Small, Small - 1)]
    [InlineData(Small, Small + 1000)]
    [InlineData(Small, 2 * Large)]
    [InlineData(Large, 0)]
    [InlineData(Large, 5)]
    [InlineData(Large, Large - 1)]
    [InlineData(Large, Large + 1000)]
    public void A_file_whose_size_the_file_system_does_not_know_is_read_to_its_end(int size, int claimed)
    {
        var path = _repository.Write("file", TestRepository.RandomBytes(1, size));
        var files = new ChangingFileSystem();
        var settle = files.Status;
        files.Status = status => status.Size == size ? settle(status) with { Size = claimed, AllocatedSize = claimed } : settle(status);

        var result = Save(files);

        Assert.False(result.IsPartial);
        Assert.Equal(size, Entries(result).Single(entry => FileName.ToDisplay(entry.Name) == "file").Size);
        AssertRestores(path);
        Assert.Empty(_repository.Scan(new() { Full = true }).Problems);
    }

    [Fact]
    public void A_file_that_claims_to_be_larger_than_any_can_be_is_read_to_its_end()
    {
        var path = _repository.Write("file", TestRepository.RandomBytes(1, Small));
        var files = new ChangingFileSystem { Status = status => status with { Size = long.MaxValue / 2, AllocatedSize = long.MaxValue / 2 } };

        Assert.False(Save(files).IsPartial);

        AssertRestores(path);
    }

    [Fact]
    public void A_file_without_a_number_is_no_link_of_another()
    {
        _repository.Write("file", "its own"u8);

        var result = Save(new ChangingFileSystem { Status = status => status with { Inode = 0, LinkCount = 2 } });

        Assert.All(Entries(result), entry => Assert.Null(entry.HardLink));
    }

    [Fact]
    public void Content_that_changes_while_size_and_times_stay_the_same_is_found_by_the_next_save_when_the_times_are_not_settled()
    {
        var path = _repository.Write("file", TestRepository.RandomBytes(1, Small));
        // As after a clock that was set back, or a file system that counts time in large steps.
        var tomorrow = FileTime.FromDateTimeOffset(DateTimeOffset.UtcNow.AddDays(1));
        var files = new ChangingFileSystem { Status = status => status with { ModifiedTime = tomorrow, ChangedTime = tomorrow } };

        Save(files);
        File.WriteAllBytes(path, TestRepository.RandomBytes(2, Small));
        var result = Save(files);

        Assert.Equal(0, result.UnchangedFiles);
        AssertRestores(path);
    }

    [Fact]
    public void A_file_that_claims_to_be_of_the_future_is_saved_like_any_other()
    {
        var path = _repository.Write("file", TestRepository.RandomBytes(1, Small));
        File.SetLastWriteTimeUtc(path, new DateTime(2199, 1, 2, 3, 4, 5, DateTimeKind.Utc));

        Save(new ChangingFileSystem());
        Assert.Equal(2, Save(new ChangingFileSystem()).UnchangedFiles);

        AssertRestores(path);
        Assert.Equal(File.GetLastWriteTimeUtc(path), File.GetLastWriteTimeUtc(Path.Combine(_repository.Destination, "file")));
    }

    [RequiresRootFact]
    public void What_the_user_may_not_read_is_reported_and_the_rest_is_saved()
    {
        using var directory = new TemporaryDirectory();
        directory.Run("sh", "-c", "mkdir source cache source/closed; echo x > source/file; echo x > source/secret; echo x > source/closed/file; chmod 0 source/secret source/closed; chmod 777 cache");
        using var repository = RepositoryAccess.Initialize(new MemoryObjectStore(), KeyMaterial.CreateMaster());
        var request = new SaveRequest { Channel = "test", Paths = [directory.Native("source")], CacheDirectory = directory["cache"] };

        SaveResult? result = null;
        UnprivilegedThread.Run(() => result = new SaveOperation(repository, request, _repository).Run(CancellationToken.None));

        Assert.True(result!.IsPartial);
        Assert.Equal([directory["source/closed"], directory["source/secret"]], result.Errors.Select(error => error.Target).Order(StringComparer.Ordinal));
        Assert.All(result.Errors, error => Assert.Equal("FileAccessDenied", error.ErrorId));
        Assert.Equal(1, result.Snapshot.Summary.Files);
    }

    [RequiresRootFact]
    public void A_directory_that_is_mounted_below_itself_is_saved_as_it_is_seen_and_the_save_ends()
    {
        _repository.Write("inner/loop/under", "hidden by the mount"u8);
        var loop = Path.Combine(_repository.Source, "inner/loop");
        Run("mount", "--bind", _repository.Source, loop);
        try
        {
            var result = Save(new ChangingFileSystem());

            Assert.False(result.IsPartial);
            Assert.Equal(0, _repository.RestoreSource().ErrorCount);
            Assert.Equal("stays as it is", File.ReadAllText(Path.Combine(_repository.Destination, "inner/loop/stable")));
            Assert.Equal("hidden by the mount", File.ReadAllText(Path.Combine(_repository.Destination, "inner/loop/inner/loop/under")));
        }
        finally
        {
            Run("umount", "--lazy", loop);
        }
    }

    /// <summary>A file whose time can be put back exactly: it has no parts of a second, which .NET would cut.</summary>
    private string WriteLongAgo(string name, int size)
    {
        var path = _repository.Write(name, TestRepository.RandomBytes(1, size));
        File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        return path;
    }

    private static Action<string, int> On(string path, Func<int, bool> when, Action change) => (read, count) =>
    {
        if (read == path && when(count))
            change();
    };

    private void Change(string path, string how, int time)
    {
        // File systems count time in steps: the change is made in another one than the last.
        var probe = $"{_repository.Destination}.probe";
        do
            File.WriteAllText(probe, "");
        while (ChangedTime(probe) <= ChangedTime(path));

        var modified = File.GetLastWriteTimeUtc(path);
        using (var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            if (how == "shrink")
            {
                file.SetLength(file.Length - 1000);
                return;
            }

            file.Position = how == "grow" ? file.Length : 100;
            file.Write(TestRepository.RandomBytes(1000 + time, 1000));
        }

        if (how == "change in place and put the time back")
            File.SetLastWriteTimeUtc(path, modified);
    }

    private static FileTime ChangedTime(string path)
    {
        using var directory = MachineFileSystem.Current.OpenDirectory(FileName.FromText(Path.GetDirectoryName(path)!));
        return directory.GetStatus(FileName.FromText(Path.GetFileName(path))).ChangedTime;
    }

    private static void Replace(string path, byte[] content)
    {
        File.WriteAllBytes($"{path}.new", content);
        File.Move($"{path}.new", path, overwrite: true);
    }

    private static void DeleteIf(bool condition, string path)
    {
        if (condition)
            File.Delete(path);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private SaveResult Save(ChangingFileSystem files)
    {
        using var repository = _repository.Open();
        var request = new SaveRequest { Channel = "test", Paths = [FileName.FromText(_repository.Source)], CacheDirectory = _repository.CacheDirectory };
        return new SaveOperation(repository, request, _repository) { Files = files }.Run(CancellationToken.None);
    }

    /// <summary>What a snapshot has of the source directory itself.</summary>
    private IReadOnlyList<TreeEntry> Entries(SaveResult saved)
    {
        using var repository = _repository.Open();
        var index = new BlobIndex();
        IndexLoader.ForReading(repository, error => throw error).Load(index.Add, CancellationToken.None);
        using var blobs = new BlobReader(repository, index, default);
        var root = Assert.Single(new SnapshotRecords(repository).Read(saved.Snapshot.ObjectName, default).Roots).Entry;
        return [.. root.ChunkReferences.SelectMany(page => TreeReader.ReadPage(blobs, page))];
    }

    /// <summary>A file's bytes as the newest snapshot has them; null when it has none.</summary>
    private byte[]? Restored(string name)
    {
        if (Directory.Exists(_repository.Destination))
            Directory.Delete(_repository.Destination, recursive: true);
        _repository.RestoreSource();
        var path = Path.Combine(_repository.Destination, name);
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    private void AssertRestores(string path) => Assert.Equal(File.ReadAllBytes(path), Restored(Path.GetRelativePath(_repository.Source, path)));

    private static void AssertReported(SaveResult result, string path, string errorId)
    {
        Assert.True(result.IsPartial);
        var error = Assert.Single(result.Errors);
        Assert.Equal((errorId, path), (error.ErrorId, error.Target));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    /// <summary>The next save takes from the cache what was whole, and reads again what was not.</summary>
    private void AssertNextSaveIsRight(string path, bool isCached)
    {
        var next = Save(new ChangingFileSystem());

        Assert.False(next.IsPartial);
        Assert.Equal(isCached ? 2 : 1, next.UnchangedFiles);
        AssertRestores(path);
        Assert.Equal(2, Save(new ChangingFileSystem()).UnchangedFiles);
        AssertRestores(path);
        Assert.Empty(_repository.Scan(new() { Full = true }).Problems);
    }
}
