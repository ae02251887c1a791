using System.Runtime.Versioning;
using Rekkord.Engine.FileSystem;
using static Rekkord.Engine.FileSystem.FileName;

namespace Rekkord.Engine.Tests.FileSystem.Linux;

[SupportedOSPlatform("linux")]
public sealed class UnprivilegedTests : LinuxFixture
{
    private const uint OwnGroup = 54_400;

    public UnprivilegedTests()
    {
        // Everybody may make entries here, as in /tmp.
        File.SetUnixFileMode(Temporary.Path, (UnixFileMode)511);
    }

    [RequiresRootFact]
    public void Another_users_owner_is_not_set_and_reported_once() => AsUser(() =>
    {
        var metadata = Plain(FileKind.File) with { Mode = Octal("644"), UserId = 0, GroupId = 0, UserName = "root" };
        var problems = Restore("file", metadata);
        Assert.Equal(2, problems.Count);
        Assert.Contains("'root' (0)", problems[0], StringComparison.Ordinal);
        Assert.Contains("The group 0", problems[1], StringComparison.Ordinal);
        Assert.Equal((Octal("644"), UnprivilegedThread.Id), (StatusOf("file").Mode, StatusOf("file").UserId));
        Assert.Equal(metadata.ModifiedTime, StatusOf("file").ModifiedTime);
    });

    [RequiresRootFact]
    public void Ones_own_files_come_back_without_a_report() => AsUser(() =>
    {
        var metadata = Plain(FileKind.File) with { Mode = Octal("4755"), UserId = UnprivilegedThread.Id, GroupId = UnprivilegedThread.Id };
        Assert.Empty(Restore("file", metadata));
        Assert.Equal(Octal("4755"), StatusOf("file").Mode);
    });

    [RequiresRootFact]
    public void A_group_that_the_user_is_in_is_set_even_when_the_owner_cannot_be() => AsUser(() =>
    {
        var problems = Restore("file", Plain(FileKind.File) with { Mode = Octal("2755"), UserId = 0, GroupId = OwnGroup });
        Assert.Contains("The owner 0", Assert.Single(problems), StringComparison.Ordinal);
        Assert.Equal((OwnGroup, Octal("2755")), (StatusOf("file").GroupId, StatusOf("file").Mode));
    });

    [RequiresRootFact]
    public void A_setuid_program_of_another_does_not_become_one_of_ones_own() => AsUser(() =>
    {
        var problems = Restore("file", Plain(FileKind.File) with { Mode = Octal("6755"), UserId = 0, GroupId = 0 });
        Assert.Contains(problems, problem => problem.Contains("setuid", StringComparison.Ordinal));
        Assert.Equal(Octal("755"), StatusOf("file").Mode);
    });

    [RequiresRootFact]
    public void Attributes_for_root_alone_are_reported_and_links_restored() => AsUser(() =>
    {
        var metadata = Plain(FileKind.File) with { ExtendedAttributes = [Attribute("trusted.x", "1"), Attribute("user.y", "2")] };
        Assert.Contains("trusted.x", Assert.Single(Restore("file", metadata)), StringComparison.Ordinal);
        Assert.Single(Source.GetExtendedAttributes(FromText("file")));

        Destination.CreateSymbolicLink(FromText("link"), FromText("x"));
        var ofLink = Plain(FileKind.SymbolicLink) with { Mode = Octal("777"), UserId = UnprivilegedThread.Id };
        Assert.Empty(Destination.ApplyMetadata(FromText("link"), ofLink));
        AssertFails("FileAccessDenied", () => Destination.CreateSpecial(FromText("device"), FileKind.BlockDevice, 1));
    });

    [RequiresRootFact]
    public void An_attribute_that_is_right_already_is_not_reported()
    {
        var attribute = new ExtendedAttribute("security.test"u8.ToArray(), [1, 2]);
        using var file = Destination.CreateFile(FromText("file"));
        var metadata = Plain(FileKind.File) with { UserId = UnprivilegedThread.Id, ExtendedAttributes = [attribute] };
        Assert.Empty(file.ApplyMetadata(metadata));
        AsUser(() => Assert.Empty(file.ApplyMetadata(metadata)));
        AsUser(() => Assert.Single(file.ApplyMetadata(metadata with { ExtendedAttributes = [attribute with { Value = [1] }] })));
    }

    [Fact]
    public void A_link_is_made_to_a_file_in_a_directory_that_may_not_be_listed() => AsUser(() =>
    {
        using (var directory = Destination.CreateDirectory(FromText("directory")))
        {
            directory.CreateFile(FromText("inside")).Dispose();
            Assert.Empty(directory.ApplyMetadata(Plain(FileKind.Directory) with { Mode = Octal("311") }));
        }

        using var found = Destination.OpenForSearch(FromText("directory"));
        Destination.CreateHardLink(found, FromText("inside"), FromText("further"));
        Assert.Equal(2u, StatusOf("further").LinkCount);
    });

    [Fact]
    public void What_may_not_be_read_is_refused_and_its_status_known() => AsUser(() =>
    {
        Restore("file", Plain(FileKind.File) with { Mode = 0, ExtendedAttributes = [] });
        using (var directory = Destination.CreateDirectory(FromText("directory")))
        {
            directory.CreateFile(FromText("inside")).Dispose();
            Assert.Empty(directory.ApplyMetadata(Plain(FileKind.Directory) with { Mode = 0 }));
        }

        Assert.Equal(0u, StatusOf("file").Mode);
        Assert.Empty(Source.GetExtendedAttributes(FromText("file")));
        AssertFails("FileAccessDenied", () => Source.OpenFile(FromText("file")));
        AssertFails("FileAccessDenied", () => Source.OpenDirectory(FromText("directory")));
        AssertFails("FileAccessDenied", () => FileSystem.OpenDirectory(Temporary.Native("directory/below")));
    });

    [RequiresRootFact]
    public void A_directory_that_may_only_be_searched_leads_to_its_entries_but_is_not_listed()
    {
        Directory.CreateDirectory(Temporary["directory"], (UnixFileMode)Octal("711"));
        File.WriteAllText(Temporary["directory/file"], "");
        File.SetUnixFileMode(Temporary["directory/file"], (UnixFileMode)Octal("644"));
        AsUser(() =>
        {
            using var directory = FileSystem.OpenDirectory(Temporary.Native("directory"));
            directory.OpenFile(FromText("file")).Dispose();
            Assert.Equal(Octal("711"), directory.GetStatus().Mode);
            Assert.Empty(directory.GetExtendedAttributes());
            AssertFails("FileAccessDenied", () => directory.ReadNames());
        });
    }

    [RequiresRootFact]
    public void A_destination_is_made_below_a_directory_that_may_only_be_searched()
    {
        Directory.CreateDirectory(Temporary["home"], (UnixFileMode)Octal("711"));
        Directory.CreateDirectory(Temporary["home/user"], (UnixFileMode)Octal("777"));
        File.SetUnixFileMode(Temporary["home/user"], (UnixFileMode)Octal("777"));
        AsUser(() => FileSystem.CreateDestination(Temporary.Native("home/user/a/b")).Dispose());
        Assert.Equal((UnixFileMode)Octal("700"), File.GetUnixFileMode(Temporary["home/user/a/b"]));
    }

    [RequiresRootFact]
    public void Another_users_readable_files_are_read_although_the_access_time_cannot_be_left_alone()
    {
        File.WriteAllText(Temporary["file"], "content");
        File.SetUnixFileMode(Temporary["file"], (UnixFileMode)Octal("644"));
        Directory.CreateDirectory(Temporary["directory"], (UnixFileMode)Octal("755"));
        AsUser(() =>
        {
            using var file = Source.OpenFile(FromText("file"));
            Assert.Equal(7, file.Read(new byte[10], 0));
            using var directory = Source.OpenDirectory(FromText("directory"));
            Assert.Empty(directory.ReadNames());
        });
    }

    private static void AsUser(Action action) => UnprivilegedThread.Run(action, OwnGroup);
}
