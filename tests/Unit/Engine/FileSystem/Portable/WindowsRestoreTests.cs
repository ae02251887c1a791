using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Portable;
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
