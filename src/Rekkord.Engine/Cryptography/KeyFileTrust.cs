using System.Runtime.Versioning;
using System.Security.AccessControl;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Cryptography;

/// <summary>
/// Refuses a keyfile that somebody other than its owner and the administrator can read: whoever can read it has its permissions.
/// </summary>
internal static class KeyFileTrust
{
    private const string Trust = "On a file system without permissions, set TrustKeyFilePermissions = true in the [Repository] section.";

    private const uint Root = 0;

    /// <summary>Octal 077: whatever the group and the others may do.</summary>
    private const uint GroupAndOthers = 0x3F;

    /// <summary>Checks owner and permissions. A file that is not there, or cannot be looked at, is left to whoever opens it.</summary>
    /// <exception cref="RekkordException">
    /// Others can read or write it (<c>KeyFileExposed</c>), or it belongs to somebody else (<c>KeyFileUntrusted</c>).
    /// </exception>
    public static void Check(string path)
    {
        if (OperatingSystem.IsWindows())
            CheckAccessControl(path);
        else
            CheckMode(path);
    }

    private static void CheckMode(string path)
    {
        if (FileOwnership.Read(path, followLink: true, out var found) != 0)
            return;
        var quoted = ShellQuoting.Quote(path);
        var user = LibC.EffectiveUser();
        if (found.User != user && found.User != Root)
            throw Untrusted(path, $"user {NameOf(found.User)}", $"chown {NameOf(user)} {quoted}");
        if ((found.Mode & GroupAndOthers) != 0)
            throw Exposed(path, $"others than its owner can read or change it (its mode is {Convert.ToString(found.Mode & 0xFFF, 8)})", $"chmod 600 {quoted}");
    }

    [SupportedOSPlatform("windows")]
    private static void CheckAccessControl(string path)
    {
        var file = new FileInfo(path);
        if ((file.Exists ? file.ResolveLinkTarget(returnFinalTarget: true) ?? file : null) is not FileInfo { Exists: true } found)
            return;
        const FileSystemRights any = FileSystemRights.ReadData | WindowsTrustees.ChangesEntry;
        var trustees = new WindowsTrustees();
        var security = found.GetAccessControl();
        if (!trustees.Own(security))
            throw Untrusted(path, "somebody else", WindowsTrustees.TakeOwnership(found.FullName));
        if (trustees.FindOther(security, any) is { } other)
            throw Exposed(path, $"{WindowsTrustees.NameOf(other)} can read or change it", WindowsTrustees.Remove(found.FullName, other));
    }

    private static string NameOf(uint user) =>
        AccountDatabase.GetUserName(user) ?? user.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static RekkordException Exposed(string path, string why, string remedy) => new(
        "KeyFileExposed",
        RekkordErrorKind.Security,
        $"The keyfile '{path}' is refused: {why}. {Trust} Otherwise run: {remedy}",
        path);

    private static RekkordException Untrusted(string path, string owner, string remedy) => new(
        "KeyFileUntrusted",
        RekkordErrorKind.Security,
        $"The keyfile '{path}' is refused: it belongs to {owner}, who can read and change it. {Trust} Otherwise run: {remedy}",
        path);
}
