using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Portable;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Tests.Platform;

[SupportedOSPlatform("windows")]
public sealed class WindowsPrivilegesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_privilege_is_used_until_its_last_user_is_done()
    {
        var first = WindowsPrivileges.Use(WindowsPrivileges.Backup);
        using (var second = WindowsPrivileges.Use(WindowsPrivileges.Backup))
        {
            Assert.Equal(first.Names, second.Names);
            Assert.True(first.Names is [WindowsPrivileges.Backup] || !Environment.IsPrivilegedProcess);
            first.Dispose();
            first.Dispose();
            Assert.Equal(second.Names.Count > 0, WindowsPrivileges.IsUsed(WindowsPrivileges.Backup));
        }

        Assert.False(WindowsPrivileges.IsUsed(WindowsPrivileges.Backup));
    }

    [Fact]
    public void One_that_nobody_holds_is_not_used() => Assert.Empty(WindowsPrivileges.Use("SeNoSuchPrivilege").Names);

    [Fact]
    public void The_file_system_says_what_it_uses()
    {
        var told = new List<string>();

        using (new PortableFileSystem().UsePrivileges(told.Add))
        {
            if (WindowsPrivileges.IsUsed(WindowsPrivileges.Backup))
                Assert.Equal("Uses the privileges SeBackupPrivilege, SeRestorePrivilege, SeSecurityPrivilege.", Assert.Single(told));
            else
                Assert.False(Environment.IsPrivilegedProcess);
        }
    }

    [Fact]
    public void With_them_a_file_is_read_whose_access_list_lets_nobody_and_its_owner_is_restored()
    {
        if (!Environment.IsPrivilegedProcess)
            return;
        var system = new SecurityIdentifier(WellKnownSidType.LocalSystemSid, null);
        File.WriteAllText(_directory["file"], "content");
        var closed = new FileSecurity();
        closed.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        new FileInfo(_directory["file"]).SetAccessControl(closed);
        using var source = new PortableFileSystem().OpenDirectory(_directory.NativePath);
        Assert.Equal("FileAccessDenied", Assert.Throws<FileSystemException>(() => source.OpenFile(FileName.FromText("file"))).ErrorId);

        using var privileges = new PortableFileSystem().UsePrivileges(_ => { });
        var content = new byte[7];
        using (var file = source.OpenFile(FileName.FromText("file")))
            Assert.Equal(7, file.Read(content, 0));
        Assert.Equal("content"u8, content);

        closed.SetOwner(system);
        using var destination = new PortableFileSystem().CreateDestination(_directory.Native("restored"));
        using (var file = destination.CreateFile(FileName.FromText("file")))
        {
            Assert.Empty(file.ApplyMetadata(new FileMetadata
            {
                Kind = FileKind.File,
                ModifiedTime = new FileTime(1_000_000_000, 0),
                SecurityDescriptor = closed.GetSecurityDescriptorBinaryForm(),
            }));
        }

        Assert.Equal(system, new FileInfo(_directory["restored/file"]).GetAccessControl(AccessControlSections.Owner).GetOwner(typeof(SecurityIdentifier)));
    }
}

public sealed class TokenPrivilegeTests
{
    [Fact]
    public void The_number_of_a_privilege_is_not_aligned()
    {
        Assert.Equal(16, Unsafe.SizeOf<TokenPrivilege>());
        Assert.Equal(4, Marshal.OffsetOf<TokenPrivilege>("Id"));
    }
}
