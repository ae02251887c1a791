using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace Rekkord.Engine.Platform;

/// <summary>
/// The accounts that access control lists may name: the current user, SYSTEM, Administrators, and the servicing identity that owns Windows'
/// own files. They can do everything on the machine anyway.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsTrustees
{
    /// <summary>The rights with which a file, or what is directly in a directory, can be changed.</summary>
    public const FileSystemRights ChangesEntry =
        FileSystemRights.WriteData | FileSystemRights.AppendData | FileSystemRights.Delete
        | FileSystemRights.DeleteSubdirectoriesAndFiles | FileSystemRights.ChangePermissions | FileSystemRights.TakeOwnership;

    /// <summary>NT SERVICE\TrustedInstaller.</summary>
    private static readonly SecurityIdentifier TrustedInstaller =
        new("S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464");

    private readonly HashSet<SecurityIdentifier> _trusted =
    [
        WindowsIdentity.GetCurrent().User!,
        new SecurityIdentifier(WellKnownSidType.LocalSystemSid, null),
        new SecurityIdentifier(WellKnownSidType.BuiltinAdministratorsSid, null),
        TrustedInstaller,
    ];

    /// <summary>
    /// The permissions of a file that only the current user, SYSTEM and Administrators may use. They are protected: what the directory hands
    /// down does not come to them, now or later.
    /// </summary>
    public static FileSecurity CreatePrivateSecurity()
    {
        var security = new FileSecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        SecurityIdentifier[] accounts =
        [
            WindowsIdentity.GetCurrent().User!,
            new(WellKnownSidType.LocalSystemSid, null),
            new(WellKnownSidType.BuiltinAdministratorsSid, null),
        ];
        foreach (var account in accounts)
            security.AddAccessRule(new FileSystemAccessRule(account, FileSystemRights.FullControl, AccessControlType.Allow));
        return security;
    }

    /// <summary>Whether one of them is the owner.</summary>
    public bool Own(FileSystemSecurity security) =>
        security.GetOwner(typeof(SecurityIdentifier)) is SecurityIdentifier owner && _trusted.Contains(owner);

    /// <summary>Somebody else who has one of these rights; null when there is nobody.</summary>
    public SecurityIdentifier? FindOther(FileSystemSecurity security, FileSystemRights rights)
    {
        foreach (FileSystemAccessRule rule in security.GetAccessRules(true, true, typeof(SecurityIdentifier)))
        {
            var identity = (SecurityIdentifier)rule.IdentityReference;
            if (rule.AccessControlType == AccessControlType.Allow
                && !rule.PropagationFlags.HasFlag(PropagationFlags.InheritOnly)
                && (rule.FileSystemRights & rights) != 0
                && !_trusted.Contains(identity)
                && !identity.IsWellKnown(WellKnownSidType.CreatorOwnerSid))
            {
                return identity;
            }
        }

        return null;
    }

    /// <summary>The account's name; its number where it has none.</summary>
    public static string NameOf(SecurityIdentifier identity)
    {
        try
        {
            return identity.Translate(typeof(NTAccount)).Value;
        }
        catch (IdentityNotMappedException)
        {
            return identity.Value;
        }
    }

    /// <summary>The command that makes the current user a path's owner.</summary>
    public static string TakeOwnership(string path) => $"icacls \"{path}\" /setowner \"{WindowsIdentity.GetCurrent().Name}\"";

    /// <summary>The command that takes away what somebody may do with a path.</summary>
    public static string Remove(string path, SecurityIdentifier identity) => $"icacls \"{path}\" /inheritance:d /remove:g *{identity.Value}";
}
