using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace Rekkord.Engine.Hooks.Trust;

/// <summary>
/// Trust by access control list: nobody but the owner, SYSTEM and Administrators (and the servicing identity that owns Windows' own
/// files) may write to a hook or its directory, or replace a directory above it. The owner must be one of these or the current user.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsHookTrust : HookTrust
{
    private const FileSystemRights ChangesEntry =
        FileSystemRights.WriteData | FileSystemRights.AppendData | FileSystemRights.Delete
        | FileSystemRights.DeleteSubdirectoriesAndFiles | FileSystemRights.ChangePermissions | FileSystemRights.TakeOwnership;

    // Every user may make a directory in the root of a drive; that replaces nothing.
    private const FileSystemRights ReplacesWhatIsBelow =
        FileSystemRights.Delete | FileSystemRights.DeleteSubdirectoriesAndFiles
        | FileSystemRights.ChangePermissions | FileSystemRights.TakeOwnership;

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

    private readonly Dictionary<string, HookRefusal?> _directories = new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override HookRefusal? Check(string path)
    {
        var file = new FileInfo(path);
        if (CheckWithDirectories(file) is { } refusal)
            return refusal;
        return file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target ? CheckWithDirectories(target) : null;
    }

    private HookRefusal? CheckWithDirectories(FileInfo file)
    {
        for (var directory = file.Directory; directory is not null; directory = directory.Parent)
        {
            if (!_directories.TryGetValue(directory.FullName, out var refusal))
            {
                var holdsHook = directory.FullName == file.DirectoryName;
                refusal = Check(directory.FullName, directory.GetAccessControl(), holdsHook ? ChangesEntry : ReplacesWhatIsBelow);
                _directories[directory.FullName] = refusal;
            }

            if (refusal is not null)
                return refusal;
        }

        return Check(file.FullName, file.GetAccessControl(), ChangesEntry);
    }

    private HookRefusal? Check(string path, FileSystemSecurity security, FileSystemRights rights)
    {
        if (security.GetOwner(typeof(SecurityIdentifier)) is not SecurityIdentifier owner || !_trusted.Contains(owner))
            return new HookRefusal(HookStatus.Refused, $"'{path}' belongs to somebody else, who could change it",
                $"icacls \"{path}\" /setowner \"{WindowsIdentity.GetCurrent().Name}\"");

        foreach (FileSystemAccessRule rule in security.GetAccessRules(true, true, typeof(SecurityIdentifier)))
        {
            var identity = (SecurityIdentifier)rule.IdentityReference;
            if (rule.AccessControlType != AccessControlType.Allow
                || rule.PropagationFlags.HasFlag(PropagationFlags.InheritOnly)
                || (rule.FileSystemRights & rights) == 0
                || _trusted.Contains(identity)
                || identity.IsWellKnown(WellKnownSidType.CreatorOwnerSid))
                continue;
            return new HookRefusal(HookStatus.Refused, $"'{path}' can be changed by {Name(identity)}",
                $"icacls \"{path}\" /inheritance:d /remove:g *{identity.Value}");
        }

        return null;
    }

    private static string Name(SecurityIdentifier identity)
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
}
