using Rekkord.Engine.Platform;

namespace Rekkord.Engine.FileSystem.Linux;

/// <summary>The files of a Linux machine, through its own calls: names of any bytes, all metadata, holes, no path limits.</summary>
internal sealed class LinuxFileSystem : LocalFileSystem
{
    /// <inheritdoc/>
    public override SourceDirectory OpenDirectory(byte[] path) =>
        new LinuxSourceDirectory(LinuxDirectory.Open(path, FileOperation.OpenDirectory));

    /// <inheritdoc/>
    public override DestinationDirectory CreateDestination(byte[] path) => LinuxDestinationDirectory.Create(path);

    /// <inheritdoc/>
    public override string? GetUserName(uint userId) => AccountDatabase.GetUserName(userId);

    /// <inheritdoc/>
    public override string? GetGroupName(uint groupId) => AccountDatabase.GetGroupName(groupId);
}
