using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Hooks;

/// <summary>Finds the hooks of a directory, in order, with what keeps any of them from running.</summary>
internal static partial class HookDirectory
{
    private const int MaximumReasonLength = 9000;

    private static readonly FrozenSet<string> WindowsExtensions =
        FrozenSet.ToFrozenSet([".exe", ".com", ".cmd", ".bat"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a directory.</summary>
    /// <exception cref="RekkordException">
    /// <c>HookDirectoryNotFound</c>, <c>HookDirectoryNotADirectory</c> or <c>HookDirectoryUnreadable</c>.
    /// </exception>
    public static IReadOnlyList<Hook> Read(HookPhase phase, string directory, bool trustPermissions)
    {
        var trust = trustPermissions ? null : PathTrust.Create();
        List<Hook> hooks = [];
        foreach (var name in Names(phase, directory))
        {
            var path = Path.Combine(directory, name);
            if (IsLeftOut(name) || Directory.Exists(path))
                continue;
            var kind = name.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase) ? HookKind.ScriptBlock : HookKind.External;
            var refusal = FindRefusal(path, name, kind, trust);
            // A reason is one line, and names in it can hold line ends.
            if (refusal is not null)
                refusal = refusal with { Reason = OneLine.From(refusal.Reason, MaximumReasonLength) };
            hooks.Add(new Hook(phase, hooks.Count + 1, name, path, kind, refusal));
        }

        return hooks;
    }

    /// <summary>By name, ordinal ignoring case, then ordinal: the same in every culture and on every system.</summary>
    private static IEnumerable<string> Names(HookPhase phase, string directory)
    {
        var origin = $"[Hooks] {phase.DirectoryKey()}";
        try
        {
            if (IsOtherThanDirectory(directory))
            {
                throw new RekkordException("HookDirectoryNotADirectory", RekkordErrorKind.InvalidArgument,
                    $"The hook directory '{directory}' ({origin}) is not a directory. Give the directory that holds the hooks.", directory);
            }

            return [.. Directory.EnumerateFileSystemEntries(directory)
                .Select(path => Path.GetFileName(path))
                .Order(StringComparer.OrdinalIgnoreCase.ThenOrdinal())];
        }
        catch (DirectoryNotFoundException error)
        {
            throw new RekkordException("HookDirectoryNotFound", RekkordErrorKind.NotFound,
                $"The hook directory '{directory}' ({origin}) does not exist. "
                + "Create it, or remove the setting if you want no hooks.", directory, error);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new RekkordException("HookDirectoryUnreadable", RekkordErrorKind.PermissionDenied,
                $"The hook directory '{directory}' ({origin}) cannot be read: {OneLine.From(error.Message, 500)}", directory, error);
        }
    }

    private static bool IsOtherThanDirectory(string path) => OperatingSystem.IsWindows()
        ? File.Exists(path)
        : FileOwnership.Read(path, followLink: true, out var found) == 0 && !found.IsDirectory;

    /// <summary>
    /// Whether a name says that its file is not meant to run: it is switched off, or somebody's program left it behind. The list has
    /// only names that such programs are known to make, since a hook that is left out by mistake is a dump that nobody misses.
    /// </summary>
    private static bool IsLeftOut(string name) => SwitchedOff().IsMatch(name) || LeftBehind().IsMatch(name);

    [GeneratedRegex(@"^[._]|\.(disabled|sample|md|txt)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SwitchedOff();

    // Editors (Emacs, nano, vim), patch tools and RCS, package managers (dpkg, ucf, rpm, pacman, apk, CFEngine), downloads, the copies of
    // file managers, and Syncthing.
    [GeneratedRegex(
        """
        ~$
        |^\#.*\#$
        |,v$
        |^4913$
        |\.(bak|old|orig|rej|tmp)[-._]?\d*$
        |\.(sw[a-p]|part|crdownload|cfsaved)$
        |\.(dpkg-|ucf-|apk-|rpm|pac|save)[^.]*(\.\d+)?$
        |\s\((another\scopy|copy|copy\s\d+|\d+(st|nd|rd|th)\scopy)\)(\.[^.]*)?$
        |\s-\sCopy(\s\(\d+\))?(\.[^.]*)?$
        |\.sync-conflict-\d{8}-\d{6}(-[A-Z0-9]{7})?(\.[^.]*)?$
        """,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex LeftBehind();

    private static HookRefusal? FindRefusal(string path, string name, HookKind kind, PathTrust? trust)
    {
        try
        {
            return OperatingSystem.IsWindows()
                ? FindWindowsObstacle(path, name, kind) ?? CheckTrust(path, trust)
                : FindUnixObstacle(path, name) ?? CheckTrust(path, trust) ?? (kind == HookKind.External ? FindExecuteObstacle(path) : null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // What cannot be checked is not trusted.
            return new HookRefusal(HookStatus.Refused, $"its permissions cannot be checked: {OneLine.From(error.Message, 500)}", null);
        }
    }

    private static HookRefusal? CheckTrust(string path, PathTrust? trust) => trust?.CheckListed(path) is { } doubt
        ? new HookRefusal(doubt.IsDangerous ? HookStatus.Refused : HookStatus.Failed, doubt.Reason, doubt.Remedy)
        : null;

    private static HookRefusal? FindUnixObstacle(string path, string name)
    {
        if (FileOwnership.Read(path, followLink: true, out var found) is var error and not 0)
            return DescribeUnreachable(path, name, error);
        return found.IsRegular ? null
            : new HookRefusal(HookStatus.Failed, "it is a pipe, socket or device and not a regular file",
                $"Move it elsewhere, or remove it: rm {ShellQuoting.Quote(path)}");
    }

    private static HookRefusal DescribeUnreachable(string path, string name, int error)
    {
        if (FileOwnership.Read(path, followLink: false, out var entry) == 0 && entry.IsLink)
        {
            var reason = error == PortableErrno.LinkLoop ? "it is a symbolic link that leads back to itself"
                : error == Errno.ENOENT ? $"it is a symbolic link to '{new FileInfo(path).LinkTarget}', which does not exist"
                : $"it is a symbolic link that cannot be followed: {Marshal.GetPInvokeErrorMessage(error)}";
            return new HookRefusal(HookStatus.Failed, reason,
                $"Put back what it leads to, or remove the link: rm {ShellQuoting.Quote(path)}");
        }

        // .NET shows bytes that are not UTF-8 as U+FFFD, which is not the file's name.
        return error == Errno.ENOENT && name.Contains('\uFFFD', StringComparison.Ordinal)
            ? new HookRefusal(HookStatus.Failed, "its name is not valid UTF-8", "Rename the file.")
            : new HookRefusal(HookStatus.Failed, $"it cannot be examined: {Marshal.GetPInvokeErrorMessage(error)}", null);
    }

    private static HookRefusal? FindExecuteObstacle(string path)
    {
        if (FileOwnership.MayExecute(path))
            return null;
        FileOwnership.Read(path, followLink: true, out var found);
        if (!found.IsExecutable)
            return new HookRefusal(HookStatus.Failed, "it has no execute permission", $"chmod +x {ShellQuoting.Quote(path)}");
        return FileOwnership.IsOnNoExecMount(path)
            ? new HookRefusal(HookStatus.Failed, "its file system is mounted noexec", "Move the hooks to a file system from which programs may run.")
            : new HookRefusal(HookStatus.Failed, "the current user is not allowed to execute it", $"chmod a+rx {ShellQuoting.Quote(path)}");
    }

    private static HookRefusal? FindWindowsObstacle(string path, string name, HookKind kind)
    {
        if (!File.Exists(path))
            return new HookRefusal(HookStatus.Failed, "it is a link to a file that does not exist", "Remove the link.");
        if (kind == HookKind.ScriptBlock)
            return null;
        var extension = Path.GetExtension(name);
        if (!WindowsExtensions.Contains(extension))
        {
            return new HookRefusal(HookStatus.Failed,
                $"no program is known that runs files with the extension '{extension}'",
                "Use .ps1, .exe, .com, .cmd or .bat, or add .disabled to its name.");
        }
        // The command processor replaces %NAME% even inside quotes, and has no way to write a % that is just a %.
        var isBatch = extension.ToUpperInvariant() is ".CMD" or ".BAT";
        return isBatch && path.Contains('%', StringComparison.Ordinal)
            ? new HookRefusal(HookStatus.Failed,
                "the command processor cannot be given a path with a '%' in it", "Rename the file or directory.")
            : null;
    }

    private static Comparer<string> ThenOrdinal(this StringComparer first) => Comparer<string>.Create((a, b) =>
        first.Compare(a, b) is var order and not 0 ? order : string.CompareOrdinal(a, b));
}
