using System.Runtime.Versioning;
using System.Security.AccessControl;

namespace Rekkord.Engine.Platform;

/// <summary>
/// Trust by access control list: nobody but the owner, SYSTEM and Administrators (and the servicing identity that owns Windows' own
/// files) may write to the file or its directory, or replace a directory above it. The owner must be one of these or the current user.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsPathTrust : PathTrust
{
    // Every user may make a directory in the root of a drive; that replaces nothing.
    private const FileSystemRights ReplacesWhatIsBelow =
        FileSystemRights.Delete | FileSystemRights.DeleteSubdirectoriesAndFiles
        | FileSystemRights.ChangePermissions | FileSystemRights.TakeOwnership;

    private readonly WindowsTrustees _trustees = new();
    private readonly Dictionary<string, PathDoubt?> _directories = new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override PathDoubt? CheckListed(string path) => Check(path, WindowsTrustees.ChangesEntry);

    /// <inheritdoc/>
    public override PathDoubt? CheckNamed(string path) => Check(path, ReplacesWhatIsBelow);

    private PathDoubt? Check(string path, FileSystemRights parentRights)
    {
        var file = new FileInfo(path);
        if (CheckWithDirectories(file, parentRights) is { } doubt)
            return doubt;
        return file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target ? CheckWithDirectories(target, parentRights) : null;
    }

    /// <param name="file">The file.</param>
    /// <param name="parentRights">What nobody else may do with the directory that it is in.</param>
    private PathDoubt? CheckWithDirectories(FileInfo file, FileSystemRights parentRights)
    {
        for (var directory = file.Directory; directory is not null; directory = directory.Parent)
        {
            if (!_directories.TryGetValue(directory.FullName, out var doubt))
            {
                var isParent = directory.FullName == file.DirectoryName;
                doubt = Check(directory.FullName, directory.GetAccessControl(), isParent ? parentRights : ReplacesWhatIsBelow);
                _directories[directory.FullName] = doubt;
            }

            if (doubt is not null)
                return doubt;
        }

        return Check(file.FullName, file.GetAccessControl(), WindowsTrustees.ChangesEntry);
    }

    private PathDoubt? Check(string path, FileSystemSecurity security, FileSystemRights rights)
    {
        if (!_trustees.Own(security))
            return new PathDoubt(IsDangerous: true, $"'{path}' belongs to somebody else, who could change it", WindowsTrustees.TakeOwnership(path));
        return _trustees.FindOther(security, rights) is { } other
            ? new PathDoubt(IsDangerous: true, $"'{path}' can be changed by {WindowsTrustees.NameOf(other)}", WindowsTrustees.Remove(path, other))
            : null;
    }
}
