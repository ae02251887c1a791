using System.Runtime.Versioning;
using System.Security.AccessControl;
using Rekkord.Engine.Platform;
using Rekkord.Engine.Storage.Local;
using Rekkord.Tests;

namespace Rekkord.Engine.Tests.Platform;

/// <summary>Files take the place of others, and those for secrets are nobody else's.</summary>
public sealed class ReplacingRenameTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_file_takes_the_name_of_another()
    {
        string from = Write("new", "two"), to = Write("old", "one");

        ReplacingRename.Rename(from, to);

        Assert.Equal("two", File.ReadAllText(to));
        Assert.False(File.Exists(from));
    }

    [Fact]
    public void A_name_that_is_taken_stays_with_its_file()
    {
        string from = Write("new", "two"), to = Write("old", "one");

        Assert.False(ExclusiveRename.TryRename(from, to));
        Assert.Equal(("one", "two"), (File.ReadAllText(to), File.ReadAllText(from)));
    }

    [RequiresWindowsFact]
    public void A_file_takes_the_name_of_one_that_others_read()
    {
        string from = Write("new", "two"), to = Write("old", "one");
        using var reader = new StreamReader(new FileStream(to, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

        ReplacingRename.Rename(from, to);

        Assert.Equal(("two", "one"), (File.ReadAllText(to), reader.ReadToEnd()));
    }

    [Fact]
    public void The_request_to_take_a_name_has_the_form_of_Windows() => Assert.Equal(
        "03000000" + "00000000" + "0000000000000000" + "06000000" + "61005C006200" + "0000",
        Convert.ToHexString(RenameRequest.Create("a\\b")));

    [RequiresWindowsFact]
    public void What_a_store_reads_can_be_removed_meanwhile()
    {
        var path = Write("object", "content");
        var root = new PortableStoreRoot(_directory.Path);
        using (root.OpenFile("object"))
            root.DeleteFile("object");

        Assert.False(File.Exists(path));
    }

    [RequiresWindowsFact]
    public void A_name_of_more_than_260_characters_is_renamed_too()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_directory.Path, new string('d', 200), new string('e', 200))).FullName;
        var (from, to) = (Path.Combine(folder, "from"), Path.Combine(folder, "to"));
        File.WriteAllText(from, "content");

        ReplacingRename.Rename(from, to);

        Assert.Equal("content", File.ReadAllText(to));
    }

    [Fact]
    public void A_file_for_secrets_is_made_once()
    {
        var path = Path.Combine(_directory.Path, "secret");
        using (var file = PrivateFile.Create(path))
            file.Write("content"u8);

        Assert.Equal("content", File.ReadAllText(path));
        Assert.Throws<IOException>(() => PrivateFile.Create(path));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [RequiresWindowsFact]
    [SupportedOSPlatform("windows")]
    public void A_file_for_secrets_has_no_permissions_of_its_directory()
    {
        var path = Path.Combine(_directory.Path, "secret");
        PrivateFile.Create(path).Dispose();

        var security = new FileInfo(path).GetAccessControl();

        Assert.True(security.AreAccessRulesProtected);
        Assert.Null(new WindowsTrustees().FindOther(security, FileSystemRights.ReadData | WindowsTrustees.ChangesEntry));
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_directory.Path, name);
        File.WriteAllText(path, content);
        return path;
    }
}
