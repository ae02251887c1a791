namespace Rekkord.Engine.FileSystem;

/// <summary>The way to the machine's files.</summary>
public abstract class LocalFileSystem
{
    /// <summary>Opens a directory by path, following links in it (the user named it).</summary>
    /// <param name="path">Absolute path, in the system's bytes.</param>
    /// <exception cref="FileSystemException">There is none, or the system refused.</exception>
    public abstract SourceDirectory OpenDirectory(byte[] path);

    /// <summary>Makes a directory with its parents where they are missing, and opens it for a restore.</summary>
    /// <param name="path">Absolute path without <c>..</c>, in the system's bytes; links in it are followed.</param>
    /// <exception cref="FileSystemException">Something else is there, or the system refused.</exception>
    public abstract DestinationDirectory CreateDestination(byte[] path);

    /// <summary>
    /// Takes what rights the user has to read and restore files of others and that have to be asked for, until it is disposed. Null where there
    /// is nothing to ask for.
    /// </summary>
    /// <param name="tell">Is told which they are.</param>
    public virtual IDisposable? UsePrivileges(Action<string> tell) => null;

    /// <summary>The name of a user number, null when the machine knows none. Cached; thread-safe.</summary>
    public abstract string? GetUserName(uint userId);

    /// <summary>The name of a group number, null when the machine knows none. Cached; thread-safe.</summary>
    public abstract string? GetGroupName(uint groupId);
}
