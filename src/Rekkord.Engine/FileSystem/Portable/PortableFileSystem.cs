using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Portable;

/// <summary>
/// The files of a machine through .NET's own API, for Windows and macOS. It goes by path: entries are checked not to be links
/// before they are used, but another process with the right to write there could swap one in between.
/// </summary>
internal sealed class PortableFileSystem : LocalFileSystem
{
    /// <inheritdoc/>
    public override SourceDirectory OpenDirectory(byte[] path) =>
        PortableSourceDirectory.Open(PortablePath.FromUser(path, FileOperation.OpenDirectory), followLink: true);

    /// <inheritdoc/>
    public override DestinationDirectory CreateDestination(byte[] path)
    {
        var text = PortablePath.FromUser(path, FileOperation.EnterDirectory);
        return PortableErrors.Run(FileOperation.EnterDirectory, text, () =>
        {
            var status = PortableStatus.TryRead(text, followLink: true);
            switch (status)
            {
                case null:
                    if (Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(text)) is { Length: > 0 } parent)
                        Directory.CreateDirectory(parent);
                    PortableDestinationDirectory.MakePrivateDirectory(text);
                    break;
                case { Kind: not FileKind.Directory }:
                    throw FileSystemErrors.Create(
                        FileSystemFailure.NotADirectory,
                        FileOperation.EnterDirectory,
                        PortablePath.ToDisplay(text),
                        "something that is not a directory has its name",
                        errorNumber: 0);
            }

            return new PortableDestinationDirectory(text, isNew: status is null);
        });
    }

    /// <inheritdoc/>
    public override IDisposable? UsePrivileges(Action<string> tell)
    {
        if (!OperatingSystem.IsWindows())
            return null;
        var privileges = WindowsPrivileges.Use(WindowsPrivileges.Backup, WindowsPrivileges.Restore, WindowsPrivileges.Security);
        if (privileges.Names.Count > 0)
            tell($"Uses the privileges {string.Join(", ", privileges.Names)}.");
        return privileges;
    }

    /// <inheritdoc/>
    public override string? GetUserName(uint userId) => OperatingSystem.IsWindows() ? null : AccountDatabase.GetUserName(userId);

    /// <inheritdoc/>
    public override string? GetGroupName(uint groupId) => OperatingSystem.IsWindows() ? null : AccountDatabase.GetGroupName(groupId);
}
