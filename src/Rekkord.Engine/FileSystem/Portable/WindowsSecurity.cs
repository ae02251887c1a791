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
            return AuditList.WithOrWithout(WindowsPrivileges.IsUsed(WindowsPrivileges.Security), withAudit => Read(info, SectionsOf(withAudit)), out _);
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
        var withAudit = false;
        try
        {
            withAudit = withOwner && HasAudit(descriptor);
            AuditList.WithOrWithout(withAudit, audit => Write(path, descriptor, withOwner ? SectionsOf(audit) : AccessControlSections.Access), out var refusal);
            return refusal is null ? null : $"The audit list could not be set ({refusal.Message.TrimEnd('.')}).";
        }
        catch (Exception error) when (IsRefusal(error))
        {
            return withOwner ? ApplyAccessOnly(path, descriptor, withAudit ? "The owner and the audit list" : "The owner", error.Message)
                : $"The permissions could not be set ({error.Message.TrimEnd('.')}).";
        }
    }

    private static AccessControlSections SectionsOf(bool withAudit) => withAudit ? SavedSections | AccessControlSections.Audit : SavedSections;

    // What was saved without the privilege has none, and leaves what the destination hands down.
    private static bool HasAudit(byte[] descriptor) =>
        WindowsPrivileges.IsUsed(WindowsPrivileges.Security)
        && new RawSecurityDescriptor(descriptor, 0).ControlFlags.HasFlag(ControlFlags.SystemAclPresent);

    private static byte[] Read(FileInfo info, AccessControlSections sections)
    {
        FileSystemSecurity security = info.Attributes.HasFlag(FileAttributes.Directory)
            ? new DirectoryInfo(info.FullName).GetAccessControl(sections)
            : info.GetAccessControl(sections);
        return security.GetSecurityDescriptorBinaryForm();
    }

    private static string ApplyAccessOnly(string path, byte[] descriptor, string what, string reason)
    {
        try
        {
            Write(path, descriptor, AccessControlSections.Access);
            return $"{what} could not be set ({reason.TrimEnd('.')}).";
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

/// <summary>The audit list of a descriptor, which a server may refuse to an account that holds the privilege for it on this machine.</summary>
internal static class AuditList
{
    /// <summary>Reads or sets a descriptor with its audit list, and where that is refused once more without it.</summary>
    /// <param name="isWanted">Whether the audit list is wanted at all.</param>
    /// <param name="action">Does it, with the audit list or without.</param>
    /// <param name="refusal">Why it was done without; null when it was not.</param>
    internal static T WithOrWithout<T>(bool isWanted, Func<bool, T> action, out Exception? refusal)
    {
        refusal = null;
        try
        {
            return action(isWanted);
        }
        catch (Exception error) when (isWanted && IsRefusal(error))
        {
            refusal = error;
            return action(false);
        }
    }

    /// <inheritdoc cref="WithOrWithout{T}"/>
    internal static void WithOrWithout(bool isWanted, Action<bool> action, out Exception? refusal) => WithOrWithout(
        isWanted,
        withIt =>
        {
            action(withIt);
            return true;
        },
        out refusal);

    // .NET's exception for a privilege that is not held is one of the first kind.
    private static bool IsRefusal(Exception error) => error is UnauthorizedAccessException || Win32Error.NumberOf(error) is Win32Error.PrivilegeNotHeld or Win32Error.AccessDenied;
}
