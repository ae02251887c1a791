using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Portable;
using Rekkord.Engine.Platform;
using Rekkord.Tests;

namespace Rekkord.Engine.Tests.FileSystem.Portable;

/// <summary>What a directory on Windows can hold is restored there, whatever programs make of its name or attributes.</summary>
public sealed class WindowsRestoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private byte[] Root => FileName.FromText(Path.Combine(_directory.Path, "to"));

    public void Dispose()
    {
        // The usual form of a path does not reach these names.
        if (OperatingSystem.IsWindows() && Directory.Exists($@"\\?\{_directory.Path}\to"))
            Directory.Delete($@"\\?\{_directory.Path}\to", recursive: true);
        _directory.Dispose();
    }

    [RequiresWindowsFact]
    public void Names_of_devices_and_with_dots_and_blanks_at_the_end_are_made_listed_and_read()
    {
        string[] names = ["con", "dot.", "nul.txt", "space "];
        using (var destination = new PortableFileSystem().CreateDestination(Root))
        {
            foreach (var name in names)
            {
                using (var file = destination.CreateFile(FileName.FromText("temporary")))
                    file.Write(FileName.FromText(name), 0);
                destination.Rename(FileName.FromText("temporary"), FileName.FromText(name), replace: true);
            }

            destination.CreateDirectory(FileName.FromText("aux")).Dispose();
        }

        using var source = new PortableFileSystem().OpenDirectory(Root);
        Assert.Equal(["aux", .. names], source.ReadNames().Select(name => FileName.ToDisplay(name)));
        foreach (var name in names)
        {
            using var file = source.OpenFile(FileName.FromText(name));
            var content = new byte[file.StatusAtOpening.Size];
            Assert.Equal(content.Length, file.Read(content, 0));
            Assert.Equal(name, FileName.ToDisplay(content));
        }
    }

    [Fact]
    public void The_request_for_a_junction_has_the_form_of_Windows() => Assert.Equal(
        "030000A0" + "2000" + "0000" + "0000" + "0E00" + "1000" + "0600" + "5C003F003F005C0043003A005C00" + "0000" + "43003A005C00" + "0000",
        Convert.ToHexString(WindowsJunction.CreateRequest(@"\??\C:\")));

    [Theory]
    [InlineData(@"\??\C:\Users", true)]
    [InlineData(@"\??\", false)]
    [InlineData(@"C:\Users", false)]
    [InlineData(@"..\??\x", false)]
    public void A_junctions_target_is_told_by_what_is_before_it(string target, bool isJunction) => Assert.Equal(isJunction, WindowsJunction.IsTarget(target));

    [Fact]
    public void A_target_that_is_too_long_for_a_junction_is_refused() =>
        Assert.Contains("longer", Assert.Throws<IOException>(() => WindowsJunction.CreateRequest(WindowsJunction.Prefix + new string('x', 9000))).Message, StringComparison.Ordinal);

    [RequiresWindowsFact]
    public void A_junction_comes_back_as_one()
    {
        var target = Directory.CreateDirectory(Path.Combine(_directory.Path, "target")).FullName;
        File.WriteAllText(Path.Combine(target, "file"), "content");
        var link = FileName.FromText(WindowsJunction.Prefix + target);
        using (var destination = new PortableFileSystem().CreateDestination(Root))
        {
            destination.CreateSymbolicLink(FileName.FromText("junction"), link);
            Assert.Empty(destination.ApplyMetadata(FileName.FromText("junction"), new FileMetadata
            {
                Kind = FileKind.SymbolicLink,
                ModifiedTime = new FileTime(1_000_000_000, 0),
                WindowsAttributes = (uint)(FileAttributes.Directory | FileAttributes.ReparsePoint),
            }));
        }

        Assert.Equal("content", File.ReadAllText(Path.Combine(_directory.Path, "to", "junction", "file")));
        using var source = new PortableFileSystem().OpenDirectory(Root);
        var status = source.GetStatus(FileName.FromText("junction"));
        Assert.Equal((FileKind.SymbolicLink, WindowsReparsePoint.Junction), (status.Kind, status.ReparseTag));
        Assert.Equal(link, source.ReadLink(FileName.FromText("junction")));
        Assert.Equal(link.Length, status.Size);
    }

    [RequiresWindowsFact]
    public void A_read_only_file_is_replaced()
    {
        using var destination = new PortableFileSystem().CreateDestination(Root);
        destination.CreateFile(FileName.FromText("new")).Dispose();
        var old = Path.Combine(_directory.Path, "to", "old");
        File.WriteAllText(old, "content");
        File.SetAttributes(old, FileAttributes.ReadOnly);

        destination.Rename(FileName.FromText("new"), FileName.FromText("old"), replace: true);

        Assert.Equal("", File.ReadAllText(old));
    }
}
