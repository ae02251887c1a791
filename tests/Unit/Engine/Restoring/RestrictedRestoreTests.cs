using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Machine;
using Rekkord.Engine.Restoring;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Tests.Restoring;

/// <summary>What a restore may leave out of a snapshot that a stranger could have written, and whom it gives files to.</summary>
public sealed class RestrictedRestoreTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly HostileSnapshot _hostile;

    public RestrictedRestoreTests()
    {
        _hostile = new HostileSnapshot(_repository);
        byte[] capability = [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        _hostile.Write(
            HostileSnapshot.Entry("device", FileKind.CharacterDevice) with { SpecialDevice = (1UL << 32) | 3 },
            With(_hostile.DirectoryOf("directory", _hostile.FileOf("inside", "inside")), metadata => metadata with { Mode = Octal("2770") }),
            HostileSnapshot.Entry("fifo", FileKind.Fifo),
            With(_hostile.FileOf("program", "program"), metadata => metadata with
            {
                Mode = Octal("6755"),
                UserId = 1,
                UserName = "nobody",
                GroupId = 1,
                ExtendedAttributes =
                [
                    new("security.capability"u8.ToArray(), capability), new("trusted.overlay.opaque"u8.ToArray(), "y"u8.ToArray()),
                    new("user.kept"u8.ToArray(), [1]),
                ],
            }));
    }

    public void Dispose() => _repository.Dispose();

    [RequiresRootFact]
    public void Nothing_that_has_power_is_made_and_each_thing_is_counted()
    {
        var result = Restore(new() { Snapshot = "", Destination = "", NoSpecial = true });

        Assert.Equal(0, result.ErrorCount);
        Assert.Equal(["directory", "program"], Directory.GetFileSystemEntries(_repository.Destination).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using var source = MachineFileSystem.Current.OpenDirectory(FileName.FromText(_repository.Destination));
        Assert.Equal((Octal("755"), Octal("770")), (source.GetStatus("program"u8.ToArray()).Mode, source.GetStatus("directory"u8.ToArray()).Mode));
        Assert.Equal("user.kept", FileName.ToDisplay(Assert.Single(source.GetExtendedAttributes("program"u8.ToArray())).Name));
        Assert.Equal(
            "Left out, as asked: attributes of the system (security.*, trusted.*) (1), device nodes and fifos (2), setuid and setgid bits (2). -Verbose names each.",
            Assert.Single(_repository.Warnings));
        Assert.Equal(5, _repository.Details.Count);
        Assert.Contains(_repository.Details, detail => detail.Contains("program", StringComparison.Ordinal) && detail.Contains("6755", StringComparison.Ordinal));
    }

    [RequiresRootFact]
    public void Without_owners_all_belongs_to_who_restores_and_no_bit_stands_for_somebody_else()
    {
        Restore(new() { Snapshot = "", Destination = "", Owner = OwnerChoice.Nobody });

        var program = StatusOf("program");
        Assert.Equal((0u, 0u, Octal("755")), (program.UserId, program.GroupId, program.Mode));
        Assert.Contains(_repository.Details, detail => detail.Contains("'nobody' (1)", StringComparison.Ordinal));
    }

    [RequiresRootFact]
    public void Owners_go_by_number_when_asked_and_else_by_name()
    {
        Restore(new() { Snapshot = "", Destination = "", Owner = OwnerChoice.ByNumber });
        Assert.Equal(1u, StatusOf("program").UserId);

        Restore(new() { Snapshot = "", Destination = "", Force = true });
        Assert.NotEqual(1u, StatusOf("program").UserId);
        Assert.Empty(_repository.Warnings);
    }

    private static TreeEntry With(TreeEntry entry, Func<FileMetadata, FileMetadata> change) => entry with { Metadata = change(entry.Metadata) };

    private static uint Octal(string mode) => Convert.ToUInt32(mode, 8);

    private FileStatus StatusOf(string name)
    {
        using var source = MachineFileSystem.Current.OpenDirectory(FileName.FromText(_repository.Destination));
        return source.GetStatus(FileName.FromText(name));
    }

    private RestoreResult Restore(RestoreRequest request) =>
        _repository.Restore(request with { Snapshot = "hostile", Path = "/root", Destination = _repository.Destination });
}
