using Rekkord.Engine.FileSystem;
using static Rekkord.Engine.FileSystem.FileName;

namespace Rekkord.Engine.Tests.FileSystem.Linux;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class ExtendedAttributeTests : LinuxFixture
{
    // An ACL as the kernel keeps it (linux/posix_acl_xattr.h): owner rwx, user 54321 r-x, group r--, mask r-x, others none.
    private static readonly byte[] Acl =
    [
        2, 0, 0, 0,
        1, 0, 7, 0, 0xff, 0xff, 0xff, 0xff,
        2, 0, 5, 0, 0x31, 0xd4, 0, 0,
        4, 0, 4, 0, 0xff, 0xff, 0xff, 0xff,
        16, 0, 5, 0, 0xff, 0xff, 0xff, 0xff,
        32, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
    ];

    [Fact]
    public void Attributes_of_files_and_directories_come_back_in_name_order()
    {
        ExtendedAttribute[] attributes =
        [
            Attribute("user.a", ""),
            Attribute("user.b", new string('v', 3000)),
            new("user.\u00e4\xff\n"u8.ToArray(), [0, 1, 255]),
        ];
        Assert.Empty(Restore("file", Plain(FileKind.File) with { ExtendedAttributes = attributes.Reverse().ToArray() }));
        using (var directory = Destination.CreateDirectory(FromText("directory")))
            Assert.Empty(directory.ApplyMetadata(Plain(FileKind.Directory) with { ExtendedAttributes = attributes }));

        using var file = Source.OpenFile(FromText("file"));
        using var opened = Source.OpenDirectory(FromText("directory"));
        AssertEqual(attributes, file.GetExtendedAttributes());
        AssertEqual(attributes, Source.GetExtendedAttributes(FromText("file")));
        AssertEqual(attributes, opened.GetExtendedAttributes());
        AssertEqual(attributes, Source.GetExtendedAttributes(FromText("directory")));
    }

    [Fact]
    public void More_attributes_than_the_first_buffer_takes_are_read()
    {
        var attributes = Enumerable.Range(100, 60).Select(i => Attribute($"user.{new string('n', 30)}{i}", "v")).ToArray();
        Assert.Empty(Restore("file", Plain(FileKind.File) with { ExtendedAttributes = attributes }));
        AssertEqual(attributes, Source.GetExtendedAttributes(FromText("file")));
    }

    [Fact]
    public void A_link_has_its_targets_attributes_only_when_it_is_followed()
    {
        Restore("file", Plain(FileKind.File) with { ExtendedAttributes = [Attribute("user.a", "b")] });
        Destination.CreateSymbolicLink(FromText("link"), FromText("file"));
        Assert.Empty(Source.GetExtendedAttributes(FromText("link")));
        Assert.Single(Source.GetExtendedAttributes(FromText("link"), followLink: true));
        AssertFails("FileNotFound", () => Source.GetExtendedAttributes(FromText("missing")));
    }

    [RequiresRootFact]
    public void Links_and_fifos_have_attributes_of_their_own()
    {
        ExtendedAttribute[] attributes = [Attribute("trusted.test", "value")];
        Destination.CreateSymbolicLink(FromText("link"), FromText("nowhere"));
        Destination.CreateSpecial(FromText("fifo"), FileKind.Fifo, 0);
        Assert.Empty(Destination.ApplyMetadata(
            FromText("link"), Plain(FileKind.SymbolicLink) with { ExtendedAttributes = attributes }));
        Assert.Empty(Destination.ApplyMetadata(FromText("fifo"), Plain(FileKind.Fifo) with { ExtendedAttributes = attributes }));
        AssertEqual(attributes, Source.GetExtendedAttributes(FromText("link")));
        AssertEqual(attributes, Source.GetExtendedAttributes(FromText("fifo")));
    }

    [Fact]
    public void An_acl_and_the_mode_that_goes_with_it_come_back()
    {
        var metadata = Plain(FileKind.File) with
        {
            Mode = Octal("750"),
            ExtendedAttributes = [new("system.posix_acl_access"u8.ToArray(), Acl)],
        };
        Assert.Empty(Restore("file", metadata));
        AssertEqual(metadata.ExtendedAttributes, Source.GetExtendedAttributes(FromText("file")));
        Assert.Equal(Octal("750"), StatusOf("file").Mode);
    }

    [Fact]
    public void What_is_restored_into_a_directory_with_a_default_acl_does_not_keep_the_inherited_one()
    {
        using var parent = Destination.CreateDirectory(FromText("parent"));
        Assert.Empty(parent.ApplyMetadata(Plain(FileKind.Directory) with
        {
            Mode = Octal("755"),
            ExtendedAttributes = [new("system.posix_acl_default"u8.ToArray(), Acl)],
        }));

        using var inheriting = FileSystem.CreateDestination(Temporary.Native("parent"));
        using var directory = inheriting.CreateDirectory(FromText("directory"));
        using (var file = directory.CreateFile(FromText("file")))
            Assert.Empty(file.ApplyMetadata(Plain(FileKind.File) with { Mode = Octal("640") }));
        Assert.Empty(directory.ApplyMetadata(Plain(FileKind.Directory) with { Mode = Octal("711") }));

        using var source = Source.OpenDirectory(FromText("parent"));
        using var opened = source.OpenDirectory(FromText("directory"));
        Assert.Empty(opened.GetExtendedAttributes());
        Assert.Empty(opened.GetExtendedAttributes(FromText("file")));
        Assert.Equal((Octal("711"), Octal("640")), (opened.GetStatus().Mode, opened.GetStatus(FromText("file")).Mode));
        Assert.Single(source.GetExtendedAttributes());
    }

    [Fact]
    public void A_directory_that_existed_loses_what_the_saved_one_did_not_have()
    {
        ExtendedAttribute kept = Attribute("user.kept", "new");
        using (var before = Destination.CreateDirectory(FromText("directory")))
        {
            before.ApplyMetadata(Plain(FileKind.Directory) with
            {
                Mode = Octal("777"),
                ExtendedAttributes =
                [
                    new("system.posix_acl_access"u8.ToArray(), Acl), new("system.posix_acl_default"u8.ToArray(), Acl),
                    Attribute("user.kept", "old"), Attribute("user.old", "1"),
                ],
            });
        }

        using (var again = Destination.CreateDirectory(FromText("directory")))
            Assert.Empty(again.ApplyMetadata(Plain(FileKind.Directory) with { Mode = Octal("770"), ExtendedAttributes = [kept] }));

        AssertEqual([kept], Source.GetExtendedAttributes(FromText("directory")));
        Assert.Equal(Octal("770"), StatusOf("directory").Mode);
    }

    [RequiresRootFact]
    public void File_capabilities_survive_the_change_of_owner()
    {
        byte[] capability = [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]; // cap_net_bind_service+ep, version 2
        Assert.Empty(Restore("file", Plain(FileKind.File) with
        {
            Mode = Octal("755"),
            UserId = UnprivilegedThread.Id,
            GroupId = UnprivilegedThread.Id,
            ExtendedAttributes = [new("security.capability"u8.ToArray(), capability)],
        }));
        AssertEqual([new("security.capability"u8.ToArray(), capability)], Source.GetExtendedAttributes(FromText("file")));
        Assert.Equal(UnprivilegedThread.Id, StatusOf("file").UserId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("user.a\0b")]
    [InlineData("no-such-namespace")]
    public void An_attribute_that_cannot_be_is_reported_and_the_rest_applied(string name)
    {
        var problems = Restore("file", Plain(FileKind.File) with
        {
            Mode = Octal("644"),
            ExtendedAttributes = [new(FromText(name), [1]), Attribute("user.good", "x")],
        });
        Assert.Contains(ToDisplay(FromText(name)), Assert.Single(problems), StringComparison.Ordinal);
        AssertEqual([Attribute("user.good", "x")], Source.GetExtendedAttributes(FromText("file")));
        Assert.Equal(Octal("644"), StatusOf("file").Mode);
    }

    private static void AssertEqual(IEnumerable<ExtendedAttribute> expected, IEnumerable<ExtendedAttribute> actual) => Assert.Equal(
        expected.Select(attribute => (ToDisplay(attribute.Name), Convert.ToHexString(attribute.Value))),
        actual.Select(attribute => (ToDisplay(attribute.Name), Convert.ToHexString(attribute.Value))));
}
