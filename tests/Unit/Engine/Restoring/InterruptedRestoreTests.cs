using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Machine;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Tests.FileSystem.Linux;

namespace Rekkord.Engine.Tests.Restoring;

/// <summary>A restore that was killed can be repeated, and then everything is as if it had not been.</summary>
public sealed class InterruptedRestoreTests : IDisposable
{
    private const string Leftover = ".rekkord-0123456789abcdef.tmp";

    private readonly TestRepository _repository = new();

    public InterruptedRestoreTests()
    {
        _repository.Write("directory/file", "saved"u8);
        _repository.Save();
    }

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("", Leftover)]
    [InlineData("directory", Leftover)]
    [InlineData("", ".rekkord-0123456789abcdef\u00e9.tmp")]
    [InlineData("", ".rekkord-0123456789abcdefe\u0301.tmp")]
    public void A_repeated_restore_removes_what_the_killed_one_left(string directory, string leftover)
    {
        var path = Directory.CreateDirectory(Path.Combine(_repository.Destination, directory)).FullName;
        File.WriteAllText(Path.Combine(path, leftover), "half a file");

        Restore();

        Assert.Equal(TreeListing.Of(_repository.Source), TreeListing.Of(_repository.Destination));
    }

    [Theory]
    [InlineData(".rekkord-0123456789abcde.tmp")]
    [InlineData(".rekkord-0123456789abcdeg.tmp")]
    [InlineData(".rekkord-0123456789abcdefe.tmp")]
    [InlineData(".rekkord-0123456789abcdef.txt")]
    [InlineData("rekkord-0123456789abcdef0.tmp")]
    public void A_file_whose_name_is_only_like_a_temporary_one_stays(string name)
    {
        Directory.CreateDirectory(_repository.Destination);
        var path = Path.Combine(_repository.Destination, name);
        File.WriteAllText(path, "mine");

        Restore();

        Assert.Equal("mine", File.ReadAllText(path));
    }

    [Fact]
    public void What_another_restore_is_writing_stays()
    {
        using var destination = MachineFileSystem.Current.CreateDestination(FileName.FromText(_repository.Destination));
        using (var file = destination.CreateFile(FileName.FromText(Leftover)))
        {
            file.Write("more to come"u8, 0);

            Restore();

            Assert.True(File.Exists(Path.Combine(_repository.Destination, Leftover)));
        }

        Restore();
        Assert.False(File.Exists(Path.Combine(_repository.Destination, Leftover)));
    }

    [Fact]
    public void A_link_under_a_temporary_name_is_not_followed()
    {
        Directory.CreateDirectory(_repository.Destination);
        var target = Path.Combine(_repository.Source, "directory/file");
        File.CreateSymbolicLink(Path.Combine(_repository.Destination, Leftover), target);

        Restore();

        Assert.Equal("saved", File.ReadAllText(target));
    }

    [RequiresRootFact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public void Directories_that_are_read_only_already_do_not_keep_their_owner_from_repeating_a_restore()
    {
        const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.UserExecute;
        const UnixFileMode Everything = (UnixFileMode)0x1ff;
        using var reachable = new TemporaryDirectory();
        using var place = new TestRepository(reachable.Path);
        place.Write("locked/inner/file", "saved"u8);
        foreach (var directory in new[] { "locked/inner", "locked", "" })
            File.SetUnixFileMode(Path.Combine(place.Source, directory), ReadOnly);
        place.Save();
        File.SetUnixFileMode(Path.GetDirectoryName(place.Destination)!, Everything);
        using var repository = place.Open();

        for (var run = 0; run < 2; run++)
        {
            // Root may write everywhere: only another user meets the modes.
            UnprivilegedThread.Run(() => Assert.Equal(0, new RestoreOperation(repository, RequestOf(place), place).Run(CancellationToken.None).ErrorCount));
            foreach (var directory in new[] { "locked/inner", "locked", "" })
                Assert.Equal(ReadOnly, File.GetUnixFileMode(Path.Combine(place.Destination, directory)));
            Assert.Equal("saved", File.ReadAllText(Path.Combine(place.Destination, "locked/inner/file")));
        }
    }

    private static RestoreRequest RequestOf(TestRepository repository) =>
        new() { Snapshot = "test", Path = repository.Source, Destination = repository.Destination, Force = true };

    private void Restore() => Assert.Equal(0, _repository.Restore(RequestOf(_repository)).ErrorCount);
}
