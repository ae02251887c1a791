using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Linux;
using Rekkord.Engine.Platform;
using static Rekkord.Engine.FileSystem.FileName;

namespace Rekkord.Engine.Tests.FileSystem.Linux;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class FailureTests : LinuxFixture
{
    [RequiresRootFact]
    public void A_directory_or_file_that_chattr_locked_is_told_as_that()
    {
        Directory.CreateDirectory(Temporary["directory"]);
        File.WriteAllText(Temporary["directory/file"], "");
        using var directory = Destination.CreateDirectory(FromText("directory"));
        foreach (var (attribute, entry, word) in new[] { ("i", "directory", "its directory is immutable"), ("a", "directory/file", "it is append-only") })
        {
            Temporary.Run("chattr", $"+{attribute}", entry);
            try
            {
                var error = Assert.Throws<FileSystemException>(() => directory.Remove(FromText("file")));
                Assert.Equal("FileAccessDenied", error.ErrorId);
                Assert.Contains(word, error.Message, StringComparison.Ordinal);
                Assert.Contains("chattr", error.Message, StringComparison.Ordinal);
            }
            finally
            {
                Temporary.Run("chattr", $"-{attribute}", entry);
            }
        }
    }

    [Fact]
    public void A_full_disk_is_told_with_what_to_do()
    {
        // The kernel's own device that is always full.
        using var file = new LinuxDestinationFile(
            new FileDescriptor(LibC.Open("/dev/full\0"u8, OpenFlags.ReadWrite | OpenFlags.CloseOnExec, 0)),
            new EntryPath(null, FromText("/restored")),
            FromText("file"),
            hasInheritedAcl: false);
        var failure = Assert.Throws<FileSystemException>(() => file.Write([1], 0));
        Assert.Equal(("DiskFull", RekkordErrorKind.WriteError, 28), (failure.ErrorId, failure.Kind, failure.ErrorNumber));
        Assert.Equal(
            "Cannot write the file '/restored/file': No space left on device. Free space on that file system, or choose another one, and run it again.",
            failure.Message);
    }

    [Fact]
    public void A_file_that_is_too_large_is_a_write_error()
    {
        using var file = Destination.CreateFile(FromText("file"));
        AssertFails("FileWriteError", () => file.SetSize(long.MaxValue));
        AssertFails("FileWriteError", () => file.Write([1], long.MaxValue - 1));
    }

    [Fact]
    public void A_device_error_while_reading_is_a_read_error()
    {
        // Reading a process's memory where nothing is mapped fails with EIO, as a bad disk does.
        using var self = FileSystem.OpenDirectory("/proc/self"u8.ToArray());
        using var file = self.OpenFile("mem"u8.ToArray());
        var failure = Assert.Throws<FileSystemException>(() => file.Read(new byte[10], 0));
        Assert.Equal(("FileReadError", RekkordErrorKind.ReadError, "/proc/self/mem"), (failure.ErrorId, failure.Kind, failure.Target));
        Assert.Contains("Input/output error", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_in_messages_are_printable()
    {
        var failure = Assert.Throws<FileSystemException>(() => Source.GetStatus([(byte)'a', 0xff, (byte)'\n', 0x1b]));
        Assert.EndsWith("/a\\xff\\x0a\\x1b", failure.Target, StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_of_another_implementation_cannot_be_linked()
    {
        using var other = new Rekkord.Engine.FileSystem.Portable.PortableFileSystem().CreateDestination(Temporary.NativePath);
        Assert.Throws<ArgumentException>(() => Destination.CreateHardLink(other, FromText("a"), FromText("b")));
        Assert.Throws<ArgumentException>(() => other.CreateHardLink(Destination, FromText("a"), FromText("b")));
    }

    [Fact]
    public void What_is_disposed_or_refused_leaves_no_handle_open()
    {
        Destination.CreateDirectory(FromText("directory")).Dispose();
        using (var file = Destination.CreateFile(FromText("file")))
            file.ApplyMetadata(Plain(FileKind.File));
        Destination.CreateSpecial(FromText("fifo"), FileKind.Fifo, 0);
        Destination.ApplyMetadata(FromText("fifo"), Plain(FileKind.Fifo) with { Mode = Octal("600") });
        Source.OpenFile(FromText("file")).Dispose();
        Source.OpenDirectory(FromText("directory")).Dispose();
        AssertFails("NotARegularFile", () => Source.OpenFile(FromText("fifo")));
        AssertFails("NotARegularFile", () => Source.OpenFile(FromText("directory")));
        FileSystem.CreateDestination(Temporary.Native("a/b")).Dispose();

        var open = new DirectoryInfo("/proc/self/fd").GetFileSystemInfos().Select(descriptor => descriptor.LinkTarget);
        Assert.DoesNotContain(open, target => target?.StartsWith(Temporary.Path + "/", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void Closing_a_file_while_others_read_it_fails_them_cleanly()
    {
        File.WriteAllText(Temporary["file"], new string('x', 100_000));
        for (var round = 0; round < 20; round++)
        {
            var file = Source.OpenFile(FromText("file"));
            using var started = new CountdownEvent(2);
            var readers = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    var buffer = new byte[100_000];
                    started.Signal();
                    while (true)
                    {
                        if (file.Read(buffer, 0) != buffer.Length || buffer.AsSpan().ContainsAnyExcept((byte)'x'))
                            return false;
                    }
                },
                TaskCreationOptions.LongRunning)).ToArray();
            started.Wait();
            file.Dispose();
            foreach (var reader in readers)
                Assert.IsType<ObjectDisposedException>(Assert.Throws<AggregateException>(() => reader.Wait()).InnerException);
        }
    }
}
