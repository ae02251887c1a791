using System.Runtime.Versioning;
using System.Security.AccessControl;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>
/// Windows security descriptors: owner, group and access list, and the audit list where the privilege for it is used.
/// </summary>
[SupportedOSPlatform("windows")]
internal static class WindowsSecurity
{
    private const AccessControlSections SavedSections =
        AccessControlSections.Owner | AccessControlSections.Group | AccessControlSections.Access;

    /// <summary>The self-relative descriptor of a file or directory; null for a link.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not the user's to read.</exception>
    internal static byte[]? Read(string path)
    {
        var info = new FileInfo(path);
        if (info.LinkTarget is not null)
            return null;
        try
        {
            var sections = WindowsPrivileges.IsUsed(WindowsPrivileges.Security) ? SavedSections | AccessControlSections.Audit : SavedSections;
            FileSystemSecurity security = info.Attributes.HasFlag(FileAttributes.Directory)
                ? new DirectoryInfo(path).GetAccessControl(sections)
                : info.GetAccessControl(sections);
            return security.GetSecurityDescriptorBinaryForm();
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // So .NET puts the system's error numbers that it does not expect, of file systems without permissions for example.
            throw new IOException(error.Message, error);
        }
    }

    /// <summary>Puts a descriptor on a file or directory: all of it, or if the user may not set the owner or does not want to, the access list.</summary>
    /// <returns>What could not be applied, as a sentence; null when all was.</returns>
    internal static string? Apply(string path, byte[] descriptor, bool withOwner)
    {
        try
        {
            Write(path, descriptor, withOwner ? SavedSections | AuditOf(descriptor) : AccessControlSections.Access);
            return null;
        }
        catch (Exception error) when (IsRefusal(error))
        {
            return withOwner ? ApplyAccessOnly(path, descriptor, error.Message) : $"The permissions could not be set ({error.Message.TrimEnd('.')}).";
        }
    }

    // What was saved without the privilege has none, and leaves what the destination hands down.
    private static AccessControlSections AuditOf(byte[] descriptor) =>
        WindowsPrivileges.IsUsed(WindowsPrivileges.Security)
        && new RawSecurityDescriptor(descriptor, 0).ControlFlags.HasFlag(ControlFlags.SystemAclPresent)
            ? AccessControlSections.Audit
            : AccessControlSections.None;

    private static string ApplyAccessOnly(string path, byte[] descriptor, string ownerReason)
    {
        try
        {
            Write(path, descriptor, AccessControlSections.Access);
            return $"The owner could not be set ({ownerReason.TrimEnd('.')}).";
        }
        catch (Exception error) when (IsRefusal(error))
        {
            return $"The owner and the permissions could not be set ({error.Message.TrimEnd('.')}).";
        }
    }

    // A malformed descriptor is an ArgumentException; a missing privilege an UnauthorizedAccessException or, for the owner of
    // another's file, an InvalidOperationException.
    private static bool IsRefusal(Exception exception) =>
        PortableErrors.IsFileError(exception) || exception is ArgumentException or InvalidOperationException;

    private static void Write(string path, byte[] descriptor, AccessControlSections sections)
    {
        if (Directory.Exists(path))
        {
            var security = new DirectorySecurity();
            security.SetSecurityDescriptorBinaryForm(descriptor, sections);
            new DirectoryInfo(path).SetAccessControl(security);
        }
        else
        {
            var security = new FileSecurity();
            security.SetSecurityDescriptorBinaryForm(descriptor, sections);
            new FileInfo(path).SetAccessControl(security);
        }
    }
}
