using System.Runtime.InteropServices;

namespace Rekkord.Engine.Platform;

/// <summary>
/// Trust by owner and mode. A path is walked from the root as the kernel walks it: every directory it passes through, every link
/// and the file at its end must belong to the current user or root and not be writable by anyone else.
/// </summary>
internal sealed class UnixPathTrust : PathTrust
{
    /// <summary>As many links as Linux follows in one path.</summary>
    private const int MaximumLinks = 40;

    private const uint Root = 0;

    private readonly uint _user = LibC.EffectiveUser();
    private readonly Dictionary<(string Path, bool HoldsListed), PathDoubt?> _directories = [];

    /// <inheritdoc/>
    public override PathDoubt? CheckListed(string path) => Check(path, isListed: true, 0);

    /// <inheritdoc/>
    public override PathDoubt? CheckNamed(string path) => Check(path, isListed: false, 0);

    private PathDoubt? Check(string path, bool isListed, int linksFollowed)
    {
        // From the root down to the entry; a link on the way starts over with the path it leads to, the rest of this one behind it.
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var current = "/";
        for (var i = 0; i < parts.Length; i++)
        {
            var isLast = i == parts.Length - 1;
            if (parts[i] == ".")
                continue;
            if (parts[i] == "..")
            {
                current = Path.GetDirectoryName(current) ?? "/";
                continue;
            }

            if (CheckDirectory(current, holdsListed: isLast && isListed) is { } above)
                return above;
            var next = Path.Combine(current, parts[i]);
            if (FileOwnership.Read(next, followLink: false, out var found) is var error and not 0)
                return new PathDoubt(IsDangerous: false, $"'{next}' cannot be examined: {Marshal.GetPInvokeErrorMessage(error)}", null);
            if (found.IsLink)
            {
                if (CheckOwner(next, found, isLink: true) is { } link)
                    return link;
                if (linksFollowed == MaximumLinks)
                    return new PathDoubt(IsDangerous: false, $"'{path}' leads through too many symbolic links", null);
                var target = Path.Combine([current, ReadLink(next), .. parts[(i + 1)..]]);
                return Check(target, isListed, linksFollowed + 1);
            }

            if (isLast)
                return CheckEntry(next, found);
            current = next;
        }

        return null;
    }

    private static string ReadLink(string path) => new FileInfo(path).LinkTarget ?? "";

    private PathDoubt? CheckDirectory(string path, bool holdsListed)
    {
        if (_directories.TryGetValue((path, holdsListed), out var known))
            return known;
        PathDoubt? doubt;
        if (FileOwnership.Read(path, followLink: false, out var found) is var error and not 0)
            doubt = new PathDoubt(IsDangerous: false, $"'{path}' cannot be examined: {Marshal.GetPInvokeErrorMessage(error)}", null);
        else if (!holdsListed && found.IsSticky)
            // Others can add to such a directory, but not replace what is there.
            doubt = CheckOwner(path, found, isLink: false);
        else
            doubt = CheckEntry(path, found);
        return _directories[(path, holdsListed)] = doubt;
    }

    private PathDoubt? CheckEntry(string path, FileOwnership found) =>
        CheckOwner(path, found, isLink: false) ?? CheckWriters(path, found);

    private PathDoubt? CheckOwner(string path, FileOwnership found, bool isLink)
    {
        if (found.User == _user || found.User == Root)
            return null;
        var owner = AccountDatabase.GetUserName(found.User) ?? found.User.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var self = AccountDatabase.GetUserName(_user) ?? _user.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new PathDoubt(IsDangerous: true, $"'{path}' belongs to user {owner}, who could change it",
            $"chown {(isLink ? "-h " : "")}{self} {ShellQuoting.Quote(path)}");
    }

    private static PathDoubt? CheckWriters(string path, FileOwnership found)
    {
        var group = found.GroupCanWrite && !IsOwnersOwnGroup(path, found);
        if (!group && !found.OthersCanWrite)
            return null;
        var who = found.OthersCanWrite ? "every user" : $"group {AccountDatabase.GetGroupName(found.Group) ?? $"{found.Group}"}";
        var what = group && found.OthersCanWrite ? "go-w" : group ? "g-w" : "o-w";
        return new PathDoubt(IsDangerous: true, $"'{path}' can be changed by {who}", $"chmod {what} {ShellQuoting.Quote(path)}");
    }

    /// <summary>
    /// Whether the group is the owner's private one, as most systems make for each user: the owner's primary group, of the same
    /// name, without other members, and the primary group of no other account (those are not listed as members). With an access
    /// control list the group's bits stand for other users as well.
    /// </summary>
    private static bool IsOwnersOwnGroup(string path, FileOwnership found) =>
        AccountDatabase.ReadUser(found.User) is { } owner
        && owner.PrimaryGroup == found.Group
        && AccountDatabase.ReadGroup(found.Group) is { } group
        && group.Name == owner.Name
        && group.Members.All(member => member == owner.Name)
        && AccountDatabase.UsersOfPrimaryGroup(found.Group).All(user => user == found.User)
        && !PosixAcl.Exists(path);
}
