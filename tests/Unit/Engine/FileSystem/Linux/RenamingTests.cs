using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Linux;
using static Rekkord.Engine.FileSystem.FileName;

namespace Rekkord.Engine.Tests.FileSystem.Linux;

/// <summary>The way that file systems without an atomic "rename unless taken" need.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class RenamingTests : LinuxFixture
{
    private readonly LinuxDirectory _directory;

    public RenamingTests() => _directory = LinuxDirectory.Open(Temporary.NativePath, FileOperation.Rename);

    [Fact]
    public void A_file_gets_its_new_name_and_loses_the_old()
    {
        File.WriteAllText(Temporary["old"], "content");
        EntryRenaming.RenameByLinking(_directory, FromText("old"), FromText("new"));
        Assert.Equal([FromText("new")], Source.ReadNames());
        Assert.Equal("content", File.ReadAllText(Temporary["new"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_taken_name_is_refused(bool directory)
    {
        if (directory)
            Directory.CreateDirectory(Temporary["old"]); // has no hard links
        else
            File.WriteAllText(Temporary["old"], "");
        File.CreateSymbolicLink(Temporary["taken"], "nowhere");
        AssertFails("FileExists", () => EntryRenaming.RenameByLinking(_directory, FromText("old"), FromText("taken")));
        Assert.Equal([FromText("old"), FromText("taken")], Source.ReadNames());
    }

    [Fact]
    public void A_directory_is_renamed_when_the_name_is_free()
    {
        Directory.CreateDirectory(Temporary["old"]);
        EntryRenaming.RenameByLinking(_directory, FromText("old"), FromText("new"));
        Assert.True(Directory.Exists(Temporary["new"]));
    }
}
