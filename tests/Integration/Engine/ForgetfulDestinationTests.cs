using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Machine;
using static Rekkord.Engine.Integration.Tests.UnusualFileSystem;

namespace Rekkord.Engine.Integration.Tests;

/// <summary>Destinations that take metadata without an error and do not keep it: content is restored, and the loss is told once.</summary>
public sealed class ForgetfulDestinationTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly HostileSnapshot _hostile;

    public ForgetfulDestinationTests()
    {
        _hostile = new HostileSnapshot(_repository);
        var metadata = HostileSnapshot.Entry("", FileKind.File).Metadata with { Mode = Convert.ToUInt32("4711", 8), UserId = 54_321, GroupId = 54_321 };
        _hostile.Write([.. new[] { "a", "b", "c" }.Select(name => _hostile.FileOf(name, name) with { Metadata = metadata })]);
    }

    public void Dispose() => _repository.Dispose();

    [RequiresMountFact(Python, Fuse, Mounting)]
    public void Times_are_kept_where_a_call_that_sets_only_one_does_nothing()
    {
        // fusepy uses libfuse 2, which drops such calls.
        using var fileSystem = new UnusualFileSystem("numbers-files");

        Restore(fileSystem);

        Assert.Empty(_repository.Warnings);
        Assert.Equal(DateTime.UnixEpoch.AddSeconds(1), File.GetLastWriteTimeUtc(Path.Combine(fileSystem.Destination, "a")));
        Assert.Equal(DateTime.UnixEpoch.AddSeconds(1), Directory.GetLastWriteTimeUtc(fileSystem.Destination));
    }

    [RequiresMountFact(Python, Fuse, Mounting)]
    public void What_is_not_kept_is_counted_in_one_warning()
    {
        using var fileSystem = new UnusualFileSystem("forgets-times,forgets-modes");

        Restore(fileSystem);

        // Four, with the directory that was restored into the destination.
        var warning = Assert.Single(_repository.Warnings);
        Assert.Contains("modes (4), modification times (4)", warning, StringComparison.Ordinal);
        Assert.Equal(8, _repository.Details.Count);
    }

    [RequiresMountFact(Python, Fuse, Mounting)]
    public void A_program_whose_owner_is_not_kept_does_not_run_with_the_rights_of_another()
    {
        using var fileSystem = new UnusualFileSystem("forgets-owners");

        Restore(fileSystem);

        Assert.Contains(_repository.Warnings, warning => warning.Contains("owners (3)", StringComparison.Ordinal));
        using var source = MachineFileSystem.Current.OpenDirectory(FileName.FromText(fileSystem.Destination));
        Assert.Equal(Convert.ToUInt32("711", 8), source.GetStatus("a"u8.ToArray()).Mode);
    }

    private void Restore(UnusualFileSystem fileSystem)
    {
        var result = _repository.Restore(new() { Snapshot = "hostile", Path = "/root", Destination = fileSystem.Destination, Verify = true });
        Assert.Equal((0, 3), (result.ErrorCount, result.VerifiedFiles));
    }
}
